"""Plates of UK forms, and what a camera makes of them."""

import re
from random import Random

from proto.plates import canonical, look
from simulator.ocr import MISREAD_SHARE, misread, recognise
from simulator.plates import draw, draw_older

FORMS = {
    "current": r"[A-Z]{2}\d\d[A-Z]{3}",
    "prefix": r"[A-Y]\d{1,3}[A-Z]{3}",
    "suffix": r"[A-Z]{3}\d{1,3}[A-Z]",
    "Northern Ireland": r"[A-Z](I[A-Z]|[A-Z]Z)\d{1,4}",
    "dateless": r"[A-Z]{1,3}\d{1,3}|\d{1,3}[A-Z]{1,3}",
    "military": r"[A-Z]{2}\d\d[A-Z]{2}",
    "diplomatic": r"\d{3}[DX]\d{3}",
}


def test_every_plate_has_a_known_form_and_every_form_occurs() -> None:
    chance = Random(3)
    seen = dict.fromkeys(FORMS, 0)
    for _ in range(20_000):
        vrm = draw(chance)
        matching = [name for name, form in FORMS.items() if re.fullmatch(form, vrm)]
        assert matching, vrm
        assert canonical(vrm) is not None
        seen[matching[0]] += 1
    assert all(seen.values()), seen
    assert seen["current"] > 0.8 * 20_000


def test_older_plates_are_never_current_ones() -> None:
    chance = Random(4)
    assert not any(re.fullmatch(FORMS["current"], draw_older(chance)) for _ in range(5_000))


def test_a_misread_lacks_one_character_or_has_one_that_looks_like_it() -> None:
    chance = Random(5)
    missing = 0
    for _ in range(5_000):
        vrm = draw(chance)
        said = misread(vrm, chance)
        assert said != vrm
        if len(said) == len(vrm):
            assert sum(a != b for a, b in zip(vrm, said, strict=True)) == 1
            assert look(said) == look(vrm)
        else:
            missing += 1
            assert said in {vrm[:place] + vrm[place + 1 :] for place in range(len(vrm))}
    assert 0 < missing < 2_500


def test_most_reads_are_right_and_all_have_a_confidence() -> None:
    chance = Random(6)
    reads = [recognise("AB12CDE", chance) for _ in range(10_000)]
    wrong = sum(said != "AB12CDE" for said, _ in reads)
    assert 0.5 * MISREAD_SHARE < wrong / len(reads) < 1.5 * MISREAD_SHARE
    assert all(0 <= confidence <= 1 for _, confidence in reads)
