"""`patrol-sim world` as a program, and readers at its ports."""

import asyncio
import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from drivers.anpr import DIALECTS
from drivers.readings import Fix, PlateSeen
from simulator.cli import main

SIMULATOR = (sys.executable, "-m", "simulator.cli", "world")
Perform = Callable[..., Awaitable[tuple[dict[str, Any], dict[str, list[Any]]]]]
TruthOf = Callable[[Path], list[dict[str, Any]]]


async def test_the_truth_agrees_with_what_readers_received(tmp_path: Path, perform: Perform, truth_of: TruthOf) -> None:
    (tmp_path / "faults").write_text("at 200ms half-lines front 500ms\nat 400ms noise rear 500ms\nsilence rear 200ms\n")
    options = ("--rate", "150", "--reads", "600", "--cameras", "front:axxon,rear:axxon", "--hits", "3")
    summary, found = await perform(tmp_path, *options, "--faults", str(tmp_path / "faults"))
    truth = truth_of(tmp_path)
    for camera in ("front", "rear"):
        said = [line["vrm_said"] for line in truth if line["camera"] == camera and line["fault"] is None]
        assert [item.vrm for item in found[camera] if isinstance(item, PlateSeen)] == said
    assert [line["n"] for line in truth] == list(range(600))
    assert sum(line["hit_expected"] for line in truth) == summary["hits_expected"] == 3
    assert summary["faults"] == Counter(line["fault"] for line in truth if line["fault"] is not None)
    assert set(summary["faults"]) == {"cut", "noise", "silence"}
    assert sum(isinstance(item, Fix) for item in found["gps"]) >= 2
    assert not list((tmp_path / "ports").iterdir())


async def test_every_unique_read_of_a_fast_world_arrives(tmp_path: Path, perform: Perform, truth_of: TruthOf) -> None:
    summary, found = await perform(tmp_path, "--rate", "20000", "--reads", "20000", "--unique", "--hits", "0.001")
    truth = truth_of(tmp_path)
    assert [item.vrm for item in found["front"]] == [line["vrm_said"] for line in truth]
    assert summary["faults"] == {}
    assert summary["hits_expected"] == 20


async def test_an_unplugged_camera_is_read_again_and_the_truth_knows_when_not(
    tmp_path: Path, perform: Perform, truth_of: TruthOf
) -> None:
    (tmp_path / "faults").write_text("at 500ms unplug front 500ms\n")
    options = ("--rate", "200", "--reads", "500", "--hits", "1", "--faults", str(tmp_path / "faults"))
    summary, found = await perform(tmp_path, *options)
    truth = truth_of(tmp_path)
    heard = [item.vrm for item in found["front"] if isinstance(item, PlateSeen)]
    last = max(n for n, line in enumerate(truth) if line["fault"] == "closed")
    after = [line["vrm_said"] for line in truth[last + 1 :]]
    assert summary["faults"].keys() == {"unplug", "closed"}
    assert after
    assert heard[-len(after) :] == after
    assert not Counter(heard) - Counter(line["vrm_said"] for line in truth if line["fault"] is None)


