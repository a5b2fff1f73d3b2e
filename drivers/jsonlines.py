"""Bytes -> JSON objects, one a line (RFC 8259), each with the line it came from; anything else is junk."""

import json
import math
from dataclasses import dataclass, field
from typing import Any, Final

from drivers.lines import Lines
from drivers.readings import Junk

MAX_LINE: Final = 256 * 1024  # a group of plates with a small picture in base64 takes 100 kB


@dataclass(frozen=True, slots=True)
class Said:
    """One object. No repr: it may hold a plate."""

    line: bytes = field(repr=False)
    fields: dict[str, Any] = field(repr=False)


class JsonLines:
    """What waits for its line's end."""

    def __init__(self) -> None:
        self._lines = Lines(MAX_LINE)

    def feed(self, data: bytes) -> list[Said | Junk]:
        return [line if isinstance(line, Junk) else _said(line) for line in self._lines.feed(data)]

    def close(self) -> list[Junk]:
        return self._lines.close()


def written(fields: dict[str, Any]) -> bytes:
    """One line, without the fields that are None."""
    return json.dumps(known(fields), ensure_ascii=False, separators=(",", ":")).encode() + b"\r\n"


def known(fields: dict[str, Any]) -> dict[str, Any]:
    """What is not None."""
    return {name: value for name, value in fields.items() if value is not None}


def number(value: object, least: float = -math.inf, most: float = math.inf) -> float | None:
    """A finite number within its bounds; None for anything else, of any type."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def _said(line: bytes) -> Said | Junk:
    if not line.lstrip().startswith(b"{"):
        return Junk(line, "noise")
    try:
        fields = json.loads(line.decode())
    except (ValueError, RecursionError):  # RecursionError: thousands of brackets, which no device says
        return Junk(line, "bad field")
    return Said(line, fields) if isinstance(fields, dict) else Junk(line, "bad field")
