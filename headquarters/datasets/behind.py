"""The shelf and what the cars said -> per set its newest version, and per car and set what it holds; who is behind."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TypedDict

from headquarters.datasets import shelf
from headquarters.datasets.file import open_sets, path_of


class CarFigures(TypedDict):
    """`version`: what the car holds, 0: nothing; `coming`: what it is fetching; `heard_ms`: when it said so, UTC."""

    vehicle: str
    version: int
    coming: int
    behind: bool
    heard_ms: int | None


class SetFigures(TypedDict):
    """One set at its newest version; cars that have said anything of data sets."""

    name: str
    kind: str
    version: int
    entries: int
    made_ms: int
    expires_ms: int
    cars: list[CarFigures]


def sets(store: Path) -> list[SetFigures]:
    """All sets of a store; none when nothing was ever published. Raises StoreError or sqlite3.Error."""
    if not path_of(store).exists():
        return []
    with closing(open_sets(store)) as connection:
        return [_figures(connection, name) for name in shelf.names(connection)]


def _figures(connection: sqlite3.Connection, name: str) -> SetFigures:
    last = shelf.newest(connection, name)
    assert last is not None
    m = last.manifest
    rows = connection.execute(
        "SELECT DISTINCT everyone.vehicle, ifnull(held.version, 0), ifnull(held.coming, 0), held.at_ms FROM held AS everyone"
        " LEFT JOIN held ON held.vehicle = everyone.vehicle AND held.name = ? ORDER BY everyone.vehicle",
        (name,),
    )
    cars = [
        CarFigures(vehicle=vehicle, version=version, coming=coming, behind=version < m.version, heard_ms=at_ms)
        for vehicle, version, coming, at_ms in rows
        if m.is_for(vehicle)
    ]
    return SetFigures(
        name=name,
        kind=m.kind,
        version=m.version,
        entries=m.entries,
        made_ms=m.made_ms,
        expires_ms=m.expires_ms,
        cars=cars,
    )
