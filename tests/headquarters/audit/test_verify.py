"""Stores that somebody edited, against the search for the first bad record. [proto-11.5]"""

import json
import random
import sqlite3
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from headquarters.audit import heads, verify
from headquarters.audit.verify import ALTERED, ANEW, FORK, INSERTED, MISSING, NO_HEAD, NOT_FOLLOWING, UNKNOWN, Report
from headquarters.cli import main
from proto.chain import LINK_BYTES, NONE_BEFORE, link_in, link_of
from proto.lanes import Lane

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.headquarters.audit.conftest import Chained, Say

EDITS: Final = 10_000
Stream = tuple[str, bytes, int, int]  # vehicle, epoch, stream, how many records
Expected = tuple[str, bytes, int]


def audited(connection: sqlite3.Connection) -> list[Stream]:
    return connection.execute(
        "SELECT vehicle.name, epoch.name, stream.id, stream.events FROM stream JOIN epoch ON epoch.id = stream.epoch"
        " JOIN vehicle ON vehicle.id = epoch.vehicle WHERE stream.lane = ? ORDER BY stream.id",
        (int(Lane.AUDIT),),
    ).fetchall()


def body_of(connection: sqlite3.Connection, stream: int, seq: int) -> bytes:
    row = connection.execute("SELECT body FROM event WHERE stream = ? AND seq = ?", (stream, seq)).fetchone()
    return bytes(row[0])


def put(connection: sqlite3.Connection, stream: int, seq: int, body: bytes) -> None:
    connection.execute("INSERT OR REPLACE INTO event VALUES (?, ?, ?)", (stream, seq, body))


def flip(connection: sqlite3.Connection, chance: random.Random) -> Expected:
    """One bit of one record."""
    vehicle, epoch, stream, count = chance.choice(audited(connection))
    seq = chance.randint(1, count)
    body = bytearray(body_of(connection, stream, seq))
    body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
    put(connection, stream, seq, bytes(body))
    return vehicle, epoch, seq


def delete(connection: sqlite3.Connection, chance: random.Random) -> Expected:
    """One record."""
    vehicle, epoch, stream, count = chance.choice(audited(connection))
    seq = chance.randint(1, count)
    connection.execute("DELETE FROM event WHERE stream = ? AND seq = ?", (stream, seq))
    return vehicle, epoch, seq


def truncate(connection: sqlite3.Connection, chance: random.Random) -> Expected:
    """The tail from one record on; perhaps all of the epoch."""
    vehicle, epoch, stream, count = chance.choice(audited(connection))
    seq = chance.randint(1, count)
    connection.execute("DELETE FROM event WHERE stream = ? AND seq >= ?", (stream, seq))
    if chance.random() < 0.5:
        connection.execute("UPDATE accounted SET last = ? WHERE stream = ?", (max(1, seq - 1), stream))
    return vehicle, epoch, seq


def swap(connection: sqlite3.Connection, chance: random.Random) -> Expected:
    """Two records of one epoch."""
    vehicle, epoch, stream, count = chance.choice([found for found in audited(connection) if found[3] > 1])
    one, other = sorted(chance.sample(range(1, count + 1), 2))
    bodies = body_of(connection, stream, one), body_of(connection, stream, other)
    put(connection, stream, one, bodies[1])
    put(connection, stream, other, bodies[0])
    return vehicle, epoch, one


def insert(connection: sqlite3.Connection, chance: random.Random) -> Expected:
    """A forged record, with the right link, in its place; those behind it move up."""
    vehicle, epoch, stream, count = chance.choice(audited(connection))
    seq = chance.randint(2, count + 1)
    before = body_of(connection, stream, seq - 1)
    forged = bytearray(before[:-1] + b"!")
    at = forged.index(link_in(before) or b"")
    forged[at : at + LINK_BYTES] = link_of(before)
    for moved in range(count, seq - 1, -1):
        put(connection, stream, moved + 1, body_of(connection, stream, moved))
    put(connection, stream, seq, bytes(forged))
    return vehicle, epoch, seq


