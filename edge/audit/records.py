"""Audit events in -> stored events, or NotStoredError; and the heads that headquarters says, compared with our chain. [proto-11.4]"""

from collections.abc import Callable
from typing import Final

from edge.audit.chain import Chain
from edge.audit.witness import WITHIN_S, NotStoredError, Witnessed
from edge.spool.inbox import Inbox
from edge.spool.numbering import Item
from proto.heads import decode_heads
from proto.kinds import Audited

LANE: Final = "audit"
HEAD: Final = "head"


class AuditRecords:
    """The way of every part of the car to lane audit."""

    words: Final = frozenset({HEAD})

    def __init__(self, inbox: Inbox[Item], alarm: Callable[[str, str], None]) -> None:
        self._inbox = inbox
        self._alarm = alarm
        self.chain: Chain | None = None
        """Once the store is open."""
        self._told: set[str] = set()

    def note(self, event: Audited) -> None:
        """For what is not held up by its record."""
        self._inbox.offer(event, LANE, urgent=True)

    async def store(self, event: Audited, within_s: float = WITHIN_S) -> None:
        """Returns once the event is on the disk. Raises NotStoredError: what needs it must not be said."""
        witnessed = Witnessed(event)
        if not self._inbox.offer(witnessed, LANE, urgent=True):
            raise NotStoredError("too much waits to be stored")
        await witnessed.stored(within_s)

    def connected(self) -> None:
        """Nothing is asked for: headquarters says its head beside each receipt, and when it hears what we hold."""

    def take(self, word: str, payload: bytes, now_s: float) -> None:  # noqa: ARG002
        """Heads came down. Raises FrameError. Each fault is one alarm in this process's life."""
        for head in decode_heads(payload):
            fault = self.chain.fault(head) if self.chain else None
            if fault is not None and fault not in self._told:
                self._told.add(fault)
                self._alarm("audit-head", fault)

    def sayings(self, now_s: float) -> list[tuple[str, bytes]]:  # noqa: ARG002
        """Nothing."""
        return []

    def next_due_s(self) -> float | None:
        """Never."""
        return None
