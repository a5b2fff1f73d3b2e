"""One plate as this car saw it: what the camera said, when, where, in which track, and which alert it raised."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from drivers.readings import PlateSeen
from edge.matcher.entry import Entry
from proto.events import Hit, Moment, Place, Read

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - a camera's clock face has no zone; it is compared with its like
MAX_REASON: Final = 200  # characters of a list's reason that go to headquarters, which has the list; a body holds 2 kB
MAX_VRM: Final = 64  # characters kept of what a camera calls a plate


@dataclass(frozen=True, slots=True)
class Alert:
    """What the crew is warned of: an entry of a list, and the number of the warning in this process's life."""

    number: int
    entry: Entry
    list_age_s: int | None
    is_doubtful: bool = False
    """The camera's confidence was below what is asked of it."""
    shown: str | None = None
    """None: with its tone; else listed, silent or pile-up. [proto-9.2]"""
    mismatch: tuple[str, ...] = ()
    """What the camera saw otherwise than the entry says: words of make and colour."""
    others: tuple[Entry, ...] = ()
    """Further entries of the same vehicle, most urgent first."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A reading with everything the car knew at that instant."""

    camera: str
    moment: Moment
    read_ns: int
    reading: PlateSeen
    track: int
    place: Place | None
    alert: Alert | None = None

    def read(self) -> Read:
        """The event that every reading is."""
        seen = self.reading
        return Read(
            self.moment,
            self.camera,
            seen.vrm[:MAX_VRM],
            self.track,
            None if seen.confidence is None else round(seen.confidence * 1000),
            self.place,
            None
            if seen.camera_at is None
            else (seen.camera_at - _EPOCH).days * 86_400 + (seen.camera_at - _EPOCH).seconds,
            seen.country,
        )

    def hit(self, read: int | None) -> Hit | None:
        """The event of its alert, naming its read; None when it raised none."""
        if self.alert is None:
            return None
        entry = self.alert.entry
        return Hit(
            self.moment,
            read,
            self.alert.number,
            self.camera,
            self.reading.vrm[:MAX_VRM],
            self.track,
            entry.list,
            entry.priority,
            entry.action,
            entry.reason and entry.reason[:MAX_REASON],
            self.alert.list_age_s,
            entry.signed,
            self.place,
            "pattern" if entry.is_pattern else None,
            self.alert.shown,
            " ".join(self.alert.mismatch) or None,
        )