def rewrite(connection: sqlite3.Connection, chance: random.Random) -> Expected:
    """One record, and every later one of its epoch so that the links are right again: only the head can tell."""
    vehicle, epoch, stream, count = chance.choice(audited(connection))
    seq = chance.randint(1, count)
    body = bytearray(body_of(connection, stream, seq))
    body[-1] ^= 1
    put(connection, stream, seq, bytes(body))
    for later in range(seq + 1, count + 1):
        before = link_of(body_of(connection, stream, later - 1))
        body = bytearray(body_of(connection, stream, later))
        at = body.index(link_in(bytes(body)) or b"")
        body[at : at + LINK_BYTES] = before
        put(connection, stream, later, bytes(body))
    return vehicle, epoch, count


def exchange(connection: sqlite3.Connection, chance: random.Random) -> Expected:
    """The records of two epochs."""
    one, other = chance.sample(audited(connection), 2)
    for a, b in ((one[2], -1), (other[2], one[2]), (-1, other[2])):
        connection.execute("UPDATE event SET stream = ? WHERE stream = ?", (b, a))
    return one[0], one[1], 1


def rename(connection: sqlite3.Connection, chance: random.Random) -> Expected:
    """A vehicle, or an epoch: its records are now another's."""
    vehicle, epoch, *_ = chance.choice(audited(connection))
    if chance.random() < 0.5:
        connection.execute("UPDATE vehicle SET name = 'car-9' WHERE name = ?", (vehicle,))
        epoch = next(found[1] for found in audited(connection) if found[0] == "car-9")
    else:
        connection.execute("UPDATE epoch SET name = ? WHERE name = ?", (chance.randbytes(8), epoch))
    return vehicle, epoch, 1


def close_up(connection: sqlite3.Connection, chance: random.Random) -> Expected:
    """One record out, those behind it move down: what is left cannot tell it from an edit of the one before."""
    vehicle, epoch, stream, count = chance.choice(audited(connection))
    seq = chance.randint(1, count)
    for moved in range(seq, count):
        put(connection, stream, moved, body_of(connection, stream, moved + 1))
    connection.execute("DELETE FROM event WHERE stream = ? AND seq = ?", (stream, count))
    return vehicle, epoch, seq


EXACT: Final = (flip, delete, truncate, swap, insert, rewrite)
EDIT: Final = (*EXACT, exchange, rename, close_up)


@contextmanager
def undone(connection: sqlite3.Connection) -> "Iterator[None]":
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def named(report: Report) -> set[Expected]:
    return {(fault.vehicle, fault.epoch, fault.number) for fault in report.faults}


def test_a_store_that_nobody_touched_is_good(town: sqlite3.Connection) -> None:  # [proto-11.3] [proto-11.5]
    assert verify.verify(town, heads.heads(town)) == Report(44, [], [])


def test_ten_thousand_edits_are_found_and_the_first_bad_record_is_named(town: sqlite3.Connection) -> None:
    # [proto-11.5]
    chance = random.Random(7)
    for n in range(EDITS):
        edit = EDIT[n % len(EDIT)]
        with undone(town):
            expected = edit(town, chance)
            report = verify.verify(town)
        assert report.faults, edit.__name__
        if edit in EXACT:
            assert expected in named(report), (edit.__name__, expected, report.faults)


def test_records_and_heads_cut_together_are_found_with_a_copy_of_the_heads(town: sqlite3.Connection) -> None:
    # [proto-11.6]
    copy = heads.heads(town)
    vehicle, epoch, stream, count = audited(town)[-1]
    town.execute("DELETE FROM event WHERE stream = ? AND seq >= ?", (stream, count))
    last = link_of(body_of(town, stream, count - 1))
    town.execute("UPDATE audit_head SET last = ?, link = ? WHERE epoch = ?", (count - 1, last, epoch))
    assert verify.verify(town).faults == []  # whoever may write both: said in proto-11.6
    assert named(verify.verify(town, copy)) == {(vehicle, epoch, count)}
    town.execute("DELETE FROM audit_head WHERE epoch = ?", (epoch,))
    town.execute("DELETE FROM event WHERE stream = ?", (stream,))
    assert named(verify.verify(town, copy)) == {(vehicle, epoch, 1)}