async def test_a_power_cut_is_told_on_stdout_and_a_relay_stands_before_the_broker(
    tmp_path: Path, listen: Callable[[Path], Any]
) -> None:
    (tmp_path / "faults").write_text("at 500ms power cut\nlink 128kbit 20% loss\n")
    options = ("--rate", "50", "--reads", "100", "--hits", "0", "--faults", str(tmp_path / "faults"), "--stay", "9m")
    program = await asyncio.create_subprocess_exec(
        *(*SIMULATOR, "--out", str(tmp_path), *options), stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert program.stdout is not None
    await program.stdout.readline()
    config = tomllib.loads((tmp_path / "patrol-edge.toml").read_text(encoding="utf-8"))
    assert re.fullmatch(r"mqtt://127\.0\.0\.1:(?!1883)\d+", config["broker"]["url"])
    for name in ("front", "gps"):
        listen(tmp_path / "ports" / name).start()
    told = [json.loads(await program.stdout.readline()) for _ in range(3)]
    assert [next(iter(line)) for line in told] == ["playing", "power_cut", "reads"]
    assert told[1]["at_s"] == 0.5
    assert told[1]["mono_ns"] >= told[0]["start_mono_ns"] + 500_000_000
    program.terminate()
    assert await program.wait() == 0


async def test_the_daemon_takes_the_configuration_of_every_dialect(tmp_path: Path) -> None:
    cameras = ",".join(f"{name}:{name}{way}" for name, way in zip(DIALECTS, cycle(("", ":tcp")), strict=False))
    args = ["--out", str(tmp_path), "--cameras", cameras, "--gps", "gpsd", "--template", "line=%LP% %CR%"]
    program = await asyncio.create_subprocess_exec(
        *SIMULATOR, *args, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert program.stdout is not None
    await program.stdout.readline()
    check = (sys.executable, "-m", "edge", "check", "--config", str(tmp_path / "patrol-edge.toml"))
    checked = await asyncio.create_subprocess_exec(
        *check, cwd=Path(__file__).parents[2], stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await checked.communicate()
    program.terminate()
    await program.communicate()
    assert checked.returncode == 0, said.decode()


async def test_the_configuration_names_what_is_there(tmp_path: Path, perform: Perform) -> None:
    await perform(tmp_path, "--reads", "1", "--hits", "1", "--list", "7", "--broker", "mqtt://hq.test:1884")
    config = tomllib.loads((tmp_path / "patrol-edge.toml").read_text(encoding="utf-8"))
    assert config == {
        "vehicle": "sim-1",
        "broker": {"url": "mqtt://hq.test:1884"},
        "storage": {"folder": "state", "key_file": "key"},
        "local": {"socket": "run/edge.sock"},
        "lists": {"allow_unsigned": True},
        "cameras": [{"name": "front", "dialect": "axxon", "port": "ports/front"}],
        "gps": {"dialect": "nmea", "port": "ports/gps"},
    }
    assert re.fullmatch(r"[0-9a-f]{64}\n", (tmp_path / "key").read_text(encoding="ascii"))
    assert len((tmp_path / "voi.csv").read_text(encoding="utf-8").splitlines()) == 8


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--cameras", "front:axon"], 'unknown dialect "axon" of camera "front": did you mean "axxon"?'),
        (["--cameras", "front:axxon,front:axxon"], "two cameras have one name"),
        (["--cameras", "gps:axxon"], '"gps" is no camera name'),
        (["--broker", "http://hq.test"], '"http://hq.test" is no broker: write it as mqtt://HOST:PORT'),
        (["--vehicle", "all"], '"all" is no vehicle name'),
        (["--start", "yesterday"], '"yesterday" is no time'),
        (["--clear", "9"], '"9" is no time: write it as 500ms, 4s or 2m'),
        (["--rate", "0"], "a world needs a rate above 0"),
        (["--reads", "3", "--hits", "4"], "4 listed vehicles cannot pass"),
        (["--list", "2", "--hits", "4"], "a list of 2 entries cannot name 4 passing vehicles"),
        (["--faults", "absent"], "No such file or directory: 'absent'"),
    ],
)
def test_wrong_options_end_with_one_clear_sentence(
    options: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["world", "--out", str(tmp_path / "out"), *options]) == 2
    said = capsys.readouterr().err
    assert said.startswith("patrol-sim world: ")
    assert complaint in said
    assert said.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_fault_that_is_misspelt_is_named_with_its_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = tmp_path / "faults"
    faults.write_text("\nat 4s unplugg front 2s\n")
    assert main(["world", "--out", str(tmp_path / "out"), "--faults", str(faults)]) == 2
    said = capsys.readouterr().err
    assert said == f'patrol-sim world: {faults}, line 2: unknown fault "unplugg": did you mean "unplug"?\n'


def test_ports_that_nobody_opens_end_it_with_their_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.commands.world.READERS_S", 0.0)
    assert main(["world", "--out", str(tmp_path)]) == 1
    assert "nobody opened front, gps within 0 s" in capsys.readouterr().err
    assert not list((tmp_path / "ports").iterdir())


async def test_a_world_told_to_end_takes_its_ports_with_it(tmp_path: Path) -> None:
    program = await asyncio.create_subprocess_exec(
        *(*SIMULATOR, "--out", str(tmp_path)),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert program.stdout is not None
    await program.stdout.readline()
    program.terminate()
    _, said = await program.communicate()
    assert (program.returncode, said) == (1, b"patrol-sim: stopped before its end\n")
    assert not list((tmp_path / "ports").iterdir())


@pytest.mark.parametrize("options", [[], ["--nonsense"], ["world"], ["wrold"]])
def test_wrong_usage_ends_with_two(options: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(options)
    assert ended.value.code == 2
