"""What a search needs of a database: the part of sqlite3.Connection that sqlcipher3 has, too."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol


class Connection(Protocol):
    """One thread at a time. Errors of the database pass through as they are."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Any:  # noqa: ANN401 - either library's cursor
        """A cursor."""
        ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Any:  # noqa: ANN401 - either library's cursor
        """A cursor."""
        ...
