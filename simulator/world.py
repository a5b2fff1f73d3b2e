"""A world's settings -> its cast: the list, and which of its vehicles drive which passages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import inf
from random import Random
from typing import Final

from proto.plates import canonical
from simulator.camera import CameraSetting
from simulator.faults import Fault
from simulator.numbered import number, plate
from simulator.plates import draw
from simulator.traffic import Passage, listed_tracks, passages, single_passages
from simulator.wanted import FIRST_NUMBER, Wanted, compose

UNHEARD: Final = ("clock", "broker", "link")  # layers whose faults let every read be heard


@dataclass(frozen=True, slots=True)
class World:
    """What a world is made from. ValueError: settings that make none."""

    seed: int
    start: datetime
    """Aware UTC: what the receiver and the cameras' clocks say at the start."""
    rate: float
    """Reads a second, over all cameras."""
    reads: int
    cameras: tuple[CameraSetting, ...]
    entries: int
    """Of the list."""
    hits: float
    """Listed vehicles that pass; below 1, their share of all passages."""
    unique: bool = False
    """Every read has a numbered plate of its own, said as it is."""
    faults: tuple[Fault, ...] = ()
    clear_s: tuple[float, ...] = ()
    """More times of which listed vehicles keep clear, besides the edges of faults."""
    gpsd_port: int | None = None
    """TCP port of this machine at which the receiver is to be had from a gpsd; None: NMEA on a serial line."""

    def __post_init__(self) -> None:
        if not (0 < self.rate < inf and 0 < self.reads <= FIRST_NUMBER and self.cameras):
            raise ValueError(f"a world needs a rate above 0, 1 to {FIRST_NUMBER} reads, and a camera")
        if self.hits < 0 or (self.hits >= 1 and self.hits != int(self.hits)):
            raise ValueError("hits are a whole number of vehicles, or a share below 1")
        for fault in self.faults:
            try:
                self.start + fault.shift
            except OverflowError:
                raise ValueError("a clock that is shifted so far from the start is in no calendar") from None

    @property
    def gps_dialect(self) -> str:
        """What the receiver speaks."""
        return "nmea" if self.gpsd_port is None else "gpsd"

    def passages(self) -> Iterator[Passage]:
        """The passages through the cameras' view, rising in time; the same at each call."""
        if self.unique:
            return single_passages(self.rate, self.reads, len(self.cameras))
        return passages(self.seed, self.rate, self.reads, len(self.cameras))


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is listed, and who of them passes: track -> VRM."""

    wanted: Wanted
    listed: dict[int, str]


def cast(world: World) -> Cast:
    """The list and the passages of its vehicles, each of which passes once. ValueError: there is no room for them."""
    faults = (fault for fault in world.faults if fault.word.layer not in UNHEARD)
    edges_s = (*world.clear_s, *(edge_s for fault in faults for edge_s in (fault.start_s, fault.end_s)))
    tracks = listed_tracks(world.passages(), edges_s, world.hits, world.seed) if world.hits else []
    vrms = map(plate, tracks) if world.unique else _different(Random(f"{world.seed}/passing"), len(tracks))
    listed = dict(zip(tracks, vrms, strict=True))
    return Cast(compose(world.seed, world.entries, tuple(listed.values())), listed)


def _different(chance: Random, wanted: int) -> list[str]:
    """VRMs with keys of their own, none of which is also a numbered plate of the list's run."""
    vrms: dict[str | None, str] = {}
    while len(vrms) < wanted:
        vrm = draw(chance)
        if (number(vrm) or 0) < FIRST_NUMBER:
            vrms.setdefault(canonical(vrm), vrm)
    return list(vrms.values())
