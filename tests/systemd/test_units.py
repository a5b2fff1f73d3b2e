"""The units and their configuration as they stand in systemd/ -> what systemd's own tools, and the programs, say of them."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from headquarters import addresses
from tests.patience import PATIENCE_S

ROOT: Final = Path(__file__).parents[2]
UNITS: Final = ROOT / "systemd"
BOTH: Final = ("patrol-edge.service", "patrol-hq.service")
DROP_INS: Final = sorted((UNITS / "drop-ins").glob("*.conf"))
EXPOSURE_MAX: Final = 15  # tenths, of systemd-analyze's scale from 0 to 100
EXPOSURE_OF_DROP_INS_MAX: Final = 17


def said(unit: str) -> dict[str, list[str]]:
    """The settings of a unit file: name -> its values in order."""
    settings: dict[str, list[str]] = {}
    for line in (UNITS / unit).read_text("utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            settings.setdefault(name, []).append(value)
    return settings


def example() -> dict[str, Any]:
    """The example configuration of a car."""
    return tomllib.loads((UNITS / "patrol-edge.toml").read_text("utf-8"))


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    return subprocess.run([program, *words], capture_output=True, text=True, timeout=PATIENCE_S)


@pytest.mark.parametrize("unit", BOTH)
def test_a_unit_is_exposed_no_more_than_is_inherent(unit: str) -> None:
    judged = analyze("security", "--offline=yes", f"--threshold={EXPOSURE_MAX}", str(UNITS / unit))
    assert judged.returncode == 0, judged.stdout


@pytest.mark.parametrize("drop_in", DROP_INS, ids=lambda path: path.stem)
def test_a_drop_in_opens_no_more_than_it_says(drop_in: Path, tmp_path: Path) -> None:
    unit = tmp_path / "patrol-edge.service"
    unit.write_text((UNITS / unit.name).read_text("utf-8") + drop_in.read_text("utf-8"), "utf-8")
    judged = analyze("security", "--offline=yes", f"--threshold={EXPOSURE_OF_DROP_INS_MAX}", str(unit))
    assert judged.returncode == 0, judged.stdout


@pytest.mark.parametrize("unit", BOTH)
def test_systemd_finds_no_fault_in_a_unit(unit: str, tmp_path: Path) -> None:
    text = (UNITS / unit).read_text("utf-8")
    (tmp_path / unit).write_text(re.sub(r"/opt/patrol-edge/bin/\S+", "/bin/true", text), "utf-8")
    verified = analyze("verify", "--man=no", str(tmp_path / unit))
    mine = [line for line in verified.stderr.splitlines() if unit in line]
    assert mine == []


@pytest.mark.parametrize("unit", BOTH)
def test_a_unit_waits_for_no_network_and_no_clock_and_never_stays_down(unit: str) -> None:
    settings = said(unit)
    orderings = [word for name in ("After", "Wants", "Requires", "BindsTo") for word in settings.get(name, [])]
    assert not re.search(r"network|time-s", " ".join(orderings))
    assert settings["Restart"] == ["always"]
    assert settings["StartLimitIntervalSec"] == ["0"]


def test_a_car_that_hangs_is_aborted_within_three_seconds_and_begun_again_a_second_later() -> None:
    settings = said("patrol-edge.service")
    assert settings["Type"] == ["notify"]
    assert (settings["WatchdogSec"], settings["RestartSec"]) == (["3"], ["1"])
    assert "MALLOC_ARENA_MAX=1" in settings["Environment"][0]


def test_the_car_can_see_which_boot_this_is() -> None:
    assert "ProcSubset" not in said("patrol-edge.service")  # "pid" hides /proc/sys/kernel/random/boot_id


def test_no_plate_reaches_swap_or_a_core_file() -> None:
    for unit in BOTH:
        assert said(unit)["MemorySwapMax"] == ["0"]
        assert said(unit)["LimitCORE"] == ["0"]


def test_unit_configuration_and_rules_name_the_same_places() -> None:
    settings, car = said("patrol-edge.service"), example()
    assert car["storage"]["folder"] == f"/var/lib/{settings['StateDirectory'][0]}"
    assert Path(car["local"]["socket"]).parent == Path("/run", settings["RuntimeDirectory"][0])
    assert settings["LoadCredential"] == [f"key:{car['storage']['key_file']}"]
    assert settings["BindReadOnlyPaths"] == [f"%d/key:{car['storage']['key_file']}"]
    rules = (UNITS / "99-patrol-edge.rules").read_text("utf-8")
    ports = {camera["port"] for camera in car["cameras"]} | {car["gps"]["port"]}
    assert {f"/dev/{name}" for name in re.findall(r'SYMLINK\+="([^"]+)"', rules)} == ports
    assert set(re.findall(r'GROUP="([^"]+)"', rules)) == {settings["Group"][0]}


def test_the_example_configuration_is_good(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("5a" * 32)
    text = (UNITS / "patrol-edge.toml").read_text("utf-8")
    config = tmp_path / "patrol-edge.toml"
    config.write_text(text.replace("/etc/patrol-edge/key", str(key)), "utf-8")
    command = [sys.executable, "-m", "edge", "check", "--config", str(config)]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    assert (checked.returncode, checked.stdout.count("good")) == (0, 1), checked.stderr


def test_headquarters_understands_the_words_of_its_unit() -> None:
    words = said("patrol-hq.service")["ExecStart"][0].split()
    assert words[:2] == ["/opt/patrol-edge/bin/patrol-hq", "serve"]
    options = dict(zip(words[2::2], words[3::2], strict=True))
    assert addresses.broker(options["--broker"]).host == "127.0.0.1"
    store = addresses.store(options["--store"])
    assert store.parent == Path("/var/lib", said("patrol-hq.service")["StateDirectory"][0])


def test_udev_rules_are_well_formed() -> None:
    rules = UNITS / "99-patrol-edge.rules"
    term = re.compile(r'(ACTION|SUBSYSTEM|KERNEL|SYMLINK|ENV\{\w+\}|GROUP|MODE|GOTO|LABEL)(==|!=|\+=|=)"[^"]*"(, |$)')
    for line in filter(None, (each.partition("#")[0].strip() for each in rules.read_text("utf-8").splitlines())):
        assert term.sub("", line) == "", line
    udevadm = shutil.which("udevadm")
    if udevadm and int(subprocess.check_output([udevadm, "--version"]).split()[0]) >= 254:
        subprocess.run([udevadm, "verify", str(rules)], check=True, timeout=PATIENCE_S)


def test_each_unit_has_its_user(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    applied("systemd-sysusers", f"--root={tmp_path}", str(UNITS / "sysusers.d/patrol-edge.conf"))
    users = {line.split(":")[0] for line in (tmp_path / "etc/passwd").read_text().splitlines()}
    assert users == {said(unit)["User"][0] for unit in BOTH}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to root")
def test_the_key_is_for_root_alone(tmp_path: Path) -> None:
    key = tmp_path / "etc/patrol-edge/key"
    key.parent.mkdir(parents=True)
    key.touch(0o644)
    applied("systemd-tmpfiles", f"--root={tmp_path}", "--create", str(UNITS / "tmpfiles.d/patrol-edge.conf"))
    assert (key.stat().st_mode & 0o777, key.stat().st_uid) == (0o600, 0)


def applied(tool: str, *words: str) -> None:
    program = shutil.which(tool)
    if program is None:
        pytest.skip(f"{tool} is not installed")
    done = subprocess.run([program, *words], capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stderr
