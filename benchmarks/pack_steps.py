"""`pack HQ.db PACK` and `put PACK FOLDER`: the two ends of a pack of records, each as a process of its own to be measured."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from edge.data.content import unpacked
from edge.data.kinds import put_records
from headquarters.records.packing import pack_store
from proto.manifest import Manifest

KEY: Final = "5a" * 32
PIECE: Final = 65_536


def main(words: list[str]) -> None:
    step, source, target = words
    if step == "pack":
        built = pack_store(Path(source))
        Path(target).write_bytes(built.content)
        Path(f"{target}.entries").write_text(str(built.entries), "ascii")
        return
    entries = int(Path(f"{source}.entries").read_text("ascii"))
    manifest = Manifest("records", "records", 1, 0, 1, entries, 1, PIECE, bytes(32), None, None)
    put_records(Path(target), KEY, manifest, unpacked(_pieces(Path(source))))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


if __name__ == "__main__":
    main(sys.argv[1:])
