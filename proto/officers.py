"""An officer <-> a line of the data set `officers`: who may log on to a car, with a hash of the PIN and never the PIN. [proto-11.7]"""

import json
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from proto.errors import FrameError

MAX_TEXT: Final = 64  # characters of a name, a force, a role
MAX_ROLES: Final = 16
MAX_LINE: Final = 2048  # characters
_COLLAR: Final = re.compile(r"[A-Za-z0-9-]{1,16}")
_HASH: Final = re.compile(
    r"\$argon2id\$v=19\$m=\d{1,7},t=\d{1,2},p=\d{1,2}\$[A-Za-z0-9+/]{11,64}\$[A-Za-z0-9+/]{22,128}"
)


@dataclass(frozen=True, slots=True)
class Officer:
    """`valid_until`: the last day on which the officer may log on; None: until another set says otherwise."""

    collar: str = field(repr=False)
    name: str = field(repr=False)
    force: str | None
    roles: tuple[str, ...]
    valid_until: date | None
    pin_hash: str = field(repr=False)
    """argon2id in its own notation (PHC string), which names its parameters and its salt."""

    def __post_init__(self) -> None:
        if not is_collar(self.collar):
            raise ValueError("a collar number is 1 to 16 letters, digits and hyphens")
        texts = (self.name, self.force or "-", *self.roles)
        if not all(0 < len(text.strip()) <= MAX_TEXT for text in texts) or len(self.roles) > MAX_ROLES:
            raise ValueError(f"a name, a force and a role have 1 to {MAX_TEXT} characters")
        if not _HASH.fullmatch(self.pin_hash):
            raise ValueError("not a hash of a PIN by argon2id")


def is_collar(text: object) -> bool:
    """Whether it may be a collar number."""
    return isinstance(text, str) and _COLLAR.fullmatch(text) is not None


def line_of(officer: Officer) -> str:
    """`[collar, name, force, [role, ...], valid_until, hash]` as JSON, without a line end."""
    until = officer.valid_until and officer.valid_until.isoformat()
    parts = (officer.collar, officer.name, officer.force, officer.roles, until, officer.pin_hash)
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def officer_of(line: str) -> Officer:
    """What `line_of` made; parts of a later version are let by. Raises FrameError, which shows nothing of the line."""
    try:
        parts: Any = json.loads(line) if len(line) <= MAX_LINE else None
    except ValueError:
        parts = None
    match parts:
        case [str(collar), str(name), force, list(roles), until, str(pin_hash), *_] if _are_texts(force, until, *roles):
            try:
                day = None if until is None else date.fromisoformat(until)
                return Officer(collar, name, force, tuple(roles), day, pin_hash)
            except ValueError as error:
                raise FrameError("not an officer") from error
    raise FrameError("not an officer")


def _are_texts(force: object, until: object, *roles: object) -> bool:
    return all(part is None or isinstance(part, str) for part in (force, until)) and all(
        isinstance(role, str) for role in roles
    )
