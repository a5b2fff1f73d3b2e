"""Officers in a data set, and a crew over a real vault and a recorder that stores at once, or not at all."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest

from edge.clock import CarClock
from tests.edge.rig import board
from tests.edge.rig.board import Board

PutOfficers = Callable[..., None]
OpenBoard = Callable[..., AbstractAsyncContextManager[Board]]


@pytest.fixture
def put_officers(tmp_path: Path) -> PutOfficers:
    """`put_officers("4711", "0815", until={"0815": date})`: the set `force` is in place, whole."""
    return partial(board.put_officers, tmp_path)


@pytest.fixture
def aboard(tmp_path: Path, clock: CarClock) -> OpenBoard:
    """`async with aboard(boot=b"boot---1") as board`: a crew that runs."""
    return partial(board.aboard, tmp_path, clock.now)
