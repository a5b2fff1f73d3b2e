"""Every module's syntax tree -> who imports whom, what the leaves may use, and where each library is at home (design.md, part 3)."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

import pytest

TREE: Final = Path(__file__).parents[1]
ALLOWED: Final = {
    "proto": (),
    "drivers": (),
    "records": ("proto.plates",),
    "forecast": (),
    "edge": ("proto", "drivers", "records", "forecast.guidance"),
    "headquarters": ("proto", "records", "forecast"),
    "simulator": ("proto", "drivers", "forecast.guidance", "headquarters"),
}
OURS: Final = {*ALLOWED, "tests", "benchmarks", "scripts"}
LEAVES: Final = ("proto", "drivers", "records", "forecast")
PORTS: Final = "drivers/streams.py"

CHANCE_OR_LOG: Final = {"random", "secrets", "uuid", "logging"}
CLOCK_OR_MACHINE: Final = {
    *("time", "sched", "threading", "_thread", "multiprocessing", "concurrent", "queue", "asyncio", "select", "selectors"),
    *("socket", "socketserver", "ssl", "http", "urllib", "subprocess", "signal", "os", "io", "tempfile", "shutil", "importlib"),
}  # fmt: skip
CLOCK_CALLS: Final = {"now", "utcnow", "today"}
BUILT_IN: Final = {"open", "input", "eval", "exec", "__import__"}

HOMES: Final = {
    "serial": (PORTS,),
    "aiomqtt": ("edge/", "headquarters/", "simulator/"),
    "amqtt": ("simulator/",),
    "sqlcipher3": ("edge/",),
    "aiosqlite": ("edge/", "headquarters/"),
    "sqlite3": ("headquarters/", "records/"),  # never the car: a plain file there is readable by a thief
    "msgpack": ("proto/",),
    "zstandard": ("proto/",),
    "starlette": ("edge/terminal/",),
    "numpy": ("forecast/", "headquarters/"),
}
ONE_FILE_EACH: Final = ("serial", "aiomqtt", "amqtt", "sqlcipher3", "aiosqlite", "zstandard")


def faults(path: str, source: str) -> list[str]:
    """What one module does against the rules; `path` is relative to the tree, with slashes."""
    tree = ast.parse(source)
    names = list(imported(path, tree))
    found = [f"imports {name}" for name in names if not _may_import(path, name)]
    found += [f"{name} is at home elsewhere" for name in names if not _is_at_home(path, name)]
    if path.startswith(tuple(f"{leaf}/" for leaf in LEAVES)):
        forbidden = CHANCE_OR_LOG if path == PORTS else CHANCE_OR_LOG | CLOCK_OR_MACHINE
        found += [f"uses {name}" for name in names if name.partition(".")[0] in forbidden]
        found += [f"calls {name}" for name in _calls(tree) if path != PORTS]
    return found


def imported(path: str, tree: ast.AST) -> Iterator[str]:
    """Full names of what is imported, wherever in the module; `from a import b` is a.b, for b may be a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = path.split("/")[: -node.level] if node.level else []
            yield from (".".join([*above, *filter(None, [node.module]), alias.name]) for alias in node.names)


def _may_import(path: str, name: str) -> bool:
    package, there = path.split("/")[0], name.partition(".")[0]
    if there not in OURS or there == package:
        return True
    return any(f"{name}.".startswith(f"{allowed}.") for allowed in ALLOWED[package])


def _is_at_home(path: str, name: str) -> bool:
    homes = HOMES.get(name.partition(".")[0])
    return homes is None or path.startswith(homes)


