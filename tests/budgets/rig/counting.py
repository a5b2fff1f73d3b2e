"""A deed -> what it cost: instructions of the interpreter, bytes written, records logged. The same deed gives the same count."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any


def opcodes(deed: Callable[[], object]) -> int:
    """Bytecode instructions that it takes; what C does inside one is not seen."""
    count = 0

    def local(frame: FrameType, event: str, _: Any) -> Any:  # noqa: ANN401, ARG001 - sys.settrace's
        nonlocal count
        count += event == "opcode"
        return local

    def begin(frame: FrameType, _: str, __: Any) -> Any:  # noqa: ANN401
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return local

    before = sys.gettrace()
    sys.settrace(begin)
    try:
        deed()
    finally:
        sys.settrace(before)
    return count


def written_bytes() -> int:
    """By this process so far, with write(2) and its like (proc(5), io, wchar)."""
    lines = Path("/proc/self/io").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith("wchar")).split()[1])


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def emit(self, _: logging.LogRecord) -> None:
        self.count += 1


@contextmanager
def records(level: int) -> Iterator[Callable[[], int]]:
    """How many records of `edge` had at least this level."""
    logger, handler = logging.getLogger("edge"), _Records()
    was, logger.level = logger.level, level
    logger.addHandler(handler)
    try:
        yield lambda: handler.count
    finally:
        logger.removeHandler(handler)
        logger.setLevel(was)
