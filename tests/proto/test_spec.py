"""SPEC.md's numbered sentences against who cites them, in code and tests."""

import re
from pathlib import Path

TREE = Path(__file__).parents[2]
SPEC = (TREE / "proto" / "SPEC.md").read_text()
SENTENCES = dict(re.findall(r"^- (proto-\d+\.\d+) (.*)$", SPEC, re.MULTILINE))
SECTIONS = set(re.findall(r"^## (proto-\d+) ", SPEC, re.MULTILINE))
CITED = re.compile(r"\[(proto-\d+(?:\.\d+)?)\]")


def _cited(*folders: str) -> dict[str, set[str]]:
    """Per file, what it cites."""
    paths = (path for folder in folders for path in (TREE / folder).rglob("*.py"))
    return {path.relative_to(TREE).as_posix(): set(CITED.findall(path.read_text())) for path in paths}


def test_every_number_that_is_cited_exists() -> None:
    known = SENTENCES.keys() | SECTIONS
    cited = _cited("proto", "edge", "headquarters", "simulator", "drivers", "records", "tests")
    assert {path: numbers - known for path, numbers in cited.items() if numbers - known} == {}


def test_every_sentence_marked_tested_is_cited_by_a_test() -> None:
    cited = set().union(*_cited("tests").values())
    assert {number for number, text in SENTENCES.items() if "(tested)" in text} - cited == set()


def test_numbers_go_up_by_one_and_stand_under_their_section() -> None:
    for section in SECTIONS:
        numbers = [int(number.partition(".")[2]) for number in SENTENCES if number.startswith(f"{section}.")]
        assert numbers == list(range(1, len(numbers) + 1)), section


def test_a_made_up_number_would_be_found() -> None:
    assert "proto-99" not in SECTIONS
    assert CITED.findall("x [" + "proto-99.9] y [proto-2]") == ["proto-99.9", "proto-2"]
