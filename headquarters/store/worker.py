"""Functions of a connection -> their results, one after the other on the store's own thread; a cancelled wait cuts none short."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from headquarters.store.file import open_writer

P = ParamSpec("P")
R = TypeVar("R")


class Store:
    """The one writer of this process. A deed is one function with one transaction in it."""

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread

    async def run(self, deed: Callable[Concatenate[sqlite3.Connection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What the deed returns or raises."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: deed(self._connection, *args, **kwargs))


@asynccontextmanager
async def open_store(path: Path) -> AsyncIterator[Store]:
    """The store, open; closed when the last deed is done. Raises StoreError or sqlite3.Error."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, "store") as thread:
        connection = await loop.run_in_executor(thread, open_writer, path)
        try:
            yield Store(connection, thread)
        finally:
            thread.submit(connection.close)
