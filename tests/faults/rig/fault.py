"""One thing wrong in our own code, as exact replacements of text in a copy of the tree."""

from dataclasses import dataclass
from pathlib import Path


class StaleError(Exception):
    """What was to be broken does not stand there (once) any more; the text names the file."""


@dataclass(frozen=True, slots=True)
class Edit:
    """`old` stands exactly once in the file."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong, which may take several edits."""

    about: str
    edits: tuple[Edit, ...]


def apply(edit: Edit, tree: Path) -> None:
    """Raises StaleError unless the text stands there exactly once."""
    file = tree / edit.file
    text = file.read_text("utf-8")
    if text.count(edit.old) != 1:
        raise StaleError(f"{edit.file}: what a broken build replaces stands there {text.count(edit.old)} times")
    file.write_text(text.replace(edit.old, edit.new), "utf-8")
