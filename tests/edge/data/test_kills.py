"""A child killed at any moment leaves the whole old list or the whole new one."""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Final

from edge.data import holdings
from edge.data.orders import Place
from edge.matcher.listfile import CACHE_KB, PAGE_BYTES
from edge.spool.database import connect
from proto.plates import canonical, packed

if TYPE_CHECKING:
    from tests.edge.data.conftest import Apply, MakeList

KILLS: Final = int(os.environ.get("KILLS", "10"))  # KILLS=100 pytest tests/edge/data -k kill


def test_a_kill_leaves_the_whole_old_list_or_the_whole_new_one(
    apply: "Apply", make_list: "MakeList", place: Place
) -> None:
    plates = [f"A{n:05}" for n in range(3_000)]
    versions = {1: plates}
    apply(make_list(plates, 1, chunk_bytes=4096))
    chance, took_s, ends = random.Random(5), 0.0, set()
    for version in range(2, 2 + KILLS):
        held = holdings.held(place.storage)["wanted"].version
        versions[version] = [*versions[held][10:], *(f"B{version}{n:03}" for n in range(10))]
        whole = version % 2 == 0
        how = {} if whole else {"before": versions[held], "base": held}
        made = make_list(versions[version], version, chunk_bytes=4096, **how)
        took_s = took_s or _took(lambda made=made: apply(made))  # type: ignore[misc]
        _killed(lambda made=made: apply(made), chance.uniform(0, took_s * 1.2))  # type: ignore[misc]
        there = _looked(place, versions)
        assert there in (held, version)
        ends.add(there == version)
        apply(made) if holdings.held(place.storage)["wanted"].version != version else None
        assert _looked(place, versions) == version
    assert KILLS < 50 or ends == {True, False}


def _took(deed: Callable[[], None]) -> float:
    began = time.monotonic()
    _killed(deed, 60.0)
    return time.monotonic() - began


def _killed(deed: Callable[[], None], after_s: float) -> None:
    """The deed in a process of its own, killed after so long unless it has ended."""
    child = os.fork()
    if not child:
        try:
            deed()
        finally:
            os._exit(0)
    deadline = time.monotonic() + after_s
    while time.monotonic() < deadline:
        if os.waitpid(child, os.WNOHANG)[0]:
            return
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _looked(place: Place, versions: dict[int, list[str]]) -> int:
    """The version that the list in place is wholly of."""
    path = place.storage / "lists" / "wanted.list"
    with closing(connect(path, place.key, page_bytes=PAGE_BYTES, cache_kb=CACHE_KB, read_only=True)) as connection:
        (version,) = connection.execute("SELECT version FROM about").fetchone()
        keys = {key for (key,) in connection.execute("SELECT key FROM entry")}
        assert connection.execute("PRAGMA cipher_integrity_check").fetchone() is None
    assert keys == {packed(canonical(plate) or "") for plate in versions[version]}
    return int(version)
