"""docs/asyncapi.json against the code that it is made of, and its words against those of the language."""

import json
from pathlib import Path
from typing import Any

import pytest

from proto import asyncapi, events, topics
from proto.lanes import Lane

WRITTEN = json.loads((Path(__file__).parents[2] / "docs" / "asyncapi.json").read_text())


def test_the_file_is_what_the_code_makes() -> None:
    """Otherwise: python -m proto.asyncapi > docs/asyncapi.json"""
    assert json.loads(json.dumps(asyncapi.document())) == WRITTEN


def test_every_word_of_the_language_has_a_channel_and_no_other() -> None:  # [proto-1.2] [proto-1.4]
    addresses = {channel["address"] for channel in WRITTEN["channels"].values()}
    up = {topics.up("{vehicle}", word) for word in ("{lane}", "held", "want", "ask", "confirm")}
    words = ("receipt", "again", "refused", "answer", "head", "dosage", "confirmed", "note")
    down = {topics.down("{vehicle}", word) for word in words}
    assert addresses == up | down | {topics.HELLO}
    assert WRITTEN["channels"]["batch"]["parameters"]["lane"]["enum"] == [lane.word for lane in Lane]


@pytest.mark.parametrize("word", events.WORDS.values())
def test_every_kind_has_a_schema_that_begins_with_its_number_and_moment(word: str) -> None:  # [proto-3.3]
    kind, *moment = WRITTEN["components"]["schemas"][word]["items"][:4]
    assert events.WORDS[kind["const"]] == word
    assert [part["title"] for part in moment] == ["uptime_ms", "utc_offset_ms", "clock"]


def test_what_is_referred_to_is_there() -> None:
    references = set(_references(WRITTEN))
    assert references
    for reference in references:
        node = WRITTEN
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def test_nothing_refers_to_a_body_as_to_a_part() -> None:
    """A kind of event that is named as a part would take its place without a word."""
    parts = {reference.rpartition("/")[2] for reference in _references(WRITTEN) if "/schemas/" in reference}
    assert parts == {"epoch", "lane", "ranges", "quality", "place"}


def _references(node: Any) -> list[str]:  # noqa: ANN401 - JSON
    if isinstance(node, list):
        return [found for item in node for found in _references(item)]
    if not isinstance(node, dict):
        return []
    inner = [found for value in node.values() for found in _references(value)]
    return [*inner, node["$ref"]] if "$ref" in node else inner
