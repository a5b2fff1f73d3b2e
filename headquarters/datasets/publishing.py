"""A file of a kind -> a new version on the shelf, signed, whole and as a delta from the version before."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from headquarters.datasets import shelf
from headquarters.datasets.building import Built, Report, UnusableError, build
from headquarters.datasets.shelf import Published
from headquarters.datasets.signing import Signer
from proto.manifest import Manifest, chunk_bytes_for, hashes_of, is_name
from proto.patterns import CREW


@dataclass(frozen=True, slots=True)
class Terms:
    """How something is published. `made_ms`: UTC now; `valid_ms`: how long until it is overdue; `audience`: None for all."""

    kind: str
    made_ms: int
    valid_ms: int
    audience: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """What was published: signed manifests with their contents, the whole set first."""

    name: str
    version: int
    entries: int
    things: Sequence[tuple[bytes, bytes]]


def publish(connection: sqlite3.Connection, path: Path, terms: Terms, signer: Signer, report: Report) -> Version:
    """The file's stem is the set's name. Raises UnusableError, OSError, sqlite3.Error: nothing is published."""
    last = _last(connection, path.stem, terms)
    same = last is not None and last.manifest.audience == terms.audience
    before = shelf.content(connection, last.id) if last is not None and same else None
    return put(connection, path.stem, build(terms.kind, path, before, report), terms, signer)


def put(connection: sqlite3.Connection, name: str, built: Built, terms: Terms, signer: Signer) -> Version:
    """What was built, under a name. Raises UnusableError, sqlite3.Error: nothing is published."""
    last = _last(connection, name, terms)
    # By the clock, so that a headquarters that lost its shelf does not begin at 1 again, which every car would refuse.
    version = max(terms.made_ms // 1000, last.version + 1 if last is not None else 1)
    things = [_signed(name, version, built.entries, built.content, None, terms, signer)]
    if built.change is not None and last is not None:
        things.append(_signed(name, version, built.entries, built.change, last.version, terms, signer))
    shelf.put(connection, things)
    return Version(name, version, built.entries, things)


def _last(connection: sqlite3.Connection, name: str, terms: Terms) -> Published | None:
    if not is_name(name):
        raise UnusableError("a set is named by its file: 1 to 32 letters, digits, hyphens and underscores")
    if name == CREW:
        raise UnusableError("the name is that of each crew's own list: give the file another")
    last = shelf.newest(connection, name)
    if last is not None and last.manifest.kind != terms.kind:
        raise UnusableError(f"{name} was published as {last.manifest.kind} before: give it another name")
    return last


def _signed(
    name: str, version: int, entries: int, content: bytes, base: int | None, terms: Terms, signer: Signer
) -> tuple[bytes, bytes]:
    length = chunk_bytes_for(len(content))
    hashes = hashes_of(content, length)
    expires_ms = terms.made_ms + terms.valid_ms
    size = len(content)
    manifest = Manifest(
        name, terms.kind, version, terms.made_ms, expires_ms, entries, size, length, hashes, base, terms.audience
    )
    return signer.signed(manifest), content