def test_an_epoch_in_the_middle_is_missed_by_the_one_that_follows_it(town: sqlite3.Connection) -> None:
    _, epoch, stream, _ = audited(town)[1]
    town.execute("DELETE FROM audit_head WHERE epoch = ?", (epoch,))
    town.execute("DELETE FROM event WHERE stream = ?", (stream,))
    (fault,) = verify.verify(town).faults
    assert (fault.epoch, fault.number, fault.reason) == (b"car-1--2", 1, NOT_FOLLOWING)


@pytest.mark.parametrize(
    ("edit", "reason"), [(flip, ALTERED), (delete, MISSING), (truncate, MISSING), (insert, INSERTED), (rename, NO_HEAD)]
)
def test_the_reason_is_said(
    town: sqlite3.Connection, edit: Callable[[sqlite3.Connection, random.Random], Expected], reason: str
) -> None:
    reasons = set()
    for seed in range(40):
        with undone(town):
            edit(town, random.Random(seed))
            reasons |= {fault.reason for fault in verify.verify(town).faults}
    assert reason in reasons


def test_what_a_car_says_of_its_own_chain_is_a_break_and_an_alarm_but_no_fault_of_the_store(
    connection: sqlite3.Connection, say: "Say", chained: "Chained"
) -> None:  # [proto-11.3]
    first = chained(3)
    assert say("car-1", b"epoch--1", first).alarms == []
    (unknown,) = say("car-1", b"epoch--2", chained(2, None, "salvaged")).alarms
    (anew,) = say("car-1", b"epoch--3", chained(2, NONE_BEFORE, "anew")).alarms
    assert say("car-1", b"epoch--4", chained(2, link_of(first[1]), "put back")).alarms == []
    assert (unknown.name, anew.name) == (heads.UNKNOWN, heads.ANEW)
    report = verify.verify(connection)
    assert report.faults == []
    assert [(broken.epoch, broken.reason) for broken in report.breaks] == [
        (b"epoch--2", UNKNOWN),
        (b"epoch--3", ANEW),
        (b"epoch--4", FORK),
    ]


def test_the_head_is_said_with_every_receipt_and_for_what_a_car_holds(
    connection: sqlite3.Connection, say: "Say", chained: "Chained"
) -> None:  # [proto-11.4]
    bodies = chained(5)
    assert say("car-1", b"epoch--1", bodies[3:], 4).heads["car-1"][b"epoch--1"].last == 5
    again = say("car-1", b"epoch--1", bodies[:3]).heads["car-1"][b"epoch--1"]
    assert (again.last, again.link) == (5, link_of(bodies[-1]))
    assert [one.count for one in heads.heads(connection)] == [5]
    assert say("car-1", b"epoch--1", bodies).heads["car-1"][b"epoch--1"] == again
    assert [one.count for one in heads.heads(connection)] == [5]


def patrol_hq(*words: str) -> int:
    return main(["audit", *words])


def test_the_command_says_good_or_names_what_is_bad(
    town: sqlite3.Connection, store_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{store_path}"
    assert patrol_hq("heads", "--store", url) == 0
    copy = tmp_path / "heads.jsonl"
    copy.write_text(capsys.readouterr().out)
    assert patrol_hq("verify", "--store", url, "--heads", str(copy)) == 0
    assert "44 audit records, every one as it came" in capsys.readouterr().out
    _, epoch, stream, _ = audited(town)[0]
    put(town, stream, 5, body_of(town, stream, 5)[:-1] + b"?")
    assert patrol_hq("verify", "--store", url, "--json") == 1
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert said["good"] is False
    assert said["faults"] == [{"vehicle": "car-1", "epoch": epoch.hex(), "number": 5, "reason": ALTERED}]
    assert patrol_hq("verify", "--store", url) == 1
    assert f"BAD car-1 {epoch.hex()} 5: altered" in capsys.readouterr().out


def test_a_copy_that_is_none_is_a_wrong_word(
    town: sqlite3.Connection, store_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert town
    for text in ("{}", "no", '{"vehicle": "car-1", "epoch": "00", "last": 1, "link": "00", "count": 1}'):
        copy = tmp_path / "heads.jsonl"
        copy.write_text(text)
        assert patrol_hq("verify", "--store", f"sqlite:///{store_path}", "--heads", str(copy)) == 2
        assert "heads.jsonl:1: not a head" in capsys.readouterr().err
    assert patrol_hq("verify", "--store", f"sqlite:///{tmp_path / 'none.db'}") == 1
