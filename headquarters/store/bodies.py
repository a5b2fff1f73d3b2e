"""Numbered bodies -> rows, the first body of an identity for ever; what came again is told from what came otherwise."""

import sqlite3
from dataclasses import dataclass
from typing import Final

Numbered = list[tuple[int, bytes]]

# One statement with many rows: SQLite's Python module gives up the interpreter's lock at every statement, and a busy
# event loop then keeps it for up to 5 ms. Few sizes, so that every statement stays prepared.
_ROWS: Final = (256, 64, 16, 4, 1)
_INSERT: Final = {n: "INSERT OR IGNORE INTO event VALUES " + ", ".join(["(?, ?, ?)"] * n) for n in _ROWS}


@dataclass(frozen=True, slots=True)
class Kept:
    """How many were new; how many were here already; the numbers here with another body (kept in `conflict`)."""

    new: int
    repeated: int
    conflicts: tuple[int, ...]


def keep(connection: sqlite3.Connection, stream: int, numbered: Numbered) -> Kept:
    """Store the bodies under their numbers, in rising order."""
    new = sum(_inserted(connection, stream, numbered[at : at + n]) for at, n in _cuts(len(numbered)))
    if new == len(numbered):
        return Kept(new, 0, ())
    others = _others(connection, stream, numbered)
    connection.executemany(
        "INSERT OR IGNORE INTO conflict VALUES (?, ?, ?)", [(stream, seq, body) for seq, body in others]
    )
    return Kept(new, len(numbered) - new - len(others), tuple(seq for seq, _ in others))


def _cuts(count: int) -> list[tuple[int, int]]:
    cuts, at = [], 0
    for size in _ROWS:
        while count - at >= size:
            cuts.append((at, size))
            at += size
    return cuts


def _inserted(connection: sqlite3.Connection, stream: int, rows: Numbered) -> int:
    values: list[int | bytes] = []
    for seq, body in rows:
        values += (stream, seq, body)
    return connection.execute(_INSERT[len(rows)], values).rowcount


def _others(connection: sqlite3.Connection, stream: int, numbered: Numbered) -> Numbered:
    """Those whose body is not the one that is stored."""
    stored = dict(
        connection.execute(
            "SELECT seq, body FROM event WHERE stream = ? AND seq BETWEEN ? AND ?",
            (stream, numbered[0][0], numbered[-1][0]),
        )
    )
    return [(seq, body) for seq, body in numbered if stored[seq] != body]
