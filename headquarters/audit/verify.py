"""The store, its heads, and perhaps a copy of them kept elsewhere -> the bad records of every chain, the first of an epoch first. [proto-11.5]

What a keyless chain can show: any change of a record by someone who cannot write the heads, too; and any change of a record
that is older than a copy of the heads by someone who can write everything but that copy.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from headquarters.audit.heads import OfVehicle, heads
from proto.chain import NONE_BEFORE, Link, link_in, link_of
from proto.heads import Head
from proto.lanes import Lane

MISSING: Final = "missing"
ALTERED: Final = "altered"
INSERTED: Final = "behind the head"
NO_HEAD: Final = "no head is held of its epoch"
NOT_FOLLOWING: Final = "what it follows is not here"
NOT_THE_HEAD: Final = "not what the head says"
NOT_THE_COPY: Final = "not what the copy of the heads says"
UNKNOWN: Final = "begins without knowing what was before"
ANEW: Final = "begins anew"
FORK: Final = "follows a record that has another successor"

Epoch = tuple[str, bytes]
Rows = list[tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Fault:
    """A record that is not what was sent. `number` is the first one of its epoch of which that can be told."""

    vehicle: str
    epoch: bytes
    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """`faults`: something was done to the store. `breaks`: a car began its chain anew, or from an earlier state; it said so itself."""

    records: int
    faults: list[Fault]
    breaks: list[Fault]


def verify(connection: sqlite3.Connection, copy: Iterable[OfVehicle] = ()) -> Report:
    """Every record of lane audit, and every head. Raises sqlite3.Error."""
    held = {(one.vehicle, one.head.epoch): one.head for one in heads(connection)}
    copies = {(one.vehicle, one.head.epoch): one.head for one in copy}
    found = dict(_stored(connection))
    epochs = list(dict.fromkeys([*held, *copies, *found]))
    faults = [fault for epoch in epochs if (fault := _first(epoch, found.get(epoch, []), held, copies)) is not None]
    bad = {(fault.vehicle, fault.epoch) for fault in faults}
    seams = list(_seams(found, bad))
    faults += [fault for fault in seams if fault.reason == NOT_FOLLOWING]
    breaks = [fault for fault in seams if fault.reason != NOT_FOLLOWING]
    return Report(sum(map(len, found.values())), faults, breaks)


def _stored(connection: sqlite3.Connection) -> Iterator[tuple[Epoch, Rows]]:
    """(vehicle, epoch) in the order of arrival, and its records."""
    streams = connection.execute(
        "SELECT vehicle.name, epoch.name, stream.id FROM stream JOIN epoch ON epoch.id = stream.epoch"
        " JOIN vehicle ON vehicle.id = epoch.vehicle WHERE stream.lane = ? ORDER BY epoch.id",
        (int(Lane.AUDIT),),
    ).fetchall()
    for vehicle, epoch, stream in streams:
        rows = connection.execute("SELECT seq, body FROM event WHERE stream = ? ORDER BY seq", (stream,)).fetchall()
        if rows:
            yield (vehicle, epoch), [(seq, bytes(body)) for seq, body in rows]


def _first(epoch: Epoch, rows: Rows, held: dict[Epoch, Head], copies: dict[Epoch, Head]) -> Fault | None:
    """The first bad record inside an epoch."""
    suspects = list(_inside(rows, held.get(epoch)))
    if (copied := copies.get(epoch)) is not None:
        suspects += _against(rows, copied, NOT_THE_COPY)
    if not suspects:
        return None
    number, reason = min(suspects, key=lambda suspect: suspect[0])
    return Fault(*epoch, number, reason)


def _inside(rows: Rows, head: Head | None) -> Iterator[tuple[int, str]]:
    """(number, reason) of what is wrong with the numbers, with the links, and with the end."""
    if head is None:
        yield rows[0][0] if rows else 1, NO_HEAD
        return
    missing = next((n for n, (seq, _) in enumerate(rows, 1) if seq != n), None)
    if missing is not None:
        yield min(missing, rows[missing - 1][0]), MISSING
    yield from _loose(rows, head)
    if rows and rows[-1][0] > head.last:
        yield head.last + 1, INSERTED
    yield from _against(rows, head, NOT_THE_HEAD)


def _loose(rows: Rows, head: Head) -> Iterator[tuple[int, str]]:
    """Where one record's link is not that of the one before it: the one before was altered, unless the later one was, too."""
    links = [link_of(body) for _, body in rows]
    if rows and link_in(rows[0][1]) in links:
        yield rows[0][0], ALTERED  # a later one of this epoch stands in its place
    for at in range(len(rows) - 1):
        if rows[at + 1][0] != rows[at][0] + 1 or link_in(rows[at + 1][1]) == links[at]:
            continue
        after = link_in(rows[at + 2][1]) if at + 2 < len(rows) else head.link
        yield rows[at if after == links[at + 1] else at + 1][0], ALTERED
        return


def _against(rows: Rows, head: Head, reason: str) -> Iterator[tuple[int, str]]:
    """The record that a head names must be there, with its link."""
    body = next((body for seq, body in rows if seq == head.last), None)
    if body is None:
        last = max((seq for seq, _ in rows if seq < head.last), default=0)
        yield last + 1, MISSING
    elif link_of(body) != head.link:
        yield head.last, reason


def _seams(found: dict[Epoch, Rows], bad: set[Epoch]) -> Iterator[Fault]:
    """Between epochs: what the first record of each says of the one before it."""
    ends: dict[str, dict[Link, int]] = defaultdict(dict)  # how many records follow each
    for (vehicle, _), rows in found.items():
        ends[vehicle] |= {link_of(body): 1 for _, body in rows[:-1]} | {link_of(rows[-1][1]): 0}
    begun: set[str] = set()
    for (vehicle, epoch), rows in found.items():
        if (vehicle, epoch) in bad or rows[0][0] != 1:
            continue  # its own fault is named already
        reason = _seam(link_in(rows[0][1]), ends[vehicle], has_begun=vehicle in begun)
        begun.add(vehicle)
        if reason is not None and (reason != NOT_FOLLOWING or not any(other == vehicle for other, _ in bad)):
            yield Fault(vehicle, epoch, 1, reason)


def _seam(before: Link | None, ends: dict[Link, int], *, has_begun: bool) -> str | None:
    if before is None:
        return UNKNOWN
    if before == NONE_BEFORE:
        return ANEW if has_begun else None
    if before not in ends:
        return NOT_FOLLOWING
    ends[before] += 1
    return FORK if ends[before] > 1 else None
