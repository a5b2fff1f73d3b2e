"""Reads of one camera -> track numbers: the same vehicle in view keeps its number, and an entry alerts once a track.

Cameras correct themselves while a vehicle is in view (AA7690EQ, then AA7690EO): what is followed is the look of a plate,
not its string. No read is swallowed here, and nothing survives a restart.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from proto.plates import look

GAP_S: Final = 20.0  # out of view for longer: another encounter, another track, another alert
MOST_TRACKS: Final = 2048  # of all cameras; beyond it the track unseen for longest is let go


@dataclass(slots=True)
class Track:
    """One vehicle in view of one camera. `alerted` holds the canonical keys the crew was warned of; no repr shows them."""

    number: int
    seen_s: float
    alerted: set[str] = field(default_factory=set, repr=False)
    doubtful: dict[str, int] = field(default_factory=dict, repr=False)
    """Of these, the numbers of the alerts that a read of low confidence raised."""
    advised: set[str] = field(default_factory=set, repr=False)
    """The keys whose look-alikes were looked up."""


class Tracker:
    """The open tracks of all cameras."""

    def __init__(self) -> None:
        self._tracks: OrderedDict[tuple[str, str], Track] = OrderedDict()
        self._last = 0

    def follow(self, camera: str, key: str, now_s: float) -> Track:
        """The track of a read; `key` is the canonical key, or the raw plate where there is none."""
        name = (camera, look(key))
        track = self._tracks.get(name)
        if track is None or now_s - track.seen_s > GAP_S:
            self._last += 1
            track = self._tracks[name] = Track(self._last, now_s)
            if len(self._tracks) > MOST_TRACKS:
                self._tracks.popitem(last=False)
        track.seen_s = now_s
        self._tracks.move_to_end(name)
        return track
