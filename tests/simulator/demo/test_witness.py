"""What the lines of a socket bear witness of, over the deaths of the daemon behind it."""

from typing import Any

import pytest

from simulator.demo.witness import Witness


def status(epoch: str | None = "aa", *, mono_ns: int = 1, link: bool = False, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    lanes = {lane: {"unsent": changes.get(lane, 0)} for lane in ("urgent", "read", "health")}
    devices = {
        "front": {"up": changes.get("front", False), "junk": {"checksum": changes.get("junk", 0)}},
        "gps": {"up": True, "junk": {}},
    }
    return {
        "kind": "status", "epoch": epoch, "mono_ns": mono_ns, "link": {"up": link, "resent": changes.get("resent", 0)},
        "waiting": changes.get("waiting", 0), "lanes": lanes, "devices": devices,
    }  # fmt: skip


def link(*, up: bool) -> dict[str, Any]:
    return {"kind": "link", "up": up, "reason": ""}


def front(*, up: bool) -> dict[str, Any]:
    return {"kind": "device", "name": "front", "up": up, "reason": ""}


@pytest.fixture
def witness() -> Witness:
    return Witness()


def test_the_first_link_is_no_reconnection(witness: Witness) -> None:
    for line in (status(), link(up=False), link(up=True), status(link=True)):
        witness.take(line)
    assert witness.reconnects == 0


def test_a_link_that_comes_back_counts_once(witness: Witness) -> None:
    for line in (link(up=True), link(up=False), status(), link(up=True), status(link=True)):
        witness.take(line)
    assert witness.reconnects == 1


def test_a_link_counts_that_was_lost_before_the_kill_and_is_back_after_it(witness: Witness) -> None:
    witness.take(link(up=True))
    witness.take(link(up=False))
    witness.lost()
    witness.take(status("bb", link=True))
    assert witness.reconnects == 1


def test_a_camera_that_is_read_again_is_a_replug(witness: Witness) -> None:
    for line in (status(), front(up=True), front(up=False), front(up=True)):
        witness.take(line)
    assert witness.replugs == 1


def test_a_camera_that_a_new_daemon_reads_is_none(witness: Witness) -> None:
    for line in (status(), front(up=False), front(up=True), front(up=False)):
        witness.take(line)
    witness.lost()
    for line in (status("bb"), front(up=True)):
        witness.take(line)
    assert witness.replugs == 0


def test_stored_and_receipted_reads_are_counted_once_each_however_often_they_are_named(witness: Witness) -> None:
    stored = {"kind": "stored", "epoch": "aa", "lane": "read", "first": 1, "last": 4}
    receipt = {"kind": "receipt", "epoch": "aa", "lane": "read", "ranges": [[2, 3], [5, 5]]}
    for line in (stored, stored, receipt, receipt, stored | {"lane": "health", "last": 9}):
        witness.take(line)
    assert (witness.stored, witness.receipted) == (5, 3)
    assert witness.announced() == {("aa", number) for number in (1, 2, 3, 4)}


def test_what_each_run_said_last_of_itself_is_summed(witness: Witness) -> None:
    witness.take(status("aa", resent=5, junk=1))
    witness.take(status("aa", resent=7, junk=2))
    witness.lost()
    witness.take(status(None))
    witness.take(status("bb", resent=1, junk=1))
    assert (witness.resent, witness.junk) == (8, 3)


@pytest.mark.parametrize("changes", [{"waiting": 1}, {"read": 1}, {"urgent": 1}, {"epoch": None}, {"mono_ns": 9}])
def test_it_is_not_drained_while_anything_waits(witness: Witness, changes: dict[str, Any]) -> None:
    assert not witness.is_drained(10)
    witness.take(status(**({"mono_ns": 11} | changes)))
    assert not witness.is_drained(10)
    witness.take(status(mono_ns=12, health=3))
    assert witness.is_drained(10)


def test_drops_are_summed_and_unknown_kinds_passed_over(witness: Witness) -> None:
    for line in ({"kind": "dropped", "lane": "read", "count": 2, "reason": "quota"}, {"kind": "tomorrow"}):
        witness.take(line)
    witness.take({"kind": "dropped", "lane": "position", "count": 1, "reason": "quota"})
    assert witness.dropped == 3
