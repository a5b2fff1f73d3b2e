"""A car's folder, clock, voice and inbox -> the crew's own entries, the searches in what was read, and the crew's threshold."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from edge.hits.budget import Budget
from edge.hits.hits import MAX_OFFICER
from edge.intake.whereabouts import Whereabouts
from edge.lookouts.kept import KeptFile
from edge.lookouts.lookouts import LookOuts
from edge.lookouts.searching import Searching
from edge.spool.database import StoreError
from edge.terminal.stream import EventStream
from proto.events import Change, LookOut, Moment

THRESHOLD: Final = "threshold"

Record = Callable[[Change | LookOut], None]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the wiring needs of this folder."""

    own: LookOuts
    searching: Searching


def parts_of(
    folder: Path,
    key: str,
    stream: EventStream,
    now: Callable[[], Moment],
    whereabouts: Whereabouts,
    budget: Budget,
    record: Record,
    alarm: Callable[[str, str], None],
) -> Parts:
    """Reads what is kept; the asks `look-out-add`, `look-out-remove`, `look-outs` and `alerts` are theirs."""
    file = KeptFile(folder, key)
    kept = file.load()
    if kept.fault is not None:
        alarm("look-outs", f"what the crew looks out for: {kept.fault}")
    budget.threshold = kept.settings.get(THRESHOLD, budget.threshold)
    searching = Searching(folder / "lists", key, now, whereabouts, stream.say)
    own = LookOuts(file, kept.entries, now, stream.say, record, searching.want_own)
    stream.on_ask("look-out-add", own.add)
    stream.on_ask("look-out-remove", own.remove)
    stream.on_ask("look-outs", own.told)
    stream.on_ask("alerts", _Threshold(file, budget, stream, now, record).answer)
    return Parts(own, searching)


@dataclass(frozen=True, slots=True)
class _Threshold:
    """The priority below which an alert is listed, not sounded: the crew's to set, and audited."""

    file: KeptFile
    budget: Budget
    stream: EventStream
    now: Callable[[], Moment]
    record: Record

    async def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """{"threshold"?, "officer"} -> {"threshold"}, or {"error"}; without a threshold it is only told."""
        to, officer = request.get("threshold"), request.get("officer")
        if to is None:
            return {"threshold": self.budget.threshold}
        if isinstance(to, bool) or not isinstance(to, int) or not 0 <= to <= 100:
            return {"error": "a threshold is 0 to 100"}
        if not (isinstance(officer, str) and 0 < len(officer) <= MAX_OFFICER):
            return {"error": "an officer says so: give --officer"}
        try:
            await asyncio.to_thread(self.file.set, THRESHOLD, to)
        except (StoreError, OSError):
            return {"error": "it cannot be kept: the disk takes nothing"}
        was, self.budget.threshold = self.budget.threshold, to
        self.record(Change(self.now(), officer, THRESHOLD, str(was), str(to)))
        self.stream.say("threshold", was=was, now=to, officer=officer)
        return {"threshold": to}
