"""A world and its cast -> the script: what each port says when, faults included, rising in time. No clock, no port.

The same world gives the same script, byte for byte.
"""

from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush, merge
from operator import attrgetter
from random import Random
from typing import Final, NamedTuple, TypeAlias

from simulator.camera import Camera, gap, look
from simulator.faults import Fault, active
from simulator.numbered import plate
from simulator.receiver import sentences
from simulator.route import Route
from simulator.town import build
from simulator.traffic import Passage
from simulator.vehicles import populate
from simulator.words import GPS_PORT
from simulator.world import Cast, World

_STUCK: Final = "XX00XXX"  # on what a camera is stuck that never saw a plate; on no list
_BABBLE_S: Final = 0.02
_BABBLE_BYTES: Final = 230  # every 20 ms: 115,200 baud 8N1, the fastest line a camera is likely to have


class Read(NamedTuple):
    """One read as truth.jsonl will tell of it."""

    n: int
    camera: str
    vrm_true: str
    vrm_said: str
    track: int
    entry: str | None
    """The key under which `vrm_said` is listed."""


class Saying(NamedTuple):
    """Bytes for one port at one time; the read they hold, and the fault that hit it."""

    due_s: float
    port: str
    data: bytes
    read: Read | None = None
    fault: str | None = None


class Plug(NamedTuple):
    """A port that goes, or comes back."""

    due_s: float
    port: str
    plugged: bool


class PowerCut(NamedTuple):
    """The car's battery is gone: whoever runs the daemon is asked to kill it."""

    due_s: float


Moment: TypeAlias = Saying | Plug | PowerCut


class _Glimpse(NamedTuple):
    due_s: float
    track: int
    first: bool
    camera: int
    vrm: str


def script(world: World, who: Cast) -> Iterator[Moment]:
    """Everything that happens at the ports, up to the last read."""
    route = Route(build(world.seed), world.seed)
    spoken = sentences(route, world.start, world.seed, world.gps_dialect, world.faults)
    fixes = (Saying(at_s, GPS_PORT, data) for at_s, data in spoken)
    said: Iterable[Saying] = merge(_reads(world, who, route), fixes, key=attrgetter("due_s"))
    if not world.faults:
        return _up_to(said, world.reads)
    chance = Random(f"{world.seed}/faults")
    babble = (_babble(fault, chance) for fault in world.faults if fault.word.babbles)
    spoilt = _spoilt(said, world.faults, chance)
    cuts: Iterator[Moment] = (PowerCut(fault.start_s) for fault in world.faults if fault.word.layer == "power")
    moments = merge(cuts, _plugs(world.faults), *babble, _gaps(world), spoilt, key=attrgetter("due_s"))
    return _up_to(moments, world.reads)


def _up_to(moments: Iterable[Moment], reads: int) -> Iterator[Moment]:
    for moment in moments:
        yield moment
        if isinstance(moment, Saying) and moment.read is not None and moment.read.n == reads - 1:
            return


def _reads(world: World, who: Cast, route: Route) -> Iterator[Saying]:
    """A listed vehicle is well read at first sight, so that its alert is due; the others as chance has it."""
    cameras = [Camera(setting, number, world.start) for number, setting in enumerate(world.cameras, 1)]
    chance, latest = Random(f"{world.seed}/reads"), dict[str, str]()
    eyes, clocks = ([f for f in world.faults if f.word.layer == layer] for layer in ("plate", "clock"))
    for n, (due_s, track, first, place, vrm) in enumerate(_glimpses(world, _drivers(world, who, route))):
        camera, listed = cameras[place], track in who.listed
        said, confidence = look(vrm, misreads=not (world.unique or (listed and first)), chance=chance)
        entry = who.wanted.entry(said) if listed or not world.unique else None
        stuck = active(eyes, "plate", camera.port, due_s) if eyes else None
        if stuck is not None:
            said, entry = latest.get(camera.port, _STUCK), None
        elif eyes and entry is None:  # stuck on a listed plate it would warn, rightly, and nobody could say how often
            latest[camera.port] = said
        clock = active(clocks, "clock", camera.port, due_s) if clocks else None
        data = camera.says(said, due_s, confidence, clock.shift if clock else None)
        read = Read(n, camera.port, vrm, said, track, entry)
        yield Saying(due_s, camera.port, data, read, stuck.word.truth if stuck else None)


def _glimpses(world: World, driver: Callable[[Passage], str]) -> Iterator[_Glimpse]:
    """The reads of all passages, rising in time; only those of the vehicles in view are held."""
    waiting: list[_Glimpse] = []
    for passage in world.passages():
        vrm = driver(passage)
        while waiting and waiting[0].due_s <= passage.reads_s[0]:
            yield heappop(waiting)
        if not waiting and len(passage.reads_s) == 1:
            yield _Glimpse(passage.reads_s[0], passage.track, True, passage.camera, vrm)
            continue
        for place, due_s in enumerate(passage.reads_s):
            heappush(waiting, _Glimpse(due_s, passage.track, place == 0, passage.camera, vrm))
    while waiting:
        yield heappop(waiting)


def _drivers(world: World, who: Cast, route: Route) -> Callable[[Passage], str]:
    """Passage -> its vehicle's VRM; to be asked in order, for chance decides."""
    if world.unique:
        return lambda passage: plate(passage.track)
    chance = Random(f"{world.seed}/drivers")
    population = populate(world.seed, len(route.town.streets), who.wanted.entry)

    def driver(passage: Passage) -> str:
        passer_by = population.passing(route.at(passage.reads_s[0]).street, chance)
        return who.listed.get(passage.track, passer_by)

    return driver


def _spoilt(said: Iterable[Saying], faults: tuple[Fault, ...], chance: Random) -> Iterator[Saying]:
    for saying in said:
        hit = active(faults, "line", saying.port, saying.due_s)
        if hit is None:
            yield saying
        else:
            yield saying._replace(data=hit.word.spoil(saying.data, chance), fault=hit.word.truth)


def _babble(fault: Fault, chance: Random) -> Iterator[Saying]:
    for tick in range(int((fault.end_s - fault.start_s) / _BABBLE_S)):
        yield Saying(fault.start_s + tick * _BABBLE_S, fault.port, chance.randbytes(_BABBLE_BYTES))


def _gaps(world: World) -> Iterator[Saying]:
    """At the end of a fault that leaves a rest on the line, where the dialect needs it, the line is ended."""
    gaps = {camera.name: gap(camera) for camera in world.cameras}
    for fault in sorted(world.faults, key=attrgetter("end_s")):
        if fault.word.leaves_rest and gaps.get(fault.port):
            yield Saying(fault.end_s, fault.port, gaps[fault.port])


def _plugs(faults: tuple[Fault, ...]) -> Iterator[Plug]:
    """Times rise: the faults of one port do not overlap, but those of two may."""
    edges = (
        Plug(at_s, f.port, back)
        for f in faults
        if f.word.unplugs
        for at_s, back in ((f.start_s, False), (f.end_s, True))
    )
    yield from sorted(edges)
