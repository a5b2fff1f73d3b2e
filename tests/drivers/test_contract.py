"""Every dialect in the tables -> the promises of `drivers.dialect.Dialect`, tried on what its captures hold."""

import itertools
import pickle
import random
import string
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from drivers import anpr, gps
from drivers.dialect import MOST_CONFIDENCE, Dialect, LineSettings
from drivers.readings import Fix, Junk, PlateSeen

HELD_MAX = 300 * 1024  # more than any frame, far less than what would hurt a box of 1 GB
ROUNDING = {"lat": 1e-6, "lon": 1e-6, "confidence": 1e-9}  # 10 cm; any other number to a thousandth
LETTERS = bytes(range(128, 256)) + (string.digits + string.ascii_letters).encode()
LAGGING = {"altitude_m", "hdop", "satellites"}  # may be those of the instant before: see `Fix`


class Spoken(Protocol):
    """What the fixture `spoken` of conftest.py gives for each dialect."""

    dialect: type[Dialect[Any]]
    capture: bytes
    samples: list[Any]
    gap: bytes


over_all = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def plates() -> st.SearchStrategy[PlateSeen]:
    seconds = st.datetimes(datetime.fromisoformat("1980-01-01"), datetime.fromisoformat("2079-12-31")).map(
        lambda at: at.replace(microsecond=0)
    )
    return st.builds(
        PlateSeen,
        vrm=st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789- ", min_size=1, max_size=12).filter(lambda v: v.strip("- ")),
        confidence=st.none() | st.integers(0, 100).map(lambda percent: percent / 100),
        camera=st.integers(0, 99).map(lambda number: f"{number:02d}"),
        camera_at=st.none() | seconds,
        country=st.sampled_from([None, "NLD", "GBR"]),
    )


def fixes() -> st.SearchStrategy[Fix]:
    instants = st.integers(0, 99 * 365 * 86_400_000).map(
        lambda ms: datetime(1980, 1, 6, tzinfo=UTC) + timedelta(milliseconds=ms)
    )
    return st.builds(
        Fix,
        lat=st.floats(-90, 90),
        lon=st.floats(-180, 180).filter(lambda lon: abs(lon) > 1e-6),
        at=st.none() | instants,
        speed_mps=st.none() | st.floats(0, 100),
        heading_deg=st.none() | st.integers(0, 35_999).map(lambda hundredths: hundredths / 100),
        estimated=st.booleans(),
    )


def junk_bytes(items: Iterable[object]) -> int:
    return sum(len(item.data) for item in items if isinstance(item, Junk))


def readings(items: Iterable[Any]) -> list[Any]:
    return [item for item in items if not isinstance(item, Junk)]


def all_of(dialect: Dialect[Any], pieces: Iterable[bytes]) -> list[Any]:
    return [item for piece in pieces for item in dialect.feed(piece)] + dialect.close()


def true_to(got: object, said: object) -> bool:
    """Nothing in `got` that was not said; a field may be missing, a number rounded, a confidence capped."""
    if type(got) is not type(said):
        return False
    names = {each.name for each in fields(got)} - LAGGING  # type: ignore[arg-type]
    return all(_same(getattr(got, name), getattr(said, name), ROUNDING.get(name, 1e-3)) for name in names)


def _same(got: object, said: object, rounding: float) -> bool:
    if isinstance(got, float) and isinstance(said, float):
        return abs(got - said) <= rounding or (got < said and got in MOST_CONFIDENCE.values())
    return got in (None, ()) or got == said


def test_a_dialect_is_called_what_the_table_calls_it() -> None:
    assert not set(anpr.DIALECTS) & set(gps.DIALECTS)
    for table in (anpr.DIALECTS, gps.DIALECTS):
        for name, dialect in table.items():
            assert dialect.name == name
            assert isinstance(dialect.line, LineSettings)
            assert dialect.about
            assert "\n" not in dialect.about


@over_all
@given(made=st.data())
def test_a_dialect_understands_what_it_says(spoken: Spoken, made: st.DataObject) -> None:
    said = made.draw(plates() if isinstance(spoken.samples[0], PlateSeen) else fixes())
    dialect = spoken.dialect()
    try:
        frame = dialect.encode(said)
    except ValueError:
        assume(False)
    got = all_of(dialect, [frame])
    assert len(got) == 1
    assert true_to(got[0], said)


def test_what_was_captured_is_said_and_understood_again(spoken: Spoken) -> None:
    for said in spoken.samples:
        dialect = spoken.dialect()
        assert [true_to(got, said) for got in all_of(dialect, [dialect.encode(said)])] == [True]


def test_bytes_may_come_one_at_a_time(spoken: Spoken) -> None:
    whole = all_of(spoken.dialect(), [spoken.capture])
    single = all_of(spoken.dialect(), [bytes([byte]) for byte in spoken.capture])
    assert readings(single) == readings(whole)
    assert junk_bytes(single) == junk_bytes(whole)


