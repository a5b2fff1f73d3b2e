"""The tables of `records.rows` -> those of `records.schema`, in one connection and in the transaction that is open."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from records import schema
from records.connection import Connection
from records.grid import CELL_SQL, SPOT_SQL
from records.names import parts_of, shortened, words
from records.postings import Growing
from records.spelling import sound
from records.vehicles import grams_of
from records.words import ROLES, Kind


def build(connection: Connection, as_of: int | None) -> int:
    """The search tables, whole, in place of those before. `as_of`: the ordinal day the records are of.

    Gives back how many relationships were left out because one of their ends is not there.
    """
    schema.drop_tables(connection)
    schema.make_tables(connection)
    connection.execute(
        "CREATE TEMP TABLE number (kind INTEGER, ref TEXT, id INTEGER, PRIMARY KEY (kind, ref)) WITHOUT ROWID"
    )
    try:
        _words(connection)
        _objects(connection)
        _locations(connection)
        _events(connection)
        _persons(connection)
        left_out = _links(connection)
    finally:
        connection.execute("DROP TABLE temp.number")
    schema.make_indexes(connection, schema.ORDERED)
    schema.make_indexes(connection, schema.OTHERS)
    connection.execute(
        "INSERT INTO about SELECT ?, (SELECT count(*) FROM person), (SELECT count(*) FROM vehicle),"
        " (SELECT count(*) FROM location), (SELECT count(*) FROM event), (SELECT count(*) / 2 FROM link)",
        (as_of,),
    )
    return left_out


def _words(connection: Connection) -> None:
    sources = [("pole_object", column) for column in ("make", "model", "colour", "area")]
    sources += [("pole_location", "town"), ("pole_location", "postcode"), ("pole_event", "category")]
    every = " UNION ".join(f"SELECT {column} AS text FROM {table}" for table, column in sources)
    connection.execute(f"INSERT INTO word (text) SELECT text FROM ({every}) WHERE text IS NOT NULL ORDER BY text")
    connection.execute("CREATE TEMP TABLE known (text TEXT PRIMARY KEY, id INTEGER) WITHOUT ROWID")
    connection.execute("INSERT INTO known SELECT text, id FROM word")


def _number(connection: Connection, kind: Kind, select: str) -> None:
    """`select`: the references, in the order in which they are to be numbered."""
    rows = connection.execute(select)
    connection.executemany(
        "INSERT INTO number VALUES (?, ?, ?)", ((kind, ref, number) for number, (ref,) in enumerate(rows, start=1))
    )


def _word(column: str) -> str:
    return f"(SELECT id FROM known WHERE text = {column})"


def _objects(connection: Connection) -> None:
    _number(connection, Kind.OBJECT, "SELECT ref FROM pole_object ORDER BY key, ref")
    columns = ", ".join(_word(f"o.{column}") for column in ("make", "model", "colour", "area"))
    connection.execute(
        f"INSERT INTO vehicle SELECT n.id, o.key, nullif(o.vrm, o.key), {columns}, o.markers FROM pole_object AS o"
        " JOIN number AS n ON n.kind = ? AND n.ref = o.ref ORDER BY n.id",
        (Kind.OBJECT,),
    )
    grams: dict[str, Growing] = {}
    for id_, key in connection.execute("SELECT id, key FROM vehicle ORDER BY id"):
        for gram in grams_of(key):
            grams.setdefault(gram, Growing()).add(id_)
    connection.executemany(
        "INSERT INTO gram VALUES (?, ?)", ((gram, bytes(grams[gram].bytes)) for gram in sorted(grams))
    )


def _locations(connection: Connection) -> None:
    _number(
        connection,
        Kind.LOCATION,
        f"SELECT ref FROM pole_location AS l ORDER BY {CELL_SQL}, l.street, l.town, length(l.number), l.number, l.ref",
    )
    _streets(connection)
    connection.execute(
        f"INSERT INTO location SELECT n.id, s.id, l.number, {_word('l.postcode')}, l.lat_e6, l.lon_e6, l.markers"
        f" FROM pole_location AS l JOIN number AS n ON n.kind = ? AND n.ref = l.ref"
        f" JOIN street AS s ON s.name = l.street AND s.town IS {_word('l.town')} ORDER BY n.id",
        (Kind.LOCATION,),
    )
    connection.execute("DROP INDEX street_name")
    connection.execute(
        f"INSERT INTO cell (id, first_location, last_location)"
        f" SELECT {CELL_SQL}, min(l.id), max(l.id) FROM location AS l GROUP BY 1 ORDER BY 1"
    )


def _streets(connection: Connection) -> None:
    connection.execute(
        f"INSERT INTO street (name, town) SELECT l.street, {_word('l.town')} AS in_town FROM pole_location AS l"
        " GROUP BY l.street, in_town ORDER BY l.street, in_town"
    )
    connection.execute("CREATE INDEX street_name ON street (name, town)")
    on: dict[str, set[int]] = {}
    sql = "SELECT street.id, street.name, word.text FROM street LEFT JOIN word ON word.id = street.town"
    for id_, name, town in connection.execute(sql):
        for word in words(f"{name} {town or ''}"):
            on.setdefault(word, set()).add(id_)
    numbers = _lexicon(connection, "term", on)
    pairs = ((numbers[word], street) for word in sorted(on) for street in sorted(on[word]))
    connection.executemany("INSERT INTO on_street VALUES (?, ?)", pairs)


def _events(connection: Connection) -> None:
    cell = f"CASE WHEN l.ref IS NULL THEN NULL ELSE {CELL_SQL} END"
    joined = "pole_event AS e LEFT JOIN pole_location AS l ON l.ref = e.location"
    _number(
        connection,
        Kind.EVENT,
        f"SELECT e.ref FROM {joined} ORDER BY {cell}, e.day, e.minute, e.ref",
    )
    connection.execute(
        f"INSERT INTO event SELECT n.id, e.day, e.minute, {_word('e.category')}, p.id, {SPOT_SQL}, e.ref, e.summary"
        f" FROM {joined} JOIN number AS n ON n.kind = ? AND n.ref = e.ref"
        " LEFT JOIN number AS p ON p.kind = ? AND p.ref = e.location ORDER BY n.id",
        (Kind.EVENT, Kind.LOCATION),
    )
    connection.execute(
        f"INSERT INTO cell (id, first_event, last_event)"
        f" SELECT {CELL_SQL}, min(e.id), max(e.id) FROM event AS e JOIN location AS l ON l.id = e.location WHERE true"
        " GROUP BY 1 ON CONFLICT DO UPDATE SET first_event = excluded.first_event, last_event = excluded.last_event"
    )


def _persons(connection: Connection) -> None:
    _number(connection, Kind.PERSON, "SELECT ref FROM pole_person ORDER BY surname, forenames, born, ref")
    connection.execute(
        "INSERT INTO person SELECT n.id, p.forenames, p.surname, p.born, p.sex, p.markers, p.wanted, p.conditions"
        " FROM pole_person AS p JOIN number AS n ON n.kind = ? AND n.ref = p.ref ORDER BY n.id",
        (Kind.PERSON,),
    )
    every = "SELECT id, forenames, surname, born FROM person ORDER BY id"
    known: set[str] = set()
    for _, forenames, surname, _ in connection.execute(every):
        known.update(parts_of(forenames, surname))
    numbers = _lexicon(connection, "name", known)
    _sorted_into(connection, "named", _pairs(connection.execute(every), numbers))


def _pairs(rows: Iterable[Sequence[Any]], numbers: dict[str, int]) -> Iterator[tuple[int, int, int, int | None]]:
    for id_, forenames, surname, born in rows:
        parts = [numbers[part] for part in parts_of(forenames, surname)]
        if len(parts) == 1:
            yield parts[0], 0, id_, born
        for one in parts:
            for other in parts:
                if one != other:
                    yield one, other, id_, born


def _lexicon(connection: Connection, table: str, texts: Iterable[str]) -> dict[str, int]:
    """The tables of records.lexicon; the number of each text."""
    numbers = {text: number for number, text in enumerate(sorted(texts), start=1)}
    connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", ((number, text) for text, number in numbers.items()))
    short = ((cut, number) for text, number in numbers.items() for cut in shortened(text))
    _sorted_into(connection, f"{table}_short", short)
    sounds = ((code, number) for text, number in numbers.items() if len(code := sound(text)) > 1)
    _sorted_into(connection, f"{table}_sound", sounds)
    return numbers


def _sorted_into(connection: Connection, table: str, rows: Iterable[Sequence[Any]]) -> None:
    """Rows of a table without a rowid go in in their order: its pages are then full, and written once."""
    width = schema.COLUMNS[table]
    names = ",".join(f"c{place}" for place in range(width))
    connection.execute(f"CREATE TEMP TABLE unsorted ({names})")
    connection.executemany(f"INSERT INTO unsorted VALUES ({','.join('?' * width)})", rows)
    connection.execute(f"INSERT INTO {table} SELECT * FROM unsorted ORDER BY {names}")
    connection.execute("DROP TABLE temp.unsorted")


def _links(connection: Connection) -> int:
    connection.execute("CREATE TEMP TABLE unsorted (node INTEGER, other INTEGER, role INTEGER)")
    for role, (one, other) in enumerate(ROLES.values()):
        connection.execute(
            "INSERT INTO unsorted SELECT a.id * 4 + a.kind, b.id * 4 + b.kind, l.role FROM pole_link AS l"
            " JOIN number AS a ON a.kind = ? AND a.ref = l.one JOIN number AS b ON b.kind = ? AND b.ref = l.other"
            " WHERE l.role = ?",
            (one, other, role),
        )
    (there,) = connection.execute("SELECT count(*) FROM unsorted").fetchone()
    (given,) = connection.execute("SELECT count(*) FROM pole_link").fetchone()
    connection.execute(
        "INSERT OR IGNORE INTO link SELECT node, other, role FROM unsorted UNION ALL SELECT other, node, role FROM unsorted"
        " ORDER BY 1, 2, 3"
    )
    connection.execute("DROP TABLE temp.unsorted")
    connection.execute("DROP TABLE temp.known")
    return int(given - there)
