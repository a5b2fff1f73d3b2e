"""Bytes in tests/captures/<dialect>/*.bin -> exactly the JSON lines beside them, as `patrol-edge decode` prints them."""

import json
from pathlib import Path
from typing import Any

import pytest

from drivers import anpr, gps
from drivers.dialect import Dialect
from edge.commands.decode import line

CAPTURES = Path(__file__).parents[1] / "captures"
DIALECTS: dict[str, type[Dialect[Any]]] = {**anpr.DIALECTS, **gps.DIALECTS}


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*/*.bin")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_capture_says_what_it_said_when_it_was_taken(path: Path) -> None:
    dialect = DIALECTS[path.parent.name]()
    said = [json.loads(line(item, None)) for item in [*dialect.feed(path.read_bytes()), *dialect.close()]]
    assert said == [json.loads(each) for each in path.with_suffix(".jsonl").read_text("utf-8").splitlines()]


def test_every_dialect_has_a_capture_and_every_capture_a_dialect() -> None:
    assert {path.parent.name for path in CAPTURES.glob("*/*.bin")} == set(DIALECTS)
