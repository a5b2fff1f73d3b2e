"""The store -> per forecast and box: visits, minutes, minutes that count. Boxes only: who drove there is nobody's score. [proto-12.2]"""

import sqlite3
from typing import Final, TypedDict

from headquarters.export.times import iso


class BoxFigures(TypedDict):
    """One box. `minutes`: stayed there; `credit_minutes`: of these, those that count; `last`: UTC."""

    box: int
    lat: float
    lon: float
    visits: int
    minutes: float
    credit_minutes: float
    last: str | None


class ForecastFigures(TypedDict):
    """One version of one forecast; boxes that were never visited are not in it."""

    set: str
    version: int
    model: str | None
    visits: int
    minutes: float
    credit_minutes: float
    boxes: list[BoxFigures]


_BOXES: Final = """
SELECT name, version, model, box, lat_e6, lon_e6, count(*), sum(dwell_s), sum(credit_s), max(ended_ms) FROM dwell
WHERE (?1 IS NULL OR name = ?1) AND ended_ms >= ?2 GROUP BY name, version, model, box, lat_e6, lon_e6
ORDER BY name, version, sum(credit_s) DESC, box
"""


def figures(connection: sqlite3.Connection, name: str | None = None, since_ms: int = 0) -> list[ForecastFigures]:
    """All forecasts, or that of one data set; visits that ended at or after a time. Raises sqlite3.Error."""
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'dwell'").fetchone() is None:
        return []  # a store that only an earlier patrol-hq has written
    found: dict[tuple[str, int, bytes | None], ForecastFigures] = {}
    for set_, version, model, box, lat, lon, visits, dwell_s, credit_s, last in connection.execute(
        _BOXES, (name, since_ms)
    ):
        one = found.setdefault(
            (set_, version, model),
            ForecastFigures(
                set=set_, version=version, model=None if model is None else model.hex(),
                visits=0, minutes=0.0, credit_minutes=0.0, boxes=[],
            ),
        )  # fmt: skip
        row = BoxFigures(
            box=box, lat=lat / 1e6, lon=lon / 1e6, visits=visits, minutes=_minutes(dwell_s),
            credit_minutes=_minutes(credit_s), last=iso(last),
        )  # fmt: skip
        one["boxes"].append(row)
        one["visits"] += visits
        one["minutes"] = round(one["minutes"] + row["minutes"], 1)
        one["credit_minutes"] = round(one["credit_minutes"] + row["credit_minutes"], 1)
    return list(found.values())


def table(found: list[ForecastFigures]) -> str:
    """For people."""
    if not found:
        return "no dwell in any box"
    rows = []
    for one in found:
        counts = f"{one['visits']} visits to {len(one['boxes'])} boxes"
        rows.append(
            f"{one['set']} version {one['version']}: {counts}, {one['minutes']} min, {one['credit_minutes']} count"
        )
        rows += [
            f"  box {box['box']:<5} {box['lat']:>10.5f} {box['lon']:>11.5f}  {box['visits']:>4} visits"
            f"  {box['minutes']:>6} min  {box['credit_minutes']:>6} count  last {box['last']}"
            for box in one["boxes"]
        ]
    return "\n".join(rows)


def _minutes(seconds: int) -> float:
    return round(seconds / 60, 1)
