"""An answer -> values that JSON has: for a wire, a command's --json, a page. Dates are YYYY-MM-DD; what is unknown or empty is left out."""

from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any


def plain(answer: object) -> Any:  # noqa: ANN401 - whatever JSON has
    """Of a value of records.answers: objects by the names of their fields."""
    if is_dataclass(answer) and not isinstance(answer, type):
        parts = {field.name: plain(getattr(answer, field.name)) for field in fields(answer)}
        return {name: part for name, part in parts.items() if part not in (None, [], False)}
    if isinstance(answer, tuple):
        return [plain(part) for part in answer]
    if isinstance(answer, date):
        return answer.isoformat()
    return answer
