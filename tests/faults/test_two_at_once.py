"""Two daemons on one storage folder: the second one says why it does not start, and the first one does not notice."""

from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig


def test_a_second_daemon_on_the_same_storage_refuses_with_a_sentence(rig: Rig) -> None:
    rig.start()
    other = rig.car.folder / "other.toml"
    other.write_text(rig.car.config.read_text().replace("edge.sock", "other.sock"))
    second = rig.car.command("run", config=other)
    assert second.returncode == 1
    assert "another patrol-edge is using this storage folder" in second.stderr
    rig.until_stored(100)
    assert rig.settle().is_good


def test_a_second_daemon_on_the_same_socket_refuses_with_a_sentence(rig: Rig) -> None:
    rig.start()
    other = rig.car.folder / "other.toml"
    other.write_text(rig.car.config.read_text().replace('"state"', '"other-state"'))
    second = rig.car.command("run", config=other)
    assert second.returncode == 1
    assert "another patrol-edge is running" in second.stderr
    until(lambda: rig.car.status()["epoch"], "the first one still answers")
