"""Hits and steps in any order of arrival -> one state of each; notes are said until they are shown."""

import itertools
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from headquarters import cli
from headquarters.arrivals import Sent
from headquarters.hits import notes, states
from headquarters.store.intake import take
from proto.base import decode_note
from proto.batches import Batch
from proto.events import Clock, Event, Hit, Moment, Place, Read, Step, encode
from proto.lanes import Lane

EPOCH, LATER, BOOT = b"epoch--1", b"epoch--2", b"boot---1"
AT = Moment(1000, 1_790_000_000_000, Clock.NTP)
HIT = Hit(
    AT, 7, 1, "front", "ZZ99 ABC", 3, "stolen", 80, "STOP", "stolen", 60, signed=True, place=Place(51_500_000, 0, 1)
)


def came(connection: sqlite3.Connection, seq: int, event: Event, epoch: bytes = EPOCH, now_ms: int = 1000) -> None:
    take(connection, [Sent("car-1", Batch(epoch, BOOT, Lane.URGENT, seq, seq, [encode(event)]))], now_ms)


def state(connection: sqlite3.Connection) -> dict[str, Any]:
    (found,) = states.hits(connection)
    return found


def test_a_hit_is_shown_until_a_step_says_otherwise(connection: sqlite3.Connection) -> None:  # [proto-9.1]
    came(connection, 2, HIT)
    found = state(connection)
    assert (found["state"], found["vrm"], found["list"], found["priority"]) == ("shown", "ZZ99 ABC", "stolen", 80)
    assert (found["found"], found["shown"], found["id"]) == ("exact", "sounded", f"{EPOCH.hex()}-1")


STEPS: list[tuple[int, Event, bytes]] = [
    (2, HIT, EPOCH),
    (3, Step(AT, 1, "unanswered"), EPOCH),
    (4, Step(AT, 1, "told", "weeded"), EPOCH),
    (2, Step(AT, 1, "rejected", "misread", "4711", EPOCH), LATER),
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_any_order_of_arrival_gives_the_same_state(connection: sqlite3.Connection, order: tuple[int, ...]) -> None:
    came(connection, 1, Read(AT, "front", "X", 1), EPOCH)  # epochs are known in their order
    came(connection, 1, Read(AT, "front", "X", 1), LATER)
    for at in order:
        seq, event, epoch = STEPS[at]
        came(connection, seq, event, epoch)
        came(connection, seq, event, epoch)
    found = state(connection)
    assert (found["state"], found["why"], found["officer"], found["base"]) == ("rejected", "misread", "4711", "weeded")
    assert [step["step"] for step in found["steps"]] == ["unanswered", "told", "rejected"]


def test_what_changed_is_said_once(connection: sqlite3.Connection) -> None:
    seen: dict[str, dict[str, Any]] = {}
    assert list(states.changed_since(connection, 0, seen)) == []
    came(connection, 3, Step(AT, 1, "accepted"))  # the hit itself is on its way
    assert list(states.changed_since(connection, 0, seen)) == []
    came(connection, 2, HIT)
    assert [one["state"] for one in states.changed_since(connection, 0, seen)] == ["accepted"]
    assert list(states.changed_since(connection, 0, seen)) == []
    came(connection, 4, Step(AT, 1, "rejected", "other"), now_ms=2000)
    assert [one["state"] for one in states.changed_since(connection, 1500, seen)] == ["rejected"]


def test_a_note_is_said_again_until_the_car_has_shown_it(connection: sqlite3.Connection) -> None:  # [proto-9.8]
    came(connection, 2, HIT)
    number = notes.put(connection, "car-1", EPOCH, 1, "zz99 keeper known", 1_000)
    (first,) = notes.due(connection, 1_000)
    note = decode_note(first.payload)
    assert (first.topic, note.number, note.epoch, note.alert, note.text) == (
        "pe/1/car-1/down/note",
        number,
        EPOCH,
        1,
        "zz99 keeper known",
    )
    said_ms = [ms for ms in range(1_000, 200_000, 1_000) if notes.due(connection, ms)]
    assert said_ms == [11_000, 31_000, 71_000, 151_000]
    assert state(connection)["notes"][0]["shown"] is False
    came(connection, 3, Step(AT, 1, "noted", note=number))
    assert notes.due(connection, 10_000_000) == []
    assert state(connection)["notes"][0]["shown"] is True


def test_another_car_cannot_take_a_note_away(connection: sqlite3.Connection) -> None:
    number = notes.put(connection, "car-2", EPOCH, 1, "for car-2", 1_000)
    came(connection, 3, Step(AT, 1, "noted", note=number))
    assert len(notes.due(connection, 1_000)) == 1


def test_the_commands_print_and_queue(
    connection: sqlite3.Connection, store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{store_path}"
    came(connection, 2, HIT)
    assert cli.main(["hits", "--store", url]) == 0
    assert "ZZ99 ABC on stolen priority 80: SHOWN" in capsys.readouterr().out
    id_ = f"{EPOCH.hex()}-1"
    assert cli.main(["note", "--store", url, "--vehicle", "car-1", "--hit", id_, "go on"]) == 0
    assert capsys.readouterr().out == "note 1 is queued\n"
    assert cli.main(["hits", "--store", url, "--json"]) == 0
    (printed,) = json.loads(capsys.readouterr().out)
    assert (printed["id"], printed["notes"][0]["text"]) == (id_, "go on")
    assert cli.main(["hits", "--store", url, "--vehicle", "car-2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize(
    ("hit", "vehicle", "text", "code"),
    [("x", "car-1", "a", 2), ("0" * 16 + "-1", "all", "a", 2), ("0" * 16 + "-1", "car-1", " ", 2)],
)
def test_a_note_to_nobody_is_wrong_usage(store_path: Path, hit: str, vehicle: str, text: str, code: int) -> None:
    words = ["note", "--store", f"sqlite:///{store_path}", "--vehicle", vehicle, "--hit", hit, text]
    assert cli.main(words) == code
    assert not store_path.exists()
