"""Log records -> one JSON object a line on stderr. No plate, no position, no officer may stand in any of them."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

FIELDS: Final = "fields"  # logging's `extra` key: {"fields": {...}} joins the line


class JsonLine(logging.Formatter):
    """{"at", "level", "name", "message", ...}."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "name": record.name,
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)


def to_stderr() -> None:
    """All logs of this process, from INFO, as JSON lines."""
    out = logging.StreamHandler(sys.stderr)
    out.setFormatter(JsonLine())
    logging.basicConfig(level=logging.INFO, handlers=[out], force=True)
