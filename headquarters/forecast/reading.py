"""CSV files (plain or gzip) of events and weather -> checked tables, or one sentence that says what is wrong."""

import csv
import datetime as dt
import gzip
import math
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO, cast

import numpy as np

from forecast.categories import RefusedCategoryError, code_of
from forecast.model.events import UNKNOWN_MINUTE, Events, sorted_events
from forecast.model.volume import Weather

COLUMNS: Final = ("occurred_at", "category", "x_m", "y_m")
FAR_M = 2_000_000_000  # beyond 32 bits a coordinate is a typing error


class InputError(ValueError):
    """A file that cannot be used; the text is one sentence for the analyst."""


class _Columns:
    """Growing columns: 15 bytes a row, so that five million rows stay below 100 MB."""

    __slots__ = ("category", "codes", "day", "days", "minute", "unplaced", "x_m", "y_m")

    def __init__(self) -> None:
        self.day, self.minute, self.category = array("i"), array("h"), array("b")
        self.x_m, self.y_m = array("i"), array("i")
        self.days: dict[str, int] = {}
        self.codes: dict[str, int] = {}
        self.unplaced = 0

    def add(self, when: str, category: str, x_m: str, y_m: str) -> None:
        """One row; ValueError when a field cannot be read. Rows without coordinates are counted and passed over."""
        if not x_m.strip() or not y_m.strip():
            self.unplaced += 1
            return
        code = self.codes.get(category)
        if code is None:
            code = self.codes[category] = code_of(category)
        day = self.days.get(when[:10])
        if day is None:
            day = self.days[when[:10]] = dt.date.fromisoformat(when[:10]).toordinal()
        minute, x, y = _minute(when), _metres(x_m), _metres(y_m)
        self.day.append(day)
        self.minute.append(minute)
        self.category.append(code)
        self.x_m.append(x)
        self.y_m.append(y)


def read_events(path: Path, before: int | None = None) -> Events:
    """Events of the column contract, sorted by day. InputError when the file cannot be used. `before`: rows of this ordinal day and later are dropped."""
    columns = _Columns()
    try:
        with _opened(path) as lines:
            _fill(columns, csv.reader(lines), path)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path.name} cannot be read: {error}") from error
    if not len(columns.day):
        without = f" ({columns.unplaced} rows have no coordinates)" if columns.unplaced else ""
        raise InputError(f"{path.name} holds no usable event{without}")
    events = sorted_events(
        np.frombuffer(columns.day, np.int32),
        np.frombuffer(columns.minute, np.int16),
        np.frombuffer(columns.category, np.int8),
        np.frombuffer(columns.x_m, np.int32),
        np.frombuffer(columns.y_m, np.int32),
    )
    return events if before is None else events.before(before)


def read_weather(path: Path) -> dict[int, Weather]:
    """Daily weather by ordinal day (`date,rain_mm,snow_mm[,mean_c]`). InputError when the file cannot be used."""
    try:
        with _opened(path) as lines:
            rows = csv.DictReader(lines)
            if "date" not in (rows.fieldnames or ()):
                raise InputError(f"{path.name} has no column 'date'")
            return {
                dt.date.fromisoformat(row["date"]).toordinal(): Weather(
                    _amount(row.get("rain_mm")), _amount(row.get("snow_mm")), _amount(row.get("mean_c"))
                )
                for row in rows
            }
    except InputError:
        raise
    except (OSError, EOFError, ValueError, csv.Error) as error:
        raise InputError(f"{path.name} cannot be read: {error}") from error


def _opened(path: Path) -> TextIO:
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    return (
        cast(TextIO, gzip.open(path, "rt", encoding="utf-8-sig", newline=""))
        if packed
        else path.open(encoding="utf-8-sig", newline="")
    )


def _fill(columns: _Columns, rows: Iterator[list[str]], path: Path) -> None:
    header = [name.strip().lstrip("\ufeff") for name in next(rows, [])]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise InputError(f"{path.name} has no column {', '.join(missing)}; needed are {', '.join(COLUMNS)}")
    when, category, x_m, y_m = (header.index(name) for name in COLUMNS)
    add = columns.add
    for number, row in enumerate(rows, start=2):
        if not row:
            continue
        try:
            add(row[when], row[category], row[x_m], row[y_m])
        except RefusedCategoryError as refused:
            raise InputError(f"{path.name}, line {number}: {refused}") from refused
        except (ValueError, IndexError) as error:
            raise InputError(f"{path.name}, line {number} cannot be read: {error}") from error


def _minute(when: str) -> int:
    if len(when) == 10:
        return UNKNOWN_MINUTE
    hour, minute = int(when[11:13]), int(when[14:16])
    if not (when[10] in "T " and 0 <= hour < 24 and 0 <= minute < 60):
        raise ValueError(f"'{when}' is no time")
    return hour * 60 + minute


def _metres(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(f"{text} is no coordinate in metres") from None
        value = math.floor(number)
    if abs(value) > FAR_M:
        raise ValueError(f"{text} is no coordinate in metres")
    return value


def _amount(text: str | None) -> float | None:
    return float(text) if text else None
