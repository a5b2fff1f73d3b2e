"""All was well for long enough -> every promised event is at headquarters, or counted, or set aside with an alarm; and nothing else."""

import sqlite3
from collections import Counter
from typing import TYPE_CHECKING

from headquarters.store.file import open_reader
from proto.events import Dropped, Hit, Read
from proto.lanes import Lane
from proto.ranges import Ranges
from simulator.numbered import number
from tests.virtual.rig.headquarters import alarms
from tests.virtual.rig.poison import is_poison
from tests.virtual.rig.witness import Stream, event_of

if TYPE_CHECKING:
    from tests.virtual.rig.history import History

HEARD_S = 900.0  # a health event lingers for a minute, and is sent again after another


def judge(history: "History") -> dict[str, int]:
    """Sums; what is broken is said to the witness."""
    witness = history.witness
    if history.life.window is not None:
        witness.note_aside(history.life.spool_ledgers)
    store = open_reader(history.headquarters.path)
    try:
        here = _here(history, store)
        _nothing_missing(history, here)
        _is_closed(history, store)
        for epoch, lane in here:
            witness.look_at_headquarters(store, epoch, lane)
        _is_one_read_each(history, here)
        _are_alarms_just(history, alarms(store))
        (repeated,) = store.execute("SELECT ifnull(sum(repeated), 0) FROM stream").fetchone()
        (orphans,) = store.execute("SELECT count(*) FROM epoch WHERE NOT started").fetchone()
        if orphans and not history.plan.may_drop and not history.plan.refusing:
            witness.breaks("an epoch without its start")
    finally:
        store.close()
    return {
        "repeated": int(repeated),
        "at_headquarters": sum(map(len, here.values())),
        "dropped": sum(_counted(here).values()),
    }


def _here(history: "History", store: sqlite3.Connection) -> dict[Stream, dict[int, bytes]]:
    """Everything headquarters has; each body must be what was numbered."""
    found: dict[Stream, dict[int, bytes]] = {}
    for epoch, lane, seq, body in store.execute(
        "SELECT epoch.name, stream.lane, seq, body FROM event JOIN stream ON stream.id = event.stream"
        " JOIN epoch ON epoch.id = stream.epoch"
    ):
        found.setdefault((epoch, Lane(lane)), {})[seq] = body
        if history.witness.said.get((epoch, Lane(lane), seq)) != body:
            history.witness.breaks(f"invented: {Lane(lane).word} {seq}")
    return found


def _nothing_missing(history: "History", here: dict[Stream, dict[int, bytes]]) -> None:
    witness, lost = history.witness, Counter[Lane]()
    for (epoch, lane), ranges in history.owed.items():
        kept, aside = here.get((epoch, lane), {}), witness.aside.get((epoch, lane), Ranges())
        for number_ in (n for first, last in ranges for n in range(first, last + 1) if n not in kept):
            if number_ in aside and _may_be_aside(history, witness.said[epoch, lane, number_]):
                continue
            if not history.plan.may_drop:
                witness.breaks(f"lost: {lane.word} {number_} of {epoch.hex()}")
            lost[lane] += 1
    counted = _counted(here)
    for lane, count in lost.items():
        if count > counted[lane]:
            witness.breaks(f"lost and not counted: {count} of lane {lane.word}, said {counted[lane]}")


def _is_closed(history: "History", store: sqlite3.Connection) -> None:
    """Of each promised number headquarters knows what became of it: stored or dropped; but for what was set aside."""
    known: dict[Stream, Ranges] = {}
    for epoch, lane, first, last in store.execute(
        "SELECT epoch.name, stream.lane, first, last FROM accounted"
        " JOIN stream ON stream.id = accounted.stream JOIN epoch ON epoch.id = stream.epoch"
    ):
        known.setdefault((epoch, Lane(lane)), Ranges()).add(first, last)
    for (epoch, lane), ranges in history.owed.items():
        told = Ranges([*known.get((epoch, lane), ()), *history.witness.aside.get((epoch, lane), ())])
        if gap := next((gap for first, last in ranges if (gap := told.first_gap(first, last))), None):
            history.witness.breaks(f"the ledger does not close: {lane.word} {gap[0]}..{gap[1]} of {epoch.hex()}")


def _may_be_aside(history: "History", body: bytes) -> bool:
    """Poison, with an alarm; or a lane that a broker refused, which looks the same."""
    return "poison" in history.witness.alarms and (history.plan.refusing or is_poison(body))


def _counted(here: dict[Stream, dict[int, bytes]]) -> Counter[Lane]:
    counted: Counter[Lane] = Counter()
    for (_, lane), kept in here.items():
        if lane is Lane.URGENT:
            for event in map(event_of, kept.values()):
                if isinstance(event, Dropped):
                    counted[Lane(event.lane)] += event.count
    return counted


def _is_one_read_each(history: "History", here: dict[Stream, dict[int, bytes]]) -> None:
    """A plate is said once: it is there once, if at all. A hit names its read."""
    events = [(epoch, seq, event_of(body)) for (epoch, _), kept in here.items() for seq, body in kept.items()]
    reads = {(epoch, seq): event.vrm for epoch, seq, event in events if isinstance(event, Read)}
    numbers = Counter(number(vrm) for vrm in reads.values())
    for n, count in numbers.items():
        if count > 1 or n is None or not 0 <= n < len(history.plates):
            history.witness.breaks(f"read {n} of {len(history.plates)} is there {count} times")
    for epoch, _, event in events:
        if isinstance(event, Hit) and reads.get((epoch, event.read or 0), event.vrm) != event.vrm:
            history.witness.breaks("a hit names another read")


def _are_alarms_just(history: "History", names: list[str]) -> None:
    unjust = {"two children", "knows less", "conflict"}
    if history.plan.poison is None:
        unjust.add("unreadable")
    if found := unjust & set(names):
        history.witness.breaks(f"headquarters raised an alarm without a cause: {sorted(found)}")
