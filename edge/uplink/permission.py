"""What was sent, acknowledged and answered -> why nothing arrives at headquarters, or None while all is well. Pure.

A broker may take a message, say nothing, and throw it away: mosquitto 2.0.11 does so under MQTT 3.1.1 when its permissions
refuse a topic. So the only sure sign is that headquarters does not answer. Times are the event loop's, in seconds.
"""

from dataclasses import dataclass
from typing import Final

from edge.uplink.reason_codes import FIRST_FAILURE, NO_SUBSCRIBER, NOT_AUTHORISED, NOT_TAKEN
from proto import topics

NO_ANSWER_S: Final = 45.0  # headquarters answers within a second, batches go again after 10 and 20; named within 60
AT_ONCE_S: Final = 2.0  # a broker that hangs up on a topic does so at once; a radio that fails takes longer to notice
MOST_HANG_UPS: Final = 3
HELLO_HOLDS_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why nothing arrives, in words. `is_refusal`: nobody but a person can mend it, so it is worth an alarm."""

    reason: str
    is_refusal: bool


class Permission:
    """What one car knows about whether it may speak. An answer from headquarters settles everything."""

    def __init__(self, vehicle: str) -> None:
        self._up = topics.up(vehicle, "#")
        self._down = topics.down(vehicle, "+")
        self._connected_s: float | None = None
        self._since_s: float | None = None
        self._waited_s = 0.0
        """How long something waited for an answer on connections that are over."""
        self._sent_s: float | None = None
        """When this connection's first batch was sent."""
        self._was_greeted = False
        self._greeted_s: float | None = None
        self._code = 0
        self._hang_ups = 0
        self._was_answered = False

    def connected(self, now_s: float) -> None:
        """A new connection listens to what comes down."""
        self._connected_s, self._since_s, self._sent_s = now_s, None, None
        self._was_answered = False

    def lost(self, now_s: float) -> None:
        """The connection is over."""
        if self._since_s is not None:
            self._waited_s += now_s - self._since_s
        if self._sent_s is not None and not self._was_answered and now_s - self._sent_s < AT_ONCE_S:
            self._hang_ups += 1
        self._connected_s = self._since_s = self._sent_s = None

    def sent(self, now_s: float) -> None:
        """A batch was given to the broker."""
        if self._sent_s is None:
            self._sent_s = now_s

    def acknowledged(self, code: int) -> None:
        """A PUBACK came, with its reason code; 0 in MQTT 3.1.1, whatever became of the message."""
        self._code = code

    def greeted(self) -> None:
        """Headquarters said hello to all."""
        self._was_greeted = True

    def answered(self) -> None:
        """Headquarters answered this car."""
        self._since_s, self._waited_s = None, 0.0
        self._code = self._hang_ups = 0
        self._was_answered = True

    def look(self, now_s: float, *, in_flight: bool) -> Verdict | None:
        """As things stand. `in_flight`: something waits for an answer."""
        if self._was_greeted:
            self._was_greeted, self._greeted_s = False, now_s
        if not in_flight:
            self._since_s, self._waited_s = None, 0.0
        elif self._connected_s is not None and self._since_s is None:
            self._since_s = now_s
        if self._code >= FIRST_FAILURE:
            return Verdict(self._refused(), is_refusal=True)
        if self._hang_ups >= MOST_HANG_UPS:
            reason = f"the broker hangs up on what is sent: its permissions may refuse {self._up}"
            return Verdict(reason, is_refusal=True)
        return self._silence(now_s) if self._waiting_s(now_s) >= NO_ANSWER_S else None

    def due_s(self, now_s: float) -> float | None:
        """When to look again, if nothing happens."""
        left_s = NO_ANSWER_S - self._waiting_s(now_s)
        return None if self._since_s is None or left_s <= 0 else now_s + left_s

    def _waiting_s(self, now_s: float) -> float:
        return self._waited_s + (0.0 if self._since_s is None else now_s - self._since_s)

    def _refused(self) -> str:
        if self._code == NOT_AUTHORISED:
            return f"the broker's permissions refuse {self._up}"
        words = NOT_TAKEN.get(self._code, f"MQTT reason code 0x{self._code:02x}")
        return f"the broker refuses what is sent to {self._up}: {words}"

    def _silence(self, now_s: float) -> Verdict:
        """No answer: who is likelier to be the cause."""
        if self._code == NO_SUBSCRIBER:
            return Verdict("no receipts: headquarters is away (nobody listens at the broker)", is_refusal=False)
        if self._was_answered:
            return Verdict(
                "no receipts: headquarters is away (it answered on this connection before)", is_refusal=False
            )
        refused = f"the broker's permissions refuse {self._up} or {self._down}"
        if self._greeted_s is not None and now_s - self._greeted_s < HELLO_HOLDS_S:
            return Verdict(f"no receipts though headquarters is there: likely {refused}", is_refusal=True)
        return Verdict(f"no receipts: headquarters is away, or {refused}", is_refusal=True)
