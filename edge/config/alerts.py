"""What a car is told of its alerts: which are sounded, when the same vehicle is alerted again, how long an answer is waited for."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

from annotated_types import Ge, Gt, Le

_STRICT: Final[dict[str, Any]] = {"extra": "forbid"}

Priority = Annotated[int, Ge(0), Le(100)]


@dataclass(frozen=True, slots=True)
class Alerts:
    """A million listed vehicles are some 2.5 % of all on the road: not each may take the crew's eyes from it."""

    __pydantic_config__: ClassVar = _STRICT
    threshold: Priority = 0
    """Below it an alert is listed, not sounded; until the crew sets another (patrol-edge alerts). 0: all are sounded."""
    high_priority: Priority = 80
    """From it on an alert is always sounded."""
    pile_up: Annotated[int, Ge(1), Le(1000)] = 5
    """How many are sounded within `pile_up_s`; more are folded into one line."""
    pile_up_s: Annotated[float, Gt(0), Le(3600)] = 10
    repeat_minutes: Annotated[float, Ge(0), Le(1440)] = 10
    """The same vehicle again within so many minutes and `repeat_metres` is no second alert. 0: it always is."""
    repeat_metres: Annotated[float, Ge(0), Le(100_000)] = 500
    answer_s: Annotated[float, Gt(0), Le(3600)] = 30
    """An alert that nobody answers for so long is shown once more, and headquarters is told."""
