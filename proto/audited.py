"""The events of lane audit: who asked what and why, who logged on, whose shift it was; beside `kinds.py`. [proto-11]

Each carries a link of the vehicle's hash chain behind its moment. What was asked, and by whom, is personal: no repr shows it.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from proto.chain import Link
from proto.moments import Moment, Place

Eight = Annotated[bytes, "eight"]
"""Eight bytes that name something for ever, such as a shift."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One answer to a look-up. `number`: the look-up's in this epoch; it comes again when headquarters' answer joins.

    `what` is vehicle, person or place; `source` carried, cached, headquarters, or refused; None: nobody could answer.
    """

    KIND: ClassVar[int] = 10
    moment: Moment
    link: Link | None = field(default=None, kw_only=True, repr=False)
    number: int
    officer: str = field(repr=False)
    force: str | None
    what: str
    asked: str = field(repr=False)
    reason: str
    case: str | None = field(default=None, repr=False)
    place: Place | None = None
    source: str | None = None
    age_s: int | None = None
    found: int | None = None
    more: tuple[Any, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class LogOn:
    """`step`: on, off, refused (a wrong PIN and the like), withdrawn (no officer any more). `seat`: driver or passenger."""

    KIND: ClassVar[int] = 11
    moment: Moment
    link: Link | None = field(default=None, kw_only=True, repr=False)
    officer: str = field(repr=False)
    step: str
    seat: str | None = None
    reason: str | None = None
    place: Place | None = None
    more: tuple[Any, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is on board from here on. `shift` names it over epochs; `step`: start, change, resumed (a new epoch), end."""

    KIND: ClassVar[int] = 12
    moment: Moment
    link: Link | None = field(default=None, kw_only=True, repr=False)
    shift: Eight
    step: str
    officers: tuple[tuple[str, str], ...] = field(repr=False)
    """(collar number, seat) of each; empty at the end."""
    place: Place | None = None
    more: tuple[Any, ...] = field(default=(), repr=False)
