"""Log records -> JSON lines on stdout, which journald keeps. Never a plate, a position or an officer in any of them."""

import json
import logging
import sys
import traceback
from typing import Any


class JsonLines(logging.Formatter):
    """One object a line. Of an exception only its type and where it rose: its text may hold what was being handled."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's line."""
        line: dict[str, Any] = {"level": record.levelname.lower(), "from": record.name, "says": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            line["at"] = list(_places(record.exc_info[1]))
        return json.dumps(line)


def log_to_stdout(level: str) -> None:
    """Everything from `level` up goes to stdout; the MQTT client's own chatter does not."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("mqtt").setLevel(logging.ERROR)


def _places(error: BaseException) -> list[str]:
    """type: file:line of the innermost frames, for each error of a group."""
    if isinstance(error, BaseExceptionGroup):
        return [place for inner in error.exceptions for place in _places(inner)]
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return [f"{type(error).__name__}: {where}"]