def _calls(tree: ast.AST) -> Iterator[str]:
    """Calls that tell the time, draw lots or open something, though their module may be imported."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in BUILT_IN:
                yield name
            case ast.Call(
                func=ast.Attribute(
                    attr=name, value=ast.Name(id="date" | "datetime") | ast.Attribute(attr="date" | "datetime")
                )
            ):
                if name in CLOCK_CALLS:
                    yield f"datetime.{name}"
            case ast.Call(func=ast.Attribute(attr=name, value=ast.Attribute(attr="random"))):
                yield f"random.{name}"
            case ast.Call(
                func=ast.Attribute(attr="open" | "read_text" | "read_bytes" | "write_text" | "write_bytes" as name)
            ):
                yield name


def _modules() -> list[str]:
    return sorted(path.relative_to(TREE).as_posix() for package in ALLOWED for path in (TREE / package).rglob("*.py"))


@pytest.mark.parametrize("path", _modules())
def test_a_module_keeps_the_rules(path: str) -> None:
    assert faults(path, (TREE / path).read_text()) == []


def homes_in(modules: dict[str, str]) -> dict[str, list[str]]:
    """Per library and package of ours with more than one file that imports it: those files."""
    users: dict[str, set[str]] = {}
    for path, source in modules.items():
        for name in imported(path, ast.parse(source)):
            library = name.partition(".")[0]
            if library in ONE_FILE_EACH:
                users.setdefault(f"{library} in {path.split('/')[0]}", set()).add(path)
    return {where: sorted(paths) for where, paths in users.items() if len(paths) > 1}


def test_one_library_has_one_home() -> None:
    assert homes_in({path: (TREE / path).read_text() for path in _modules()}) == {}


def circle_in(modules: dict[str, str]) -> list[str]:
    """Paths of modules that import each other in a ring, the first once more at the end; none: every file stands above what it imports."""
    paths = {path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in modules}
    ties = {
        path: {paths.get(name) or paths.get(name.rpartition(".")[0]) for name in imported(path, ast.parse(source))}
        for path, source in modules.items()
    }
    try:
        TopologicalSorter({path: on - {None, path} for path, on in ties.items()}).prepare()
    except CycleError as error:
        return [str(path) for path in error.args[1]]
    return []


def test_no_modules_import_each_other_in_a_ring() -> None:
    assert circle_in({path: (TREE / path).read_text() for path in _modules()}) == []


@pytest.mark.parametrize(
    ("path", "source", "fault"),
    [
        ("proto/bad.py", "import time", "uses time"),
        ("proto/bad.py", "from time import monotonic", "uses time.monotonic"),
        ("proto/bad.py", "def f():\n    import random", "uses random"),
        ("proto/bad.py", "import os.path", "uses os.path"),
        ("proto/bad.py", "import edge", "imports edge"),
        ("proto/bad.py", "from drivers.readings import Junk", "imports drivers.readings.Junk"),
        ("proto/bad.py", "from ..edge import app", "imports edge.app"),
        ("proto/bad.py", "import tests.conftest", "imports tests.conftest"),
        ("drivers/anpr/bad.py", "import asyncio", "uses asyncio"),
        ("drivers/anpr/bad.py", "import serial", "serial is at home elsewhere"),
        ("drivers/anpr/bad.py", "from proto.plates import canonical", "imports proto.plates.canonical"),
        ("drivers/streams.py", "import logging", "uses logging"),
        ("drivers/gps/bad.py", "from datetime import datetime, UTC\nx = datetime.now(UTC)", "calls datetime.now"),
        ("drivers/gps/bad.py", "import datetime\nx = datetime.date.today()", "calls datetime.today"),
        ("drivers/gps/bad.py", "f = open('/dev/ttyS0')", "calls open"),
        ("records/bad.py", "from proto import events", "imports proto.events"),
        ("records/bad.py", "import concurrent.futures", "uses concurrent.futures"),
        ("forecast/bad.py", "import numpy as np\nx = np.random.default_rng()", "calls random.default_rng"),
        ("forecast/bad.py", "import secrets", "uses secrets"),
        ("edge/bad.py", "from headquarters import store", "imports headquarters.store"),
        ("edge/bad.py", "from forecast import model", "imports forecast.model"),
        ("edge/bad.py", "import forecast", "imports forecast"),
        ("edge/bad.py", "import simulator.world", "imports simulator.world"),
        ("edge/bad.py", "import sqlite3", "sqlite3 is at home elsewhere"),
        ("edge/uplink/bad.py", "import zstandard", "zstandard is at home elsewhere"),
        ("headquarters/bad.py", "from edge.spool import rows", "imports edge.spool.rows"),
        ("headquarters/bad.py", "from drivers import readings", "imports drivers.readings"),
        ("simulator/bad.py", "async def f():\n    from edge import app", "imports edge.app"),
    ],
)
def test_a_bad_module_is_found(path: str, source: str, fault: str) -> None:
    assert fault in faults(path, source)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (
            "proto/good.py",
            "import msgpack\nimport re\nfrom proto.lanes import Lane\nfrom datetime import date\nd = date.fromisoformat('2026-01-01')",
        ),
        ("drivers/streams.py", "import asyncio, os, time\nimport serial\nx = os.open('a', 0)"),
        ("records/good.py", "from proto.plates import canonical\nimport sqlite3"),
        (
            "forecast/good.py",
            "import numpy as np\ndef f(chance: np.random.Generator) -> float:\n    return chance.random()",
        ),
        (
            "edge/good.py",
            "import time, logging\nfrom forecast import guidance\nfrom forecast.guidance import Box\nimport proto.events",
        ),
        ("headquarters/good.py", "from forecast.model import fit\nfrom records import search"),
        ("simulator/good.py", "from headquarters.app import serve\nimport random"),
    ],
)
def test_a_good_module_is_let_be(path: str, source: str) -> None:
    assert faults(path, source) == []


def test_a_second_home_is_found() -> None:
    source = "import aiomqtt"
    assert homes_in({"edge/a.py": source, "headquarters/b.py": source}) == {}
    assert homes_in({"edge/a.py": source, "edge/b.py": source}) == {"aiomqtt in edge": ["edge/a.py", "edge/b.py"]}


def test_a_ring_is_found_wherever_the_import_stands() -> None:
    ring = {"edge/a.py": "from edge.b.c import D", "edge/b/c.py": "def f():\n    from edge import a"}
    assert set(circle_in(ring)) == set(ring)
    assert circle_in({**ring, "edge/b/c.py": "from proto import a"}) == []
