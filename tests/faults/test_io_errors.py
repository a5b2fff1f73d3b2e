"""Writes, syncs and truncations of the store fail, a few of all that there are. Long: scripts/torture io-errors."""

from pathlib import Path

import pytest

from tests.faults.rig import shim
from tests.faults.rig.broken import broken_tree
from tests.faults.rig.broker import mosquitto_path
from tests.faults.rig.campaign import Order
from tests.faults.tortures import io_errors

pytestmark = pytest.mark.skipif(not shim.IS_POSSIBLE or mosquitto_path() is None, reason=shim.REASON)


def test_a_call_that_fails_makes_no_promise_false_and_a_failed_sync_ends_the_daemon(tmp_path: Path) -> None:
    found = io_errors.run(Order(tmp_path, io_errors.TORTURE.short, seed=1))
    assert found.is_good, found
    assert found.more["gave_up"] > 0


def test_a_store_that_ignores_errors_is_caught(tmp_path: Path) -> None:
    """The negative control."""
    tree = broken_tree("error-ignored", tmp_path)
    order = Order(tmp_path, io_errors.TORTURE.short, seed=1, tree=tree)
    assert not io_errors.sweep(order, io_errors.compiled(tmp_path)).is_good
