"""The documents as they stand in the tree: their links lead somewhere, and the decision records are counted without a gap."""

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
WRITTEN: Final = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part == "node_modules" for part in path.relative_to(ROOT).parts)
)
DECISIONS: Final = sorted((ROOT / "docs" / "decisions").glob("*.md"))
LINK: Final = re.compile(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)")
NAMED: Final = re.compile(r"docs/decisions/(\d{4}[a-z0-9-]*)")
ELSEWHERE: Final = ("https://", "http://", "mailto:")


def dead_links(path: Path, text: str) -> list[str]:
    """The relative links of a document that lead nowhere."""
    links = (link for link in LINK.findall(text) if not link.startswith(ELSEWHERE))
    return [link for link in links if not (path.parent / link).exists()]


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    assert dead_links(path, path.read_text("utf-8")) == []


def test_a_dead_link_would_be_found() -> None:
    assert dead_links(ROOT / "README.md", "[a](docs/none.md) [b](README.md#x) [c](https://example.org)") == [
        "docs/none.md"
    ]


def test_decisions_are_counted_without_a_gap_and_say_when_and_what_became_of_them() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    for path in DECISIONS:
        text = path.read_text("utf-8")
        assert text.startswith(f"# {int(path.name[:4])}. "), path.name
        assert re.search(r"^Date: \d{4}-\d\d-\d\d · Status: ", text, re.MULTILINE), path.name


def test_whoever_names_a_decision_names_one_that_is_there() -> None:
    there = {path.stem for path in DECISIONS}
    named = {
        (str(path.relative_to(ROOT)), name)
        for suffix in ("*.py", "*.md", "*.toml", "*.service", "*.conf")
        for path in ROOT.rglob(suffix)
        if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
        for name in NAMED.findall(path.read_text("utf-8"))
    }
    assert {(file, name) for file, name in named if not any(stem.startswith(name) for stem in there)} == set()


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_document_holds_the_marks_of_a_merge(path: Path) -> None:
    assert re.findall(r"^(?:<{7} |={7}$|>{7} )", path.read_text("utf-8"), re.MULTILINE) == []
