"""Alerts that were shown, and what the crew says of them -> steps to headquarters and lines to every screen. [proto-9]

What nobody answers is shown once more. State lives as long as the process: of an alert of an earlier one the crew's answer is
taken as it comes.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from edge.intake.sighting import Alert
from edge.matcher.entry import Entry
from proto.events import Change, Moment, Step
from proto.steps import ACCEPTED, ACKNOWLEDGED, ANSWERS, REASONS, REJECTED, SHOWN, UNANSWERED

MOST: Final = 512  # alerts; an hour's worth at a busy camera
MAX_OFFICER: Final = 32  # characters

_ID: Final = re.compile(r"([0-9a-f]{16})-([1-9][0-9]{0,11})")
_PUT_TO_THE_CREW: Final = (None, "silent")
"""How those were shown that somebody should answer; what is listed or folded waits for nobody."""

Say = Callable[..., None]
Record = Callable[[Step | Change], None]


class AnswerError(ValueError):
    """Why an answer is not taken, for the crew to read."""


@dataclass(slots=True)
class Hit:
    """One alert of this process. `fields`: of its line, to show it again."""

    id: str
    number: int
    entry: Entry = field(repr=False)
    fields: dict[str, Any] = field(repr=False)
    due_s: float | None
    """When it counts as unanswered, by the monotonic clock; None: it does not, or did."""
    state: str = SHOWN


class Hits:
    """All hits of this process, the oldest forgotten first."""

    def __init__(
        self,
        epoch: bytes,
        say: Say,
        now: Callable[[], Moment],
        record: Record,
        answer_s: float,
        time_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`time_s`: the event loop's clock."""
        self.epoch = epoch
        self._say = say
        self._now = now
        self._record = record
        self._answer_s = answer_s
        self._time_s = time_s
        self._hits: OrderedDict[str, Hit] = OrderedDict()
        self.unanswered = 0

    def id_of(self, number: int, epoch: bytes | None = None) -> str:
        """What an alert is called on the socket."""
        return f"{(epoch or self.epoch).hex()}-{number}"

    def shown(self, alert: Alert, fields: dict[str, Any]) -> None:
        """The crew was warned."""
        due_s = self._time_s() + self._answer_s if alert.shown in _PUT_TO_THE_CREW else None
        hit = Hit(self.id_of(alert.number), alert.number, alert.entry, fields, due_s)
        self._hits[hit.id] = hit
        if len(self._hits) > MOST:
            self._hits.popitem(last=False)

    def get(self, id_: object) -> Hit | None:
        """A hit of this process, as long as it is remembered."""
        return self._hits.get(id_) if isinstance(id_, str) else None

    def look(self, now_s: float) -> None:
        """At what nobody has answered: shown once more, and reported."""
        for hit in list(self._hits.values()):
            if hit.due_s is None or now_s < hit.due_s:
                continue
            hit.due_s = None
            hit.state = UNANSWERED
            self.unanswered += 1
            self._say("unanswered", **hit.fields)
            self._record(Step(self._now(), hit.number, UNANSWERED))

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """The crew's answer: {"id", "step", "reason", "officer"} -> {"id", "state"}, or {"error"}."""
        try:
            return self._answered(request)
        except AnswerError as error:
            return {"error": str(error)}

    def _answered(self, request: dict[str, Any]) -> dict[str, Any]:
        id_ = request.get("id")
        match = _ID.fullmatch(id_) if isinstance(id_, str) else None
        if match is None:
            raise AnswerError("no such alert")
        step, reason, officer = _checked(request)
        epoch = bytes.fromhex(match[1])
        hit = self._hits.get(match[0])
        if hit is None and epoch == self.epoch:
            raise AnswerError("no such alert, or one too long ago")
        was = SHOWN if hit is None else hit.state
        if step == ACKNOWLEDGED and was in (ACCEPTED, REJECTED):
            raise AnswerError(f"it is {was} already")
        if hit is not None:
            hit.state, hit.due_s = step, None
        self._record(Step(self._now(), int(match[2]), step, reason, officer, None if epoch == self.epoch else epoch))
        if step == REJECTED:  # a reject is an audit record too
            self._record(Change(self._now(), officer, f"hit {match[0]}", was, f"{step}: {reason}"))
        self._say("step", id=match[0], step=step, reason=reason, officer=officer, was=was)
        return {"id": match[0], "state": step}

    def table(self) -> dict[str, Any]:
        """For the status: how many hits are in which state."""
        states = [hit.state for hit in self._hits.values()]
        return {state: states.count(state) for state in (SHOWN, *ANSWERS, UNANSWERED)}

    def figures(self) -> dict[str, int]:
        """For headquarters."""
        return {"unanswered": self.unanswered}


def _checked(request: dict[str, Any]) -> tuple[str, str | None, str | None]:
    step, reason, officer = request.get("step"), request.get("reason"), request.get("officer")
    if step not in ANSWERS:
        raise AnswerError(f"an answer is one of {', '.join(ANSWERS)}")
    if step == REJECTED and reason not in REASONS:
        raise AnswerError(f"a reject has a reason: one of {', '.join(REASONS)}")
    if step != REJECTED and reason is not None:
        raise AnswerError("only a reject has a reason")
    if officer is not None and not (isinstance(officer, str) and 0 < len(officer) <= MAX_OFFICER):
        raise AnswerError(f"an officer is named by at most {MAX_OFFICER} characters")
    return step, reason, officer