@over_all
@given(cuts=st.lists(st.integers(0, 4000), max_size=12))
def test_bytes_may_be_split_anywhere(spoken: Spoken, cuts: list[int]) -> None:
    edges = [0, *sorted(cut % len(spoken.capture) for cut in cuts), len(spoken.capture)]
    pieces = [spoken.capture[start:end] for start, end in itertools.pairwise(edges)]
    whole = all_of(spoken.dialect(), [spoken.capture])
    split = all_of(spoken.dialect(), pieces)
    assert readings(split) == readings(whole)
    assert junk_bytes(split) == junk_bytes(whole)


@pytest.mark.parametrize("seed", range(20))
def test_it_is_in_step_again_after_4_kb_of_noise(spoken: Spoken, seed: int) -> None:
    dialect = spoken.dialect()
    noise = random.Random(seed).randbytes(4096)
    first, second = spoken.samples[:2]
    got = readings(all_of(dialect, [noise, spoken.gap, dialect.encode(first), dialect.encode(second)]))
    assert len(got) == 2 or spoken.gap
    assert true_to(got[-2], first)
    assert true_to(got[-1], second)


def test_half_a_reading_does_not_spoil_the_next(spoken: Spoken) -> None:
    first, second = spoken.samples[:2]
    frame = spoken.dialect().encode(first)
    for cut in range(1, len(frame)):
        dialect = spoken.dialect()
        *before, last = readings(all_of(dialect, [frame[:cut], spoken.gap, dialect.encode(second)]))
        assert true_to(last, second), cut
        assert spoken.gap or all(true_to(each, first) for each in before), cut


def test_every_flipped_bit_is_caught_or_harmless(spoken: Spoken) -> None:
    """Without a checksum of its own it need not be caught, but then no reading claims more than its guard earns."""
    before, said, after = spoken.samples[:3]
    frame = spoken.dialect().encode(said)
    for bit in range(len(frame) * 8):
        flipped = bytearray(frame)
        flipped[bit // 8] ^= 1 << bit % 8
        dialect = spoken.dialect()
        got = all_of(dialect, [dialect.encode(before), bytes(flipped), spoken.gap, dialect.encode(after)])
        kept = readings(got)
        assert true_to(kept[0], before), bit
        assert true_to(kept[-1], after), bit
        if spoken.dialect.checksum != "xor":
            most = MOST_CONFIDENCE[spoken.dialect.checksum] or 0
            assert all((getattr(each, "confidence", None) or 0) <= most for each in kept), bit
        else:
            assert all(any(true_to(each, one) for one in (before, said, after)) for each in kept), bit
            assert junk_bytes(got) or len(kept) == 3, bit


@over_all
@given(data=st.lists(st.binary(max_size=200), max_size=8))
def test_no_bytes_make_it_raise(spoken: Spoken, data: list[bytes]) -> None:
    all_of(spoken.dialect(), data)


@pytest.mark.parametrize("seed", range(40))
def test_no_damage_to_a_capture_makes_it_raise_or_lie_about_its_size(spoken: Spoken, seed: int) -> None:
    chance = random.Random(seed)
    damaged = bytearray(spoken.capture)
    for _ in range(chance.randrange(1, 60)):
        damaged[chance.randrange(len(damaged))] = chance.choice(spoken.capture) if seed % 2 else chance.randrange(256)
    assert junk_bytes(all_of(spoken.dialect(), [bytes(damaged)])) <= len(damaged)


def test_it_never_hoards_memory(spoken: Spoken) -> None:
    frame = spoken.dialect().encode(spoken.samples[0])
    opening = frame[: len(frame) // 2]
    for noise in (
        opening + b"A" * 1_000_000,
        opening * (1_000_000 // len(opening)),
        random.Random(7).randbytes(1_000_000),
    ):
        dialect = spoken.dialect()
        for start in range(0, len(noise), 4096):
            dialect.feed(noise[start : start + 4096])
            assert len(pickle.dumps(dialect)) < HELD_MAX


@over_all
@given(
    noises=st.lists(st.binary(max_size=60).map(lambda noise: noise.translate(None, b"\r\n")), min_size=3, max_size=3)
)
def test_every_byte_is_part_of_a_reading_or_counted_as_junk(spoken: Spoken, noises: list[bytes]) -> None:
    """Line ends aside: they belong to no frame, and no engineer wants to hear of them."""
    dialect = spoken.dialect()
    if spoken.gap:  # a line of letters would be a plate
        noises = [noise.translate(None, LETTERS) for noise in noises]
    pieces = [
        piece
        for noise, said in zip(noises, spoken.samples, strict=False)
        for piece in (noise, spoken.gap, dialect.encode(said))
    ]
    got = all_of(dialect, pieces)
    assert len(readings(got)) == 3
    assert junk_bytes(got) == sum(len(noise) for noise in noises)


def test_what_the_end_of_the_line_cuts_off_is_handed_over_and_forgotten(spoken: Spoken) -> None:
    frame = spoken.dialect().encode(spoken.samples[0])
    dialect = spoken.dialect()
    assert dialect.feed(frame[:6]) == []
    assert dialect.close() == [Junk(frame[:6], "cut off")]
    assert dialect.close() == []
    assert pickle.dumps(dialect) == pickle.dumps(spoken.dialect())
