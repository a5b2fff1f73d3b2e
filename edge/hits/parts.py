"""A car's voice, clock, lists and inbox -> everything that lives as long as a hit does, wired."""

from collections.abc import Callable
from dataclasses import dataclass

from edge.config.alerts import Alerts
from edge.hits.base import Base
from edge.hits.budget import PILE_UP
from edge.hits.hits import Hits
from edge.hits.pile import PileUp
from edge.hits.telling import alert_fields
from edge.intake.sighting import Alert, Sighting
from edge.matcher.matcher import Matcher
from edge.spool.inbox import Inbox
from edge.spool.numbering import LANES, Item
from edge.terminal.stream import EventStream
from proto.events import Change, LookOut, Moment, Step
from proto.lanes import Lane


@dataclass(frozen=True, slots=True)
class Parts:
    """What the wiring needs of this folder."""

    hits: Hits
    base: Base
    pile: PileUp
    stream: EventStream
    record: Callable[[Step | Change | LookOut], None]

    def warn(self, sighting: Sighting, alert: Alert) -> None:
        """The crew sees it now; then it is remembered, and counted into a pile when it is one of many."""
        fields = alert_fields(self.hits.id_of(alert.number), sighting, alert)
        self.stream.say("alert", **fields)
        self.hits.shown(alert, fields)
        if alert.shown == PILE_UP:
            self.stream.say("pile-up", **self.pile.folded(fields, sighting.moment.uptime_ms / 1000))


def parts_of(
    epoch: bytes, alerts: Alerts, stream: EventStream, now: Callable[[], Moment], matcher: Matcher, inbox: Inbox[Item]
) -> Parts:
    """The parts; the socket's asks `answer` and `confirm` are theirs."""
    record = recorder(inbox)
    hits = Hits(epoch, stream.say, now, record, alerts.answer_s)
    base = Base(hits, matcher, stream.say, now, record)
    stream.on_ask("answer", hits.answer)
    stream.on_ask("confirm", base.ask)
    return Parts(hits, base, PileUp(alerts.pile_up_s), stream, record)


def recorder(inbox: Inbox[Item]) -> Callable[[Step | Change | LookOut], None]:
    """What the crew does goes to headquarters at once, whatever waits."""

    def record(event: Step | Change | LookOut) -> None:
        lane: Lane = LANES[type(event)]
        inbox.offer(event, lane.word, urgent=True)

    return record
