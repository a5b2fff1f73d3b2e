"""One batch on its way: sent, not yet answered for. It is kept as it was sent, so that a re-send costs no read."""

from dataclasses import dataclass
from typing import Final

from edge.spool.ledger import Ledger

FIRST_RESEND_S: Final = 10.0
LONGEST_RESEND_S: Final = 60.0
MOST_IGNORED: Final = 3  # sends without an answer, while others were answered: then it is poison


@dataclass(slots=True, eq=False)
class Flight:
    """A batch of one lane of one epoch, first..last. `live`: younger than half a minute when it was made."""

    ledger: Ledger
    first: int
    last: int
    message: bytes
    live: bool
    due_s: float = 0.0
    wait_s: float = FIRST_RESEND_S
    sent: int = 0
    ignored: int = 0
    answers_then: int = 0
    """How many answers the window had had when this was last sent."""
    silent: int = 0
    """Sends in a row, the last one included, between which nothing in the window was answered for."""

    def was_sent(self, now_s: float, answers: int) -> None:
        """It goes out (again) now."""
        if self.sent:
            self.wait_s = min(self.wait_s * 2, LONGEST_RESEND_S)
        self.silent = self.silent + 1 if answers == self.answers_then else 1
        self.sent += 1
        self.due_s = now_s + self.wait_s
        self.answers_then = answers
