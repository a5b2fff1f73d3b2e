"""What a car is told of look-ups: which reasons there are, whether a case is asked for, who may ask without being logged on."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

from annotated_types import Ge, Le, MaxLen, MinLen

_STRICT: Final[dict[str, Any]] = {"extra": "forbid"}

ReasonCode = Annotated[str, MinLen(1), MaxLen(32)]


@dataclass(frozen=True, slots=True)
class Lookups:
    """Look-ups of vehicles, persons and places."""

    __pydantic_config__: ClassVar = _STRICT
    reasons: Annotated[tuple[ReasonCode, ...], MinLen(1), MaxLen(64)] = (
        *("STOP", "HIT", "PATROL", "INCIDENT", "CRIME", "WELFARE", "WARRANT"),
    )
    """The reason codes of the force; any other is refused."""
    require_case: bool = False
    """Whether persons and places need a case number, too."""
    open_vehicles: bool = False
    """Whether a vehicle may be looked up without a logged-on officer and a reason."""
    metres: Annotated[int, Ge(10), Le(5_000)] = 250
    """Around "here", when nothing else is said."""
    days: Annotated[int, Ge(1), Le(3_660)] = 90
