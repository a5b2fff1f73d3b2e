"""A file of analysts' decisions -> checked decisions, or one sentence that says what is wrong."""

import json
from pathlib import Path

from forecast.safeguards import Decision
from headquarters.forecast.reading import InputError


def read_decisions(path: Path) -> list[Decision]:
    """One JSON object a line: action (suppress or add), x_m, y_m, reason, analyst. InputError otherwise."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} cannot be read: {error}") from error
    return [_decision(path.name, number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _decision(name: str, number: int, line: str) -> Decision:
    try:
        fields = json.loads(line)
        return Decision(
            fields["action"], float(fields["x_m"]), float(fields["y_m"]), fields["reason"], fields["analyst"]
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{name}, line {number} is no decision: {error}") from error
