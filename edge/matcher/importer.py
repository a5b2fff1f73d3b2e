"""A VOI file as it came from a stick or a desk -> a list in place of the one before; every row that is none is reported."""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from edge.matcher.listfile import About, write_list
from proto.patterns import CREW
from proto.voi import BadRow, Entry, decode_lines, parse

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
PROGRESS_EVERY: Final = 100_000


class ImportRefusedError(ValueError):
    """Nothing was changed; the text says why and what to do."""


def import_csv(
    source: Path, folder: Path, key: str, *, report: Callable[[BadRow], None], progress: Callable[[int], None]
) -> About:
    """Puts the file's entries in place as an unsigned list named by the file's stem.

    Raises ImportRefusedError, listfile.EmptyListError or proto.voi.HeaderError; the list in use stays.
    """
    if not _NAME.fullmatch(source.stem):
        raise ImportRefusedError("a list is named by its file: 1 to 32 letters, digits, hyphens and underscores")
    if source.stem == CREW:
        raise ImportRefusedError("the name is that of the crew's own list: give the file another")
    made_ms = time.time_ns() // 1_000_000
    about = About(source.stem, made_ms, made_ms, 0, signed=False)
    with source.open("rb") as lines:
        decoded = decode_lines(lines)
        about = write_list(folder, key, about, _entries(parse(decoded), report, progress))
    if decoded.encoding != "utf-8":
        report(BadRow(1, f"not UTF-8: read as {decoded.encoding}", skipped=False))
    return about


def _entries(
    rows: Iterable[Entry | BadRow], report: Callable[[BadRow], None], progress: Callable[[int], None]
) -> Iterator[Entry]:
    count = 0
    for row in rows:
        if isinstance(row, BadRow):
            report(row)
            continue
        yield row
        count += 1
        if count % PROGRESS_EVERY == 0:
            progress(count)
