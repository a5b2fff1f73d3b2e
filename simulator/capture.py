"""What a device once said -> a file, and back: its bytes with their times, or bare.

FILE.jsonl   {"capture":1,"dialect":"axxon","port":"/dev/anpr-front"}     the first line; dialect: null when not said
             {"at_s":0.412,"hex":"0232303236..."}                         one a piece, as it came; at_s from the first byte
FILE.bin     the bytes alone, as tests/captures/ keeps them; they are said again at a line's speed

A capture of a real camera holds the plates of real people: it is not for a repository.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path
from typing import Any, Final

BARE: Final = ".bin"
LINES: Final = ".jsonl"
_VERSION: Final = 1
_BITS: Final = 10  # of a byte on a line, 8N1
_PIECES_A_S: Final = 20  # of a bare file


class CaptureError(ValueError):
    """A file that holds no capture, or a line of it that is none."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that came together, `at_s` seconds after the first of the capture. No repr: they may hold a plate."""

    at_s: float
    data: bytes


class CaptureFile:
    """A capture as it grows; bare when its name ends in `.bin`."""

    def __init__(self, file: BufferedWriter, dialect: str | None, port: str) -> None:
        self._file = file
        self._is_bare = Path(file.name).suffix == BARE
        self._first_ns: int | None = None
        if not self._is_bare:
            self._write({"capture": _VERSION, "dialect": dialect, "port": port})

    def heard(self, data: bytes, mono_ns: int) -> None:
        """In the file, and with the operating system, before this returns."""
        if self._first_ns is None:
            self._first_ns = mono_ns
        if self._is_bare:
            self._file.write(data)
        else:
            self._write({"at_s": round((mono_ns - self._first_ns) / 1e9, 6), "hex": data.hex()})
            return
        self._file.flush()

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
        self._file.flush()


def captures(path: Path) -> list[Path]:
    """The file, or all captures in the folder by their names. CaptureError: there is none. OSError: it cannot be read."""
    if not path.is_dir():
        if not _begins_well(path) and path.suffix != BARE:
            raise CaptureError(f"{path} is no capture: its first line says so, or its name ends in {BARE}")
        return [path]
    files = sorted(each for each in path.iterdir() if each.suffix in {BARE, LINES})
    if found := [each for each in files if each.suffix == BARE or _begins_well(each)]:
        return found
    raise CaptureError(f"{path} holds no capture: no {BARE} file, and no {LINES} of patrol-sim capture")


def pieces(path: Path, baud: int) -> Iterator[Piece]:
    """What is in a capture, one piece after the other; `baud` is for bare ones. CaptureError names a line that is none."""
    with path.open("rb") as file:
        if path.suffix == BARE:
            size = max(1, baud // (_BITS * _PIECES_A_S))
            for number, data in enumerate(iter(lambda: file.read(size), b"")):
                yield Piece(number * size * _BITS / baud, data)
            return
        next(file, b"")
        for number, line in enumerate(file, 2):
            try:
                said = json.loads(line)
                yield Piece(float(said["at_s"]), bytes.fromhex(said["hex"]))
            except (ValueError, TypeError, KeyError):
                raise CaptureError(f"{path}, line {number}: not a piece of a capture") from None


def _begins_well(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            head = json.loads(file.readline(4096))
        except ValueError:
            return False
    return isinstance(head, dict) and head.get("capture") == _VERSION
