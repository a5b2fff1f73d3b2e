"""The commands beside the daemon: what they say of it, of a daemon that is not there, and of a configuration or a key that is wrong."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.edge.rig.street import meets

if TYPE_CHECKING:
    from tests.edge.rig.daemon import Daemon
    from tests.edge.rig.device import Device

Plug = Callable[[str], "Device"]


def test_a_configuration_that_is_wrong_ends_with_2_and_a_sentence(car: "Daemon") -> None:
    car.config.write_text(car.config.read_text().replace("vehicle", "vehicel"))
    for words in (["run"], ["check"], ["status"], ["spool"], ["follow"], ["data", "import", "x.csv"]):
        ended = car.command(*words, check=False)
        assert ended.returncode == 2, words
        assert "did you mean 'vehicle'?" in ended.stderr
        assert "Traceback" not in ended.stderr


def test_a_key_that_is_wrong_ends_with_2_and_a_sentence(car: "Daemon") -> None:
    (car.folder / "key").write_text("short")
    for words in (["run"], ["check"], ["spool"], ["data", "import", str(car.folder / "wanted.csv")]):
        ended = car.command(*words, check=False)
        assert (ended.returncode, "Traceback" in ended.stderr) == (2, False), words
        assert "openssl rand -hex 32" in ended.stderr


def test_commands_that_need_a_daemon_say_that_there_is_none(car: "Daemon") -> None:
    for words in (["status"], ["follow"]):
        ended = car.command(*words, check=False)
        assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
        assert "no patrol-edge is listening" in ended.stderr


def test_a_spool_that_is_not_there_yet_is_empty(car: "Daemon") -> None:
    assert json.loads(car.command("spool", "--json").stdout) == {"unreceipted": []}
    (car.folder / "store" / "spool.db").touch()
    assert json.loads(car.command("spool", "--json").stdout) == {"unreceipted": []}


def test_the_status_is_of_the_running_daemon(car: "Daemon", plug: Plug) -> None:
    front = plug("front")
    reader = car.start()
    meets(reader, front)
    reader.until("stored", lane="read")
    ended = car.command("status", "--json", check=False)
    status = json.loads(ended.stdout)
    assert ended.returncode == 1
    assert (status["link"]["up"], status["devices"]["front"]["up"], status["reads"], status["alerts"]) == (
        False,
        True,
        1,
        1,
    )
    assert (status["lanes"]["read"]["first_unsent"], status["lanes"]["read"]["last"]) == (1, 1)
    assert "link         DOWN" in car.command("status", check=False).stdout
