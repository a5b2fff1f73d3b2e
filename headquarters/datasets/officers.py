"""A force's CSV of officers with their PINs -> the data set `officers`, in which no PIN stands. [proto-11.7]"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Final

from argon2 import PasswordHasher

from proto.officers import Officer, line_of
from proto.voi import BadRow

COLUMNS: Final = ("collar", "name", "force", "roles", "valid_until", "pin")
_PIN: Final = re.compile(r"\d{6,12}")

# The second choice of RFC 9106 takes 64 MB, which a car's daemon must not: OWASP's least for argon2id instead.
HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class UnusableError(ValueError):
    """Nothing can be made of the file; the text says why."""


def officers(lines: Iterable[str], report: Callable[[BadRow], None]) -> Iterator[str]:
    """The lines of the set, sorted by collar number. Each bad row is reported. Raises UnusableError when columns are wrong."""
    reader = csv.DictReader(lines, strict=True)
    columns = [name.strip().lower() for name in reader.fieldnames or ()]
    if sorted(columns) != sorted(COLUMNS):
        raise UnusableError(f"the columns must be {','.join(COLUMNS)}")
    reader.fieldnames = columns
    found: dict[str, str] = {}
    try:
        for row in reader:
            try:
                officer = _officer(row)
                if officer.collar in found:
                    raise ValueError("this collar number stands there twice")
                found[officer.collar] = line_of(officer)
            except ValueError as error:
                report(BadRow(reader.line_num, str(error)))
    except csv.Error as error:
        raise UnusableError(f"line {reader.line_num} is no CSV") from error
    return (found[collar] for collar in sorted(found))


def _officer(row: dict[str, str | None]) -> Officer:
    if any(value is None for value in row.values()) or None in row:
        raise ValueError("too few or too many columns")
    said = {name: (value or "").strip() for name, value in row.items()}
    if not _PIN.fullmatch(said["pin"]) or len(set(said["pin"])) == 1:
        raise ValueError("a PIN is 6 to 12 digits, and not all of them the same")
    until = said["valid_until"]
    try:
        day = date.fromisoformat(until) if until else None
    except ValueError:
        raise ValueError("valid_until is YYYY-MM-DD or empty") from None
    roles = tuple(role.strip() for role in said["roles"].split(";") if role.strip())
    unhashed = Officer(said["collar"], said["name"], said["force"] or None, roles, day, _ANY_HASH)
    return Officer(said["collar"], said["name"], unhashed.force, roles, day, HASHER.hash(said["pin"]))


_ANY_HASH: Final = f"$argon2id$v=19$m=8,t=1,p=1${'A' * 11}${'A' * 22}"
