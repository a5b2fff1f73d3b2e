"""The published contract in the hands of strangers: a reader in another language, and AsyncAPI's own parser."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
GOLDEN = ROOT / "proto" / "golden.json"
ASYNCAPI = ROOT / "docs" / "asyncapi.json"
INSTALL_S = 300.0
RUN_S = 60.0

Node = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def node(pytestconfig: pytest.Config) -> Node:
    """`node("reader.mjs", FILE)`. Packages lie in pytest's cache, and are fetched again only when package.json has changed."""
    npm, program = shutil.which("npm"), shutil.which("node")
    if npm is None or program is None:
        pytest.skip("node and npm are not installed")
    assert pytestconfig.cache is not None
    folder = pytestconfig.cache.mkdir("node")
    for file in HERE.glob("*.mjs"):
        shutil.copy(file, folder)
    wanted, there = HERE / "package.json", folder / "package.json"
    if not there.exists() or there.read_bytes() != wanted.read_bytes():
        _install(npm, folder, wanted)

    def run(script: str, file: Path) -> "subprocess.CompletedProcess[str]":
        words = [program, script, str(file)]
        return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=RUN_S, check=False)

    return run


def _install(npm: str, folder: Path, wanted: Path) -> None:
    """Without a lock file, without the packages' own scripts. package.json stays only when all of it came."""
    quiet = ("--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
    there = Path(shutil.copy(wanted, folder))
    done = subprocess.run(
        [npm, "install", *quiet], cwd=folder, capture_output=True, text=True, timeout=INSTALL_S, check=False
    )
    if done.returncode:
        there.unlink()
        pytest.skip(f"npm cannot fetch the packages: {done.stderr.strip().splitlines()[-1:]}")


def _changed(path: Path, into: Path, change: Callable[[Any], object]) -> Path:
    """A copy of a JSON file with one thing changed."""
    content = json.loads(path.read_text())
    change(content)
    into.write_text(json.dumps(content))
    return into


def test_a_reader_in_another_language_reads_every_golden_vector(node: Node) -> None:
    """[proto-2.1, proto-2.7, proto-3.6, proto-3.9, proto-4.2, proto-6.1, proto-6.5]"""
    read = node("reader.mjs", GOLDEN)
    assert read.stderr == ""
    assert int(read.stdout) == sum(map(len, json.loads(GOLDEN.read_text()).values()))


@pytest.mark.parametrize(
    ("part", "name", "change"),
    [
        ("bodies", "hit", lambda vector: vector["fields"].update(priority=81)),
        ("batches", "compressed", lambda vector: vector["fields"]["bodies"].reverse()),
        ("messages", "receipt", lambda vector: vector["fields"][0].update(lane=3)),
    ],
)
def test_that_reader_finds_a_vector_that_is_wrong(
    node: Node, tmp_path: Path, part: str, name: str, change: Callable[[Any], object]
) -> None:
    wrong = _changed(
        GOLDEN, tmp_path / "golden.json", lambda all_: change(next(v for v in all_[part] if v["name"] == name))
    )
    read = node("reader.mjs", wrong)
    assert read.returncode == 1
    assert read.stderr == f"{part}: {name}: read differently\n"


def test_the_official_parser_finds_nothing_wrong_with_the_document(node: Node) -> None:
    found = node("validate.mjs", ASYNCAPI)
    assert found.stderr == ""
    told = json.loads(found.stdout)
    assert told["valid"] is True
    assert told["examples"] > 20


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document["operations"]["batch"].update(action="shout"),
        lambda document: document["operations"]["batch"]["channel"].update({"$ref": "#/channels/nowhere"}),
        lambda document: document["components"]["messages"]["receipt"]["examples"][0]["payload"][1][0].reverse(),
        lambda document: document["components"]["schemas"]["read"]["examples"][0].insert(4, None),
    ],
)
def test_a_document_that_is_wrong_is_found(node: Node, tmp_path: Path, change: Callable[[Any], object]) -> None:
    found = node("validate.mjs", _changed(ASYNCAPI, tmp_path / "asyncapi.json", change))
    assert found.returncode == 1
    assert found.stderr
