"""A search file <-> lines that travel: every table's rows in the order of its key, so that whoever loads them sorts nothing. [proto-10]

The first line is `records 1`. Each other is a JSON array: a table's name and up to ROWS_A_LINE of its rows as arrays; bytes
are hexadecimal digits. The tables stand in the order of records.schema.COLUMNS.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from records import schema
from records.connection import Connection

HEADER: Final = f"records {schema.VERSION}"
ROWS_A_LINE: Final = 200
_WITH_BYTES: Final = "gram"  # in its last column


class PackError(ValueError):
    """The lines are no pack of this version; the text shows nothing of them."""


def dumped(connection: Connection) -> Iterator[str]:
    """The lines of a file's tables, without their ends."""
    yield HEADER
    for table in schema.COLUMNS:
        cursor = connection.execute(f"SELECT * FROM {table}")
        while rows := cursor.fetchmany(ROWS_A_LINE):
            if table == _WITH_BYTES:
                rows = [(*row[:-1], row[-1].hex()) for row in rows]
            yield json.dumps([table, *rows], separators=(",", ":"), ensure_ascii=False)


def loaded(connection: Connection, lines: Iterable[str]) -> int:
    """The tables, made and filled in the transaction that is open; how many persons, objects, locations and events there are.

    Raises PackError and what `lines` raises.
    """
    source = iter(lines)
    if next(source, None) != HEADER:
        raise PackError("not a pack of records of this version")
    schema.make_tables(connection)
    schema.make_indexes(connection, schema.ORDERED)
    for line in source:
        table, rows = _parsed(line)
        connection.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * schema.COLUMNS[table])})", rows)
    schema.make_indexes(connection, schema.OTHERS)
    counts = connection.execute("SELECT persons + objects + locations + events FROM about").fetchone()
    if counts is None:
        raise PackError("a pack that says nothing of itself")
    return int(counts[0])


def _parsed(line: str) -> tuple[str, list[Any]]:
    try:
        table, *rows = json.loads(line)
        width = schema.COLUMNS[table]
        if not all(type(row) is list and len(row) == width for row in rows):
            raise PackError("a line is no rows")
        if table == _WITH_BYTES:
            rows = [[*row[:-1], bytes.fromhex(row[-1])] for row in rows]
    except (ValueError, TypeError, KeyError) as error:
        raise PackError("a line is no rows") from error
    return table, rows
