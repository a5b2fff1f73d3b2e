"""The real daemon, broker and headquarters: officers log on, look up, are withdrawn; every record arrives; nothing is in clear."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from edge.terminal.client import connected
from records.rows import Person, Row, Vehicle
from tests.edge.rig import board
from tests.edge.rig.board import PINS

if TYPE_CHECKING:
    from tests.conftest import Mosquitto, StartHeadquarters
    from tests.edge.conftest import MakeDaemon
    from tests.edge.rig.daemon import Daemon

ROOT: Final = Path(__file__).parents[3]
NAMES: Final = [f"Qzx{'abcdefghij'[n // 100]}{'abcdefghij'[n // 10 % 10]}{'klmnopqrst'[n % 10]}vv" for n in range(500)]
PLATES: Final = [f"QZ{n % 100:02}Q{'ABCDE'[n // 100]}X" for n in range(500)]
AS_OF: Final = date(2026, 11, 24)


def town() -> tuple[list[Row], list[Row]]:
    persons: list[Row] = [Person(f"P{n}", "Zz" + name[::-1].lower(), name) for n, name in enumerate(NAMES)]
    vehicles: list[Row] = [
        Vehicle(f"V{n}", plate.replace("O", "0").replace("I", "1"), plate) for n, plate in enumerate(PLATES)
    ]
    return persons, vehicles


def pin_file(tmp_path: Path, pin: str) -> str:
    path = tmp_path / "pin"
    path.write_text(pin + "\n")
    return str(path)


def looked_up(daemon: "Daemon", *words: str) -> dict[str, Any]:
    done = daemon.command("lookup", *words, "--json")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[0])
    return found


def written(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes().lower()


def in_clear(folder: Path) -> list[str]:
    """The files that hold one of a thousand known names and plates, a PIN, or an officer."""
    return [path.name for path, content in written(folder) if _holds_one(content)]


def _holds_one(content: bytes) -> bool:
    if any(word.lower().encode() in content for word in (*PINS.values(), "Ann Officer", "Northshire")):
        return True
    begun = (content[at.start() : at.start() + 8] for at in re.finditer(b"qz", content))
    return any(word in _SECRET or word[:7] in _SECRET for word in begun)


_SECRET: Final = frozenset(word.lower().encode() for word in (*NAMES, *PLATES))


def reload(daemon: "Daemon") -> None:
    """What `patrol-edge data load` tells the daemon."""
    with connected(daemon.socket) as client:
        client.ask("reload")


def patrol_hq(*words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "headquarters", *words]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)


async def test_a_shift_of_two_officers_from_log_on_to_the_verified_chain(
    tmp_path: Path,
    mosquitto: "Mosquitto",
    start_headquarters: "StartHeadquarters",
    make_daemon: "MakeDaemon",
    eventually: Callable[..., Any],
) -> None:  # [proto-10.6] [proto-11.3] [proto-11.8]
    store = tmp_path / "hq.db"
    daemon = make_daemon(mosquitto.url)
    board.put_officers(daemon.folder / "store", "4711", "0815")
    board.put_pack(daemon.folder / "store", AS_OF, *town())
    reader = daemon.start()
    why = ("--officer", "4711", "--reason", "STOP")
    assert "log on first" in daemon.command("lookup", "person", NAMES[0], *why, check=False).stderr
    for collar in ("4711", "0815"):
        daemon.command("logon", "--officer", collar, "--pin-file", pin_file(tmp_path, PINS[collar]))
    wrong = daemon.command("logon", "--officer", "0815", "--pin-file", pin_file(tmp_path, "000000"), check=False)
    assert (wrong.returncode, "wrong collar number or PIN" in wrong.stderr) == (1, True)
    (answer,) = looked_up(daemon, "person", NAMES[7], *why, "--case", "C-17")["answers"]
    assert answer["result"]["results"][0]["surname"] == NAMES[7]
    assert looked_up(daemon, "vehicle", PLATES[3], *why)["answers"][0]["found"] == 1
    assert "give a reason code" in daemon.command("lookup", "place", "here", "--officer", "4711", check=False).stderr
    assert "carried (" in daemon.command("lookup", "person", NAMES[9], *why).stdout

    board.put_officers(daemon.folder / "store", "0815")  # 4711 is withdrawn by a new set
    reader2 = daemon.reader()
    reload(daemon)
    assert reader2.until("crew", step="change")["crew"][0]["officer"] == "0815"
    assert "log on first" in daemon.command("lookup", "person", NAMES[0], *why, check=False).stderr
    daemon.command("logoff", "--officer", "0815")
    assert json.loads(daemon.command("crew", "--json").stdout) == []

    start_headquarters(mosquitto.url, store)
    url = f"sqlite:///{store}"
    await eventually(lambda: [line["step"] for line in _exported(url) if line["kind"] == "shift"][-1:] == ["end"])
    lines = _exported(url)
    assert [line["step"] for line in lines if line["kind"] == "shift"] == ["start", "change", "change", "end"]
    asked = [(line["asked"], line["source"]) for line in lines if line["kind"] == "look-up"]
    assert (NAMES[7], "carried") in asked
    assert sum(source == "refused" for _, source in asked) == 3
    steps = [(line["officer"], line["step"], line["reason"]) for line in lines if line["kind"] == "log-on"]
    assert ("0815", "refused", "wrong PIN") in steps
    assert ("4711", "withdrawn", "no officer any more") in steps
    verified = patrol_hq("audit", "verify", "--store", url, "--json")
    assert (verified.returncode, json.loads(verified.stdout)["records"]) == (0, len(lines))

    assert reader.status["kind"] == "status"
    assert in_clear(daemon.folder) == []  # with its journals, while it runs
    assert daemon.stop() == 0
    assert in_clear(daemon.folder) == []
    assert in_clear(tmp_path / "mosquitto") == []


def _exported(url: str) -> list[dict[str, Any]]:
    printed = patrol_hq("export", "--store", url, "--lane", "audit").stdout
    return [json.loads(line) for line in printed.splitlines()]


def test_the_chain_goes_on_over_a_kill_and_a_restart(tmp_path: Path, make_daemon: "MakeDaemon") -> None:  # [proto-11.2]
    daemon = make_daemon()
    board.put_officers(daemon.folder / "store", "4711")
    reader = daemon.start()
    daemon.command("logon", "--officer", "4711", "--pin-file", pin_file(tmp_path, PINS["4711"]))
    reader.until("stored", lane="audit")
    daemon.kill()
    again = daemon.start()
    again.until("stored", lane="audit")  # the shift is resumed: the machine was not started again
    (crew,) = json.loads(daemon.command("crew", "--json").stdout)
    assert (crew["officer"], crew["seat"]) == ("4711", "driver")


async def test_headquarters_answer_joins_and_is_cached_for_when_the_link_is_gone(
    tmp_path: Path,
    mosquitto: "Mosquitto",
    start_headquarters: "StartHeadquarters",
    make_daemon: "MakeDaemon",
) -> None:  # [proto-10.4] [proto-10.6]
    store = tmp_path / "hq.db"
    csv = tmp_path / "persons.csv"
    csv.write_text(f"person_id,forenames,surname\nP1,Quentin,{NAMES[0]}\n")
    imported = patrol_hq("records", "import", str(csv), "--store", f"sqlite:///{store}", "--as-of", "2026-11-24")
    assert imported.returncode == 0, imported.stderr
    daemon = make_daemon(mosquitto.url)
    board.put_officers(daemon.folder / "store", "4711")
    reader = daemon.start()
    start_headquarters(mosquitto.url, store)
    daemon.command("logon", "--officer", "4711", "--pin-file", pin_file(tmp_path, PINS["4711"]))
    reader.until("receipt", lane="audit")
    words = ("lookup", "person", NAMES[0], "--officer", "4711", "--reason", "STOP", "--json")
    first, more = map(json.loads, daemon.command(*words).stdout.splitlines())
    assert (first["answers"], first["headquarters"]) == ([], "asked")
    (joined,) = more["answers"]
    assert (joined["source"], joined["found"], joined["age_s"] > 0) == ("headquarters", 1, True)
    assert joined["result"]["results"][0]["surname"] == NAMES[0]
    mosquitto.kill()
    reader.until("link", up=False)
    (alone,) = map(json.loads, daemon.command(*words).stdout.splitlines())
    assert alone["headquarters"] == "no link"
    assert [(one["source"], one["found"]) for one in alone["answers"]] == [("cached", 1)]


def test_the_search_for_what_is_in_clear_finds_it() -> None:
    for word in (NAMES[3], PLATES[3], PINS["4711"], "Ann Officer 4711"):
        assert _holds_one(b"\x00" * 100 + word.lower().encode() + b"\x01")
    assert not _holds_one(b"qz" * 100)
