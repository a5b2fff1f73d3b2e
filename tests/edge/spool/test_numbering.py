"""Numbers are given once, in the order of arrival; a hit names its read."""

from collections.abc import Callable
from dataclasses import replace

from drivers.readings import PlateSeen
from edge.intake.sighting import Alert, Sighting
from edge.matcher.entry import Entry
from edge.spool.group import ROW_BYTES, Group, Run
from edge.spool.numbering import LANES, Numbering
from proto.events import KINDS, Alarm, Clock, Hit, Moment, Read, Start, decode
from proto.lanes import Lane

Make = Callable[..., Sighting]


def bodies(group: Group, lane: Lane) -> list[bytes]:
    return [body for run in group.runs if run.lane is lane for body in run.bodies]


def test_start_is_the_first_urgent_event_and_comes_with_the_first_other_one(
    make_numbering: Callable[[], Numbering], make_sighting: Make
) -> None:
    numbering = make_numbering()
    assert numbering.group().runs == ()
    numbering.add([make_sighting()])
    group = numbering.group()
    (start,) = bodies(group, Lane.URGENT)
    assert isinstance(decode(start), Start)
    numbering.add([make_sighting()])
    assert bodies(numbering.group(), Lane.URGENT) == []


def test_numbers_go_on_from_group_to_group(make_numbering: Callable[[], Numbering], make_sighting: Make) -> None:
    numbering = make_numbering()
    firsts = []
    for count in (3, 2, 5):
        numbering.add([make_sighting() for _ in range(count)])
        firsts += [(run.first, run.last) for run in numbering.group().runs if run.lane is Lane.READ]
    assert firsts == [(1, 3), (4, 5), (6, 10)]


def test_a_hit_stands_in_the_group_of_its_read_and_names_it(
    make_numbering: Callable[[], Numbering], make_sighting: Make
) -> None:
    numbering = make_numbering()
    entry = Entry("wanted", "AB12 CDE", "STOP", "stolen", priority=90, signed=True)
    numbering.add([make_sighting(), replace(make_sighting(), alert=Alert(7, entry, 3600))])
    group = numbering.group()
    _, hit = map(decode, bodies(group, Lane.URGENT))
    assert isinstance(hit, Hit)
    assert (hit.read, hit.alert, hit.list, hit.priority, hit.list_age_s, hit.signed) == (2, 7, "wanted", 90, 3600, True)
    assert [type(decode(body)) for body in bodies(group, Lane.READ)] == [Read, Read]


def test_an_event_that_is_too_long_is_counted_takes_no_number_and_stops_nobody(
    make_numbering: Callable[[], Numbering], make_sighting: Make
) -> None:
    numbering = make_numbering()
    sighting = make_sighting()
    numbering.add([sighting, Alarm(sighting.moment, "x", "y" * 4000), sighting])
    assert numbering.oversized == 1
    assert len(bodies(numbering.group(), Lane.READ)) == 2


def test_a_plate_of_10_kb_is_cut_and_kept(make_numbering: Callable[[], Numbering], make_sighting: Make) -> None:
    numbering = make_numbering()
    numbering.add([replace(make_sighting(), reading=PlateSeen("A" * 10_240))])
    (body,) = bodies(numbering.group(), Lane.READ)
    read = decode(body)
    assert isinstance(read, Read)
    assert read.vrm == "A" * 64


def test_a_group_is_as_old_as_its_clock_can_be_trusted(
    make_numbering: Callable[[], Numbering], make_sighting: Make
) -> None:
    for clock, offset, born in (
        (Clock.NTP, 5000, 6),
        (Clock.GNSS, 5000, 6),
        (Clock.KEPT, 5000, None),
        (Clock.UNSET, None, None),
    ):
        numbering = make_numbering()
        numbering.add([make_sighting(at=Moment(1000, offset, clock))])
        assert numbering.group().born_s == born


def test_every_kind_of_event_has_a_lane() -> None:
    assert set(LANES) == set(KINDS.values())


def test_a_run_is_cut_into_rows_that_stay_small_and_lose_nothing(make_body: Callable[..., bytes]) -> None:
    run = Run(Lane.READ, 5, [make_body(n, 900) for n in range(20)])
    pieces = list(run.rows())
    assert [body for piece in pieces for body in piece.bodies] == run.bodies
    assert all(sum(map(len, piece.bodies)) <= ROW_BYTES for piece in pieces)
    assert [piece.first for piece in pieces] == [5 + 4 * n for n in range(5)]


def test_the_repr_of_what_is_stored_shows_no_plate(
    make_numbering: Callable[[], Numbering], make_sighting: Make
) -> None:
    numbering = make_numbering()
    sighting = make_sighting("ZZ99ZZZ")
    numbering.add([sighting])
    assert "ZZ99" not in repr(numbering.group()) + repr(sighting) + repr(sighting.read())
