"""Audit events that are being stored -> the head of their epoch, in the same transaction; and what their first one tells. [proto-11.3]"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from headquarters.store.alarms import Raised
from proto.chain import LINK_BYTES, NONE_BEFORE, Link, link_in, link_of
from proto.heads import Head
from proto.lanes import Lane

UNKNOWN: Final = "audit chain unknown"
ANEW: Final = "audit chain anew"


@dataclass(frozen=True, slots=True)
class OfVehicle:
    """A head and whose it is. `count`: how many records were stored."""

    vehicle: str
    head: Head
    count: int


def note(
    connection: sqlite3.Connection, vehicle: str, epoch: bytes, numbered: list[tuple[int, bytes]], new: int
) -> Iterator[Raised]:
    """`new` of these bodies were just stored; number and link of the last one go to the head, in whatever order they come."""
    last, body = numbered[-1]
    connection.execute(
        "INSERT INTO audit_head (vehicle, epoch, last, link, count) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (vehicle, epoch) DO UPDATE SET count = count + excluded.count,"
        " link = iif(excluded.last > last, excluded.link, link), last = max(last, excluded.last)",
        (vehicle, epoch, last, link_of(body), new),
    )
    first, body = numbered[0]
    if first != 1:
        return
    before = link_in(body)
    if before is None:
        yield Raised(UNKNOWN, vehicle, epoch, Lane.AUDIT)
    elif before == NONE_BEFORE and _others(connection, vehicle, epoch):
        yield Raised(ANEW, vehicle, epoch, Lane.AUDIT)


def _others(connection: sqlite3.Connection, vehicle: str, epoch: bytes) -> bool:
    row = connection.execute("SELECT 1 FROM audit_head WHERE vehicle = ? AND epoch <> ? LIMIT 1", (vehicle, epoch))
    return row.fetchone() is not None


def head(connection: sqlite3.Connection, vehicle: str, epoch: bytes) -> Head | None:
    """Of one epoch; None: its records are older than heads are."""
    row = connection.execute(
        "SELECT last, link FROM audit_head WHERE vehicle = ? AND epoch = ?", (vehicle, epoch)
    ).fetchone()
    return None if row is None else Head(epoch, *row)


def newest(connection: sqlite3.Connection, vehicle: str) -> Head | None:
    """Of the epoch of this vehicle that was heard of last."""
    row = connection.execute(
        "SELECT epoch, last, link FROM audit_head WHERE vehicle = ? ORDER BY rowid DESC LIMIT 1", (vehicle,)
    ).fetchone()
    return None if row is None else Head(*row)


def heads(connection: sqlite3.Connection) -> list[OfVehicle]:
    """All of them, in the order in which they were first heard of."""
    rows = connection.execute("SELECT vehicle, epoch, last, link, count FROM audit_head ORDER BY rowid")
    return [OfVehicle(vehicle, Head(epoch, last, link), count) for vehicle, epoch, last, link, count in rows]


def lines(found: Iterable[OfVehicle]) -> Iterator[str]:
    """As JSON lines, to be kept where nobody who may write the store can write."""
    for one in found:
        said = {"vehicle": one.vehicle, "epoch": one.head.epoch.hex(), "last": one.head.last}
        yield json.dumps({**said, "link": one.head.link.hex(), "count": one.count})


def read(path: Path) -> list[OfVehicle]:
    """What `lines` wrote. Raises OSError, or ValueError that names the line."""
    found = []
    for n, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            found.append(_read(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path.name}:{n}: not a head as `patrol-hq audit heads` writes it") from error
    return found


def _read(said: dict[str, object]) -> OfVehicle:
    link: Link = bytes.fromhex(str(said["link"]))
    last, count = said["last"], said["count"]
    if len(link) != LINK_BYTES or type(last) is not int or type(count) is not int:
        raise ValueError("not a head")
    return OfVehicle(str(said["vehicle"]), Head(bytes.fromhex(str(said["epoch"])), last, link), count)
