"""`patrol-sim world` in every dialect, on terminals and at TCP ports: what a reader makes of it is what the truth says."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.anpr import DIALECTS
from drivers.readings import Fix, Junk, PlateSeen
from simulator.camera import CameraSetting, gap
from simulator.cli import main
from simulator.free_port import free_port
from simulator.tcp_server import HOST, TcpServer

Perform = Callable[..., Awaitable[tuple[dict[str, Any], dict[str, list[Any]]]]]
TruthOf = Callable[[Path], list[dict[str, Any]]]


@pytest.mark.parametrize("way", ["", ":tcp"])
async def test_every_dialect_says_what_the_truth_says(
    way: str, tmp_path: Path, perform: Perform, truth_of: TruthOf
) -> None:
    cameras = ",".join(f"{name}:{name}{way}" for name in DIALECTS)
    options = ("--rate", "300", "--reads", "600", "--hits", "3", "--gps", "gpsd" if way else "nmea")
    summary, found = await perform(tmp_path, "--cameras", cameras, *options)
    truth = truth_of(tmp_path)
    assert summary["whole"] == 600
    for camera in DIALECTS:
        assert [each.vrm for each in found[camera]] == [each["vrm_said"] for each in truth if each["camera"] == camera]
        assert all(each.camera == f"{list(DIALECTS).index(camera) + 1:02}" for each in found[camera] if each.camera)
    assert sum(isinstance(each, Fix) for each in found["gps"]) >= 2


async def test_a_dialect_without_a_beginning_is_in_step_again_after_a_fault(
    tmp_path: Path, perform: Perform, truth_of: TruthOf
) -> None:
    (tmp_path / "faults").write_text("".join(f"at 500ms half-lines {name} 400ms\n" for name in DIALECTS))
    cameras = ",".join(f"{name}:{name}" for name in DIALECTS)
    options = ("--rate", "400", "--reads", "800", "--hits", "0", "--faults", str(tmp_path / "faults"))
    _, found = await perform(tmp_path, "--cameras", cameras, *options)
    for camera in DIALECTS:
        lines = [each for each in truth_of(tmp_path) if each["camera"] == camera]
        last = max(place for place, each in enumerate(lines) if each["fault"] == "cut")
        after = [each["vrm_said"] for each in lines[last + 1 :]]
        assert after
        assert [each.vrm for each in found[camera] if isinstance(each, PlateSeen)][-len(after) :] == after


async def test_a_template_reaches_the_camera_and_the_configuration(
    tmp_path: Path, perform: Perform, truth_of: TruthOf
) -> None:
    template = "%CAMERA% [%LP%] %CONF% %CR%%LF%"
    options = ("--cameras", "front:line:tcp", "--template", f"front={template}", "--reads", "20", "--hits", "1")
    _, found = await perform(tmp_path, *options)
    assert [(each.vrm, each.camera) for each in found["front"]] == [
        (each["vrm_said"], "01") for each in truth_of(tmp_path)
    ]


async def test_an_unplugged_tcp_camera_refuses_and_comes_back(
    tmp_path: Path, perform: Perform, truth_of: TruthOf
) -> None:
    (tmp_path / "faults").write_text("at 500ms unplug front 500ms\n")
    options = ("--cameras", "front:tattile:tcp", "--rate", "200", "--reads", "500", "--hits", "1")
    _, found = await perform(tmp_path, *options, "--faults", str(tmp_path / "faults"))
    truth = truth_of(tmp_path)
    last = max(each["n"] for each in truth if each["fault"] is not None)
    after = [each["vrm_said"] for each in truth[last + 1 :]]
    assert {each["fault"] for each in truth} >= {None, "unplug"}
    assert after
    assert [each.vrm for each in found["front"] if not isinstance(each, Junk)][-len(after) :] == after


def test_only_frames_without_a_beginning_need_a_gap() -> None:
    assert {name for name in DIALECTS if gap(CameraSetting("front", name))} == {"line", "platerecognizer", "rekor"}


def test_a_port_that_somebody_has_ends_it_with_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    taken = TcpServer(free_port())
    taken.plug()
    port = taken.address.rpartition(":")[2]
    assert main(["world", "--out", str(tmp_path), "--cameras", f"front:rekor:tcp:{port}"]) == 2
    taken.unplug()
    assert f"tcp://{HOST}:{port}: Address already in use" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--cameras", "front:rekor:udp"], '"udp" is no way to reach it: write front:DIALECT, or front:DIALECT:tcp'),
        (["--cameras", "front:rekor:tcp:0"], '"tcp:0" is no way to reach it'),
        (["--template", "front"], '"front" is no template: write it as front=%PLATE%%CR%%LF%'),
        (["--template", "fornt=%LP%%CR%"], 'a template for camera "fornt": did you mean "front"?'),
        (["--template", "front=%LP%%CR%"], 'camera "front": axxon has no template; line, nedap'),
        (["--cameras", "front:line", "--template", "front=%LP%"], 'camera "front": a template needs an end'),
    ],
)
def test_a_wrong_way_or_template_is_named(
    options: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["world", "--out", str(tmp_path / "out"), *options]) == 2
    said = capsys.readouterr().err
    assert re.search(re.escape(complaint), said), said
