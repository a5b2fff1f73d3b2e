"""The words of a hit's life: its steps, and why a crew rejects it. [proto-9.1] [proto-9.3]"""

from typing import Final

SHOWN: Final = "shown"
"""The state of a hit of which there is no step yet."""
ACKNOWLEDGED: Final = "acknowledged"
ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"
UNANSWERED: Final = "unanswered"
TOLD: Final = "told"
NOTED: Final = "noted"
ANSWERS: Final = (ACKNOWLEDGED, ACCEPTED, REJECTED)
"""What a crew may say."""
STATES: Final = (*ANSWERS, UNANSWERED)
"""Steps that change what a hit's state is; `told` and `noted` do not."""
REASONS: Final = ("misread", "wrong-state", "wrong-vehicle", "dealt-with", "not-pursued", "other")
