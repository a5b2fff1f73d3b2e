"""A drive in which all went well, as evidence; tests change one thing about it."""

from collections.abc import Callable
from typing import Any

import pytest

from simulator.demo.account import Evidence
from simulator.demo.scene import Scene
from simulator.demo.timeline import timeline
from simulator.demo.witness import Witness

MS = 1_000_000
KILL_NS = 1_000 * MS


def said(n: int, vrm: str, at_ms: int | None, fault: str | None = None) -> dict[str, Any]:
    """A line of truth.jsonl."""
    at_ns = None if at_ms is None else at_ms * MS
    return {"n": n, "camera": "front", "vrm_said": vrm, "last_byte_mono_ns": at_ns, "fault": fault}


def arrived(epoch: str, seq: int, vrm: str) -> dict[str, Any]:
    """A read in headquarters' export."""
    return {
        "vehicle": "sim-1", "epoch": epoch, "lane": "read", "seq": seq, "kind": "read", "camera": "front", "vrm": vrm,
    }  # fmt: skip


def warned(vrm: str, at_ms: float) -> dict[str, Any]:
    """An `alert` line of the socket."""
    return {
        "kind": "alert", "id": "a-1", "vrm": vrm, "camera": "front", "priority": 90, "action": "STOP",
        "reason": "STOLEN", "markers": "FI", "make": "BMW", "model": "320", "colour": "BLUE",
        "mono_ns": round(at_ms * MS),
    }  # fmt: skip


@pytest.fixture
def make_evidence() -> Callable[..., Evidence]:
    """Two runs, the wanted AB12CDE in both, one read unplugged and one lost with the kill; `changes` replace parts."""

    def make(**changes: Any) -> Evidence:  # noqa: ANN401 - any part
        whole: dict[str, Any] = {
            "truth": (
                said(0, "AB12CDE", 100),
                said(1, "XY70ZZZ", 200),
                said(2, "XY70ZZZ", None, "unplug"),
                said(3, "AB12CDE", 300),
                said(4, "JJ04JJJ", 999),
                said(5, "AB12CDE", 1500),
            ),
            "listed": frozenset({"AB12CDE"}),
            "kills_ns": (KILL_NS,),
            "announced": frozenset({("aa", 1), ("aa", 2)}),
            "on_card": frozenset(),
            "exported": (
                arrived("aa", 1, "AB12CDE"),
                arrived("aa", 2, "XY70ZZZ"),
                arrived("aa", 3, "AB12CDE"),
                arrived("bb", 1, "AB12CDE"),
                {"vehicle": "sim-1", "epoch": "aa", "lane": "urgent", "seq": 1, "kind": "start"},
            ),
            "alerts": (warned("AB12CDE", 100.5), warned("AB12CDE", 1502)),
            "dropped": 0,
            "resent": 3,
            "junk": 1,
            "reconnects": 2,
            "replugs": 1,
        }  # fmt: skip
        return Evidence(**(whole | changes))

    return make


@pytest.fixture
def line_of_truth() -> Callable[..., dict[str, Any]]:
    return said


@pytest.fixture
def read_at_headquarters() -> Callable[..., dict[str, Any]]:
    return arrived


@pytest.fixture
def alert() -> Callable[..., dict[str, Any]]:
    return warned


@pytest.fixture
def scene() -> Scene:
    """A drive of 20 s that begins at CLOCK_MONOTONIC 0."""
    return Scene(timeline(20), Witness(), start_ns=0)
