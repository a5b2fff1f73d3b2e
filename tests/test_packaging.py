"""The tree -> wheel and sdist, built without a network, and what must and must not be in them; the locks beside them."""

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path
from typing import Final

import pytest

from edge import __version__

ROOT: Final = Path(__file__).parents[1]
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES: Final[list[str]] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
COMMANDS: Final = {"patrol-edge": "edge", "patrol-hq": "headquarters", "patrol-sim": "simulator"}
LOCKS: Final = ("car", "demo", "dev")
OFFLINE: Final = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
PINNED: Final = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^ ;]+)", re.MULTILINE)


def build(tree: Path, to: Path) -> tuple[Path, Path]:
    """(wheel, sdist) of a tree, by the build backend alone."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", to], cwd=tree, check=True, capture_output=True)
    return next(to.glob("*.whl")), next(to.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return build(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def wheel(built: tuple[Path, Path]) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(built[0]) as opened:
        yield opened


@pytest.fixture(scope="module")
def sdist(built: tuple[Path, Path]) -> Iterator[tarfile.TarFile]:
    with tarfile.open(built[1]) as opened:
        yield opened


def lock(name: str) -> dict[str, str]:
    """The versions that a lock pins."""
    return dict(PINNED.findall((ROOT / f"requirements/{name}.txt").read_text("utf-8")))


def test_every_source_file_of_ours_is_in_the_wheel_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    sources = {path.relative_to(ROOT).as_posix() for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    assert sources <= inside
    assert {name.split("/")[0] for name in inside} == set(PACKAGES)
    assert {name for name in inside if name.endswith((".pyc", ".db", ".log"))} == set()


def test_every_package_says_that_it_is_typed(wheel: zipfile.ZipFile) -> None:
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(wheel.namelist())


def test_the_wheel_brings_its_commands_licence_and_version(wheel: zipfile.ZipFile) -> None:
    folder = f"patrol_edge-{__version__}.dist-info"
    metadata = Parser().parsestr(wheel.read(f"{folder}/METADATA").decode())
    assert (metadata["Name"], metadata["Version"]) == ("patrol-edge", __version__)
    assert (metadata["License-Expression"], metadata["Requires-Python"]) == ("Apache-2.0", ">=3.11")
    assert {"headquarters", "simulator", "dev"} <= set(metadata.get_all("Provides-Extra", []))
    entry_points = wheel.read(f"{folder}/entry_points.txt").decode().split("\n")
    assert {f"{command} = {package}.cli:main" for command, package in COMMANDS.items()} <= set(entry_points)
    assert f"{folder}/licenses/LICENSE" in wheel.namelist()


def test_no_path_of_the_machine_it_was_built_on_is_in_them(wheel: zipfile.ZipFile, sdist: tarfile.TarFile) -> None:
    members = [(name, wheel.read(name)) for name in wheel.namelist()]
    for member in filter(tarfile.TarInfo.isfile, sdist.getmembers()):
        file = sdist.extractfile(member)
        assert file is not None
        members.append((member.name, file.read()))
    assert [name for name, content in members if str(ROOT).encode() in content] == []


def test_the_sdist_builds_the_same_wheel(built: tuple[Path, Path], sdist: tarfile.TarFile, tmp_path: Path) -> None:
    sdist.extractall(tmp_path, filter="data")
    again, _ = build(tmp_path / f"patrol_edge-{__version__}", tmp_path / "dist")
    assert again.read_bytes() == built[0].read_bytes()


def test_what_is_installed_from_the_wheel_runs_outside_the_tree(built: tuple[Path, Path], tmp_path: Path) -> None:
    """Its dependencies are those of this environment; installing them is what scripts/demo does."""
    target = tmp_path / "installed"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(built[0])]
    subprocess.run(command, check=True, env=os.environ | OFFLINE)
    for name in COMMANDS:
        helped = subprocess.run(
            [target / "bin" / name, "--help"],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(target)},
            capture_output=True,
            text=True,
        )
        assert (helped.returncode, helped.stderr) == (0, "")
        assert helped.stdout.startswith(f"usage: {name}")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_hashes_for_all_it_pins_and_names_no_host(name: str) -> None:
    text = (ROOT / f"requirements/{name}.txt").read_text("utf-8")
    assert "://" not in text
    assert "--index" not in text
    requirements = re.split(r"\n(?=[a-z0-9])", text.split("\n", 2)[2])
    assert [each for each in requirements if "--hash=sha256:" not in each] == []


def test_the_locks_agree_and_cover_what_is_declared() -> None:
    everything = lock("dev")
    assert lock("car").items() <= lock("demo").items() <= everything.items()
    project = PROJECT["project"]
    names = re.compile(r"[a-z0-9-]+")
    declared = {
        "car": project["dependencies"],
        "demo": [*project["optional-dependencies"]["simulator"], *PROJECT["dependency-groups"]["build"]],
        "dev": [each for extra in project["optional-dependencies"].values() for each in extra],
    }
    for name, requirements in declared.items():
        missing = {found[0] for each in requirements if (found := names.match(each))} - set(lock(name))
        assert missing == set(), f"{name}: run scripts/lock"
