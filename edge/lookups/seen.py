"""A plate -> when and where this car has read it lately, from the spool's file, beside its writer. On a thread of its own."""

import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from edge.spool import rows
from edge.spool.database import PAGE_BYTES, DamagedError, StoreError, connect
from edge.spool.opening import path_of
from proto.errors import FrameError
from proto.events import Moment, Read, decode
from proto.lanes import Lane
from proto.plates import canonical

MOST_ROWS: Final = 512  # of 4 kB: some 80,000 reads, a long day; m: 30 ms
MOST_SHOWN: Final = 5
CACHE_KB: Final = 256
_BETWEEN: Final = rb"[ \-._:/]?"
_AS_WRITTEN: Final = {"0": b"[0Oo]", "1": b"[1Ii]"}


@dataclass(frozen=True, slots=True)
class Seen:
    """Of the newest reads first."""

    storage: Path
    key: str

    def find(self, vrm: str, now: Moment, boot: bytes) -> list[dict[str, Any]]:
        """At most MOST_SHOWN: camera, how long ago (None where that cannot be told), place. Damage hides what it hides."""
        key = canonical(vrm)
        if key is None:
            return []
        try:
            with closing(self._connection()) as connection:
                return [_said(read, now, own) for read, own in _reads(connection, key, boot)]
        except StoreError:
            return []

    def _connection(self) -> Any:  # noqa: ANN401 - sqlcipher3 ships no types
        path = path_of(self.storage, self.key)
        return connect(path, self.key, page_bytes=PAGE_BYTES, cache_kb=CACHE_KB, read_only=True)


def _reads(connection: Any, key: str, boot: bytes) -> list[tuple[Read, bool]]:  # noqa: ANN401
    """Newest first, with whether each is of this boot. Bodies are looked into only where the letters stand in them."""
    # What is not A-Z as the camera wrote it (FÜ-AB 1) is found by its decoded key only where its letters stand apart.
    shape = re.compile(_BETWEEN.join(_AS_WRITTEN.get(c, re.escape(c.encode())) for c in key), re.IGNORECASE)
    found: list[tuple[Read, bool]] = []
    for count, crc, bodies, of_boot in connection.execute(
        "SELECT run.count, run.crc, run.bodies, epoch.boot FROM (SELECT * FROM run WHERE lane = ? ORDER BY id DESC LIMIT ?)"
        " AS run JOIN epoch ON epoch.n = run.epoch ORDER BY run.id DESC",
        (int(Lane.READ), MOST_ROWS),
    ):
        if shape.search(bodies) is not None:
            found += [
                (read, of_boot == boot) for read in reversed(_whole(count, crc, bodies)) if canonical(read.vrm) == key
            ]
        if len(found) >= MOST_SHOWN:
            break
    return found[:MOST_SHOWN]


def _whole(count: int, crc: int, bodies: bytes) -> list[Read]:
    try:
        events = [decode(body) for body in rows.whole(count, crc, bodies)]
    except (DamagedError, FrameError):
        return []
    return [event for event in events if isinstance(event, Read)]


def _said(read: Read, now: Moment, is_this_boot: bool) -> dict[str, Any]:
    then, place = read.moment, read.place
    if is_this_boot:
        ago_ms: int | None = now.uptime_ms - then.uptime_ms
    else:
        ago_ms = None if then.utc_ms is None or now.utc_ms is None else now.utc_ms - then.utc_ms
    where = None if place is None else {"lat": place.lat_e6 / 1e6, "lon": place.lon_e6 / 1e6}
    return {"camera": read.camera, "ago_s": None if ago_ms is None else max(0, ago_ms // 1000), "place": where}
