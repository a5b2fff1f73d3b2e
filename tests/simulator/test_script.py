"""A world's script: the same from the same seed, and in agreement with what it says of itself."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from drivers.anpr import DIALECTS
from drivers.gps import DIALECTS as RECEIVERS
from drivers.readings import Fix, PlateSeen
from simulator.faults import parse
from simulator.numbered import number
from simulator.script import Moment, Plug, PowerCut, Saying, script
from simulator.world import World, cast

Make = Callable[..., World]
FAULTS = (  # too close together for listed vehicles
    "at 1s unplug front 1s",
    "at 2s noise rear 1s",
    "at 3s half-lines front 1s",
    "at 4s silence rear 1s",
)


def play(world: World) -> list[Moment]:
    return list(script(world, cast(world)))


def sayings(world: World) -> list[Saying]:
    return [moment for moment in play(world) if isinstance(moment, Saying)]


@pytest.mark.parametrize("unique", [False, True])
def test_the_same_seed_gives_the_same_world_byte_for_byte(make_world: Make, unique: bool) -> None:
    faults = parse(FAULTS, ("front", "rear", "gps"))
    assert play(make_world(faults=faults, unique=unique, hits=0)) == play(
        make_world(faults=faults, unique=unique, hits=0)
    )


def test_the_same_seed_lists_the_same_vehicles(make_world: Make) -> None:
    assert cast(make_world()) == cast(make_world()) != cast(make_world(seed=8))


def test_another_seed_gives_another_world(make_world: Make) -> None:
    assert play(make_world(seed=1)) != play(make_world(seed=2))


@pytest.mark.parametrize("unique", [False, True])
def test_every_read_is_said_in_order_and_the_last_one_ends_it(make_world: Make, unique: bool) -> None:
    said = sayings(make_world(unique=unique))
    reads = [saying.read for saying in said if saying.read is not None]
    assert [read.n for read in reads] == list(range(300))
    assert said[-1].read is not None
    assert all(before.due_s <= after.due_s for before, after in pairwise(said))
    assert {read.camera for read in reads} == {"front", "rear"}


def test_a_camera_says_what_the_truth_says_it_said(make_world: Make) -> None:
    for saying in sayings(make_world()):
        if saying.read is not None:
            (seen,) = DIALECTS["axxon"]().feed(saying.data)
            assert isinstance(seen, PlateSeen)
            assert (seen.vrm, seen.camera) == (saying.read.vrm_said, {"front": "01", "rear": "02"}[saying.port])


def test_a_receiver_speaks_once_a_second_and_its_clock_runs_through_midnight(make_world: Make) -> None:
    world = make_world(reads=1000)
    dialect = RECEIVERS["nmea"]()
    readings = [item for saying in sayings(world) if saying.port == "gps" for item in dialect.feed(saying.data)]
    fixes = [item for item in readings if isinstance(item, Fix)]
    assert fixes
    assert len(fixes) == len(readings)
    times = {round((fix.at - world.start).total_seconds(), 3) for fix in fixes if fix.at is not None}
    assert times == {float(second) for second in range(len(times))}
    assert len(times) >= 20


def test_unique_reads_tell_their_number(make_world: Make) -> None:
    reads = [saying.read for saying in sayings(make_world(unique=True)) if saying.read is not None]
    assert all(number(read.vrm_said) == read.n == read.track and read.vrm_said == read.vrm_true for read in reads)


@pytest.mark.parametrize("unique", [False, True])
def test_each_listed_vehicle_passes_once_and_is_well_read_at_first_sight(make_world: Make, unique: bool) -> None:
    world = make_world(hits=20, unique=unique)
    who = cast(world)
    first: dict[int, str] = {}
    for saying in sayings(world):
        if saying.read is not None:
            assert (saying.read.entry is not None) == (who.wanted.entry(saying.read.vrm_said) is not None)
            first.setdefault(saying.read.track, saying.read.vrm_said)
    assert len(who.listed) == 20
    assert {track: first[track] for track in who.listed} == who.listed


def test_cameras_misread_now_and_then(make_world: Make) -> None:
    reads = [saying.read for saying in sayings(make_world(reads=2000)) if saying.read is not None]
    wrong = sum(read.vrm_said != read.vrm_true for read in reads)
    assert 20 < wrong < 140


def test_a_fault_hits_the_reads_of_its_port_in_its_time_only(make_world: Make) -> None:
    faults = parse(FAULTS, ("front", "rear", "gps"))
    for saying in sayings(make_world(faults=faults, hits=0)):
        hit = [f.word.truth for f in faults if f.port == saying.port and f.start_s <= saying.due_s < f.end_s]
        if saying.read is not None:
            assert saying.fault == (hit[0] if hit else None)
            assert bool(saying.data) == (saying.fault not in {"unplug", "silence"})


def test_an_unplugged_port_goes_and_comes_back(make_world: Make) -> None:
    faults = parse(["at 1s unplug front 1s", "at 1500ms unplug gps 1s"], ("front", "rear", "gps"))
    plugs = [moment for moment in play(make_world(faults=faults)) if isinstance(moment, Plug)]
    assert plugs == [
        Plug(1.0, "front", False),
        Plug(1.5, "gps", False),
        Plug(2.0, "front", True),
        Plug(2.5, "gps", True),
    ]


def test_noise_fills_the_line_while_it_lasts(make_world: Make) -> None:
    faults = parse(["at 2s noise rear 1s"], ("front", "rear", "gps"))
    noise = sum(len(s.data) for s in sayings(make_world(faults=faults)) if s.port == "rear" and s.read is None)
    assert noise == 50 * 230


def test_a_stuck_camera_says_its_last_unlisted_plate(make_world: Make) -> None:
    faults = parse(["at 2s stuck-plate front 2s"], ("front", "rear", "gps"))
    reads = [(s.due_s, s.read, s.fault) for s in sayings(make_world(faults=faults)) if s.read and s.port == "front"]
    before = [read.vrm_said for due_s, read, _ in reads if due_s < 2 and read.entry is None]
    stuck = [read for due_s, read, _ in reads if 2 <= due_s < 4]
    assert {read.vrm_said for read in stuck} == {before[-1]}
    assert len({read.vrm_true for read in stuck}) > 1
    assert [fault for due_s, _, fault in reads if fault] == ["stuck-plate"] * len(stuck)


@pytest.mark.parametrize("seed", range(12))
def test_a_camera_is_never_stuck_on_a_listed_plate(make_world: Make, seed: int) -> None:
    faults = parse(["at 20s stuck-plate front 9s"], ("front", "rear", "gps"))
    world = make_world(seed=seed, rate=2, reads=60, hits=8, faults=faults)
    listed = set(cast(world).listed.values())
    assert not [s for s in sayings(world) if s.read and s.fault == "stuck-plate" and s.read.vrm_said in listed]


def test_a_camera_whose_clock_is_wrong_says_so_and_reads_on(make_world: Make) -> None:
    faults = parse(["at 2s clock front +10y 2s"], ("front", "rear", "gps"))
    world = make_world(faults=faults)
    for saying in sayings(world):
        if saying.read is not None:
            (seen,) = DIALECTS["axxon"]().feed(saying.data)
            assert isinstance(seen, PlateSeen)
            assert seen.camera_at is not None
            assert saying.fault is None
            is_wrong = saying.port == "front" and 2 <= saying.due_s < 4
            ahead = seen.camera_at - world.start.replace(tzinfo=None) - timedelta(seconds=int(saying.due_s))
            assert ahead == (faults[0].shift if is_wrong else timedelta(0))


def test_a_receiver_that_rolled_over_is_1024_weeks_back_where_it_is(make_world: Make) -> None:
    world = make_world(reads=1000, faults=parse(["at 3s rollover gps"], ("front", "rear", "gps")))
    right = make_world(reads=1000)
    said, expected = ([s.data for s in sayings(each) if s.port == "gps"] for each in (world, right))
    fixes, truth = (
        [fix for data in all_ for fix in dialect.feed(data) if isinstance(fix, Fix)]
        for all_, dialect in ((said, RECEIVERS["nmea"]()), (expected, RECEIVERS["nmea"]()))
    )
    assert len(fixes) == len(truth) > 10
    for fix, true in zip(fixes, truth, strict=True):
        assert (fix.lat, fix.lon) == (true.lat, true.lon)
        assert fix.at is not None
        assert true.at is not None
        assert true.at - fix.at == timedelta(weeks=1024 if true.at >= world.start + timedelta(seconds=3) else 0)


def test_a_power_cut_comes_when_it_is_due(make_world: Make) -> None:
    moments = play(make_world(faults=parse(["at 3s power cut"], ("front", "rear", "gps"))))
    place = moments.index(PowerCut(3.0))
    assert moments[place - 1].due_s <= 3.0 <= moments[place + 1].due_s


def test_faults_of_the_link_leave_the_devices_as_they_are(make_world: Make) -> None:
    faults = parse(["at 1s broker down 2s", "link 9kbit 20% loss"], ("front", "rear", "gps"))
    assert play(make_world(faults=faults)) == play(make_world())


@pytest.mark.parametrize("wrong", [{"rate": 0}, {"rate": float("inf")}, {"reads": 0}, {"hits": 1.5}, {"hits": -1}])
def test_a_world_that_cannot_be_is_refused(make_world: Make, wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"a world needs|hits are"):
        make_world(**wrong)
