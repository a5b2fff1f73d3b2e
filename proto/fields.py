"""A field's value as msgpack gave it -> the same value when it may stand there, else a FrameError. [proto-3.8]"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from proto.chain import LINK_BYTES
from proto.errors import FrameError

EPOCH_BYTES: Final = 8
MAX_DEPTH: Final = (
    8  # of what a later version may nest: without a bound whoever prints or compares it overflows the stack
)

Check: TypeAlias = Callable[[Any], Any]
Nest: TypeAlias = tuple[Any, ...] | list[Any] | dict[Any, Any]


def is_whole(value: object) -> bool:
    """Whether it is a whole number of 64 bits with sign, which every database keeps; true and false are none."""
    return type(value) is int and -(2**63) <= value < 2**63


def is_count(value: object) -> bool:
    """Whether it is a whole number of 64 bits and not negative."""
    return type(value) is int and 0 <= value < 2**63


def number(value: object, least: int, most: int) -> int:
    """A whole number within both bounds."""
    if type(value) is not int or not least <= value <= most:
        raise FrameError("number out of range")
    return value


def whole(value: object) -> int:
    """A whole number."""
    return number(value, -(2**63), 2**63 - 1)


def text(value: object) -> str:
    """A text; that it is UTF-8, msgpack has seen to."""
    if type(value) is not str:
        raise FrameError("not text")
    return value


def flag(value: object) -> bool:
    """True or false."""
    if type(value) is not bool:
        raise FrameError("not true or false")
    return value


def epoch(value: object) -> bytes:
    """The eight bytes of an epoch, or of a boot."""
    if type(value) is not bytes or len(value) != EPOCH_BYTES:
        raise FrameError("not an epoch")
    return value


def link(value: object) -> bytes:
    """The bytes of a link of the audit chain."""
    if type(value) is not bytes or len(value) != LINK_BYTES:
        raise FrameError("not a link")
    return value


def named_texts(value: object) -> object:
    """Pairs of two texts."""
    if not _are_pairs(value, _is_text, _is_text):
        raise FrameError("not pairs")
    return value


def named_numbers(value: object) -> object:
    """Pairs of a name and a whole number."""
    if not _are_pairs(value, _is_text):
        raise FrameError("not pairs")
    return value


def numbered_numbers(value: object) -> object:
    """Pairs of two whole numbers."""
    if not _are_pairs(value, is_whole):
        raise FrameError("not pairs")
    return value


def or_none(check: Check) -> Check:
    """The same check, but nothing may stand there too."""
    return lambda value: None if value is None else check(value)


def bounded(more: tuple[Any, ...]) -> tuple[Any, ...]:
    """Fields of a later version, unless arrays and maps stand inside each other more than MAX_DEPTH deep."""
    level = _nests(more)
    for _ in range(MAX_DEPTH):
        if not level:
            return more
        level = [inner for outer in level for inner in _nests(outer)]
    if level:
        raise FrameError("nested too deep")
    return more


def _are_pairs(
    value: object, is_first: Callable[[object], bool], is_second: Callable[[object], bool] = is_whole
) -> bool:
    return type(value) is tuple and all(
        type(pair) is tuple and len(pair) == 2 and is_first(pair[0]) and is_second(pair[1]) for pair in value
    )


def _is_text(value: object) -> bool:
    return type(value) is str


def _nests(outer: Nest) -> list[Nest]:
    """The arrays and maps that stand in this one."""
    return [
        inner for inner in (outer.values() if isinstance(outer, dict) else outer) if type(inner) in (tuple, list, dict)
    ]
