"""A device's bytes, from a file or standard input -> one line of JSON a reading or junk, as soon as it is known."""

import argparse
import difflib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from drivers.anpr import DIALECTS as CAMERAS
from drivers.anpr import dialect as camera_dialect
from drivers.dialect import Dialect
from drivers.gps import DIALECTS as RECEIVERS
from drivers.gps.dates import believable
from drivers.readings import Fix, Junk, PlateSeen

CHUNK = 65536  # a pipe's default size: one read takes what waits

AnyDialect = Dialect[PlateSeen] | Dialect[Fix]

_TABLE: dict[str, type[Dialect[PlateSeen]] | type[Dialect[Fix]]] = {**CAMERAS, **RECEIVERS}


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "decode",
        help="show what a device's bytes say",
        description="Bytes of a camera or a receiver in, one line of JSON a reading or junk out.",
        epilog="Example: patrol-edge decode nmea recorded.log --now 2026-11-23T18:31:05Z",
    )
    parser.add_argument("dialect", nargs="?", metavar="DIALECT", help="what the device speaks")
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the bytes (default: standard input)")
    parser.add_argument("--list", action="store_true", help="name the dialects, one line each")
    parser.add_argument(
        "--template", metavar="TEXT", help="how the camera's settings lay its line out (line, nedap, tattile-csv)"
    )
    parser.add_argument(
        "--now",
        type=_instant,
        metavar="ISO",
        help="judge dates as if it were this time (UTC unless it says otherwise): one that cannot be is shown as null",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 good; 2 an unknown dialect or a file that cannot be read."""
    try:
        if args.list:
            _say(f"{name:<16} {dialect.about}" for name, dialect in _TABLE.items())
            return 0
        if args.dialect not in _TABLE:
            return _refuse(_unknown(args.dialect))
        dialect = _dialect(args.dialect, args.template)
        if isinstance(dialect, str):
            return _refuse(dialect)
        with _source(args.file) as source:
            for lines in decoded(dialect, source, args.now):
                _say(lines)
    except BrokenPipeError:
        # `... | head` has seen enough. What Python would still flush at its end must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        return _refuse(_unreadable(args.file, error))
    return 0


def decoded(dialect: AnyDialect, source: BinaryIO, now: datetime | None) -> Iterator[list[str]]:
    """The JSON lines each piece of the source completes; at its end, what was cut off."""
    while data := _some(source):
        yield [line(item, now) for item in dialect.feed(data)]
    yield [line(item, now) for item in dialect.close()]


def line(item: PlateSeen | Fix | Junk, now: datetime | None) -> str:
    """One reading as JSON: degrees to 1 cm, `at` in UTC with a Z; a camera's own time without a zone, as it has none."""
    match item:
        case Junk():
            said: dict[str, object] = {"kind": "junk", "bytes": len(item.data), "reason": item.reason}
        case Fix():
            said = {
                "kind": "fix",
                "lat": round(item.lat, 7),
                "lon": round(item.lon, 7),
                "at": _at(item.at, now),
                "speed_mps": None if item.speed_mps is None else round(item.speed_mps, 3),
                "heading": item.heading_deg,
            }
        case PlateSeen():
            camera_at = None if item.camera_at is None else item.camera_at.isoformat()
            confidence = None if item.confidence is None else round(item.confidence, 4)
            said = {"kind": "plate", "vrm": item.vrm, "confidence": confidence, "country": item.country}
            said |= {"camera": item.camera, "camera_at": camera_at}
            if item.pictures:
                said["pictures"] = [len(picture) for picture in item.pictures]  # bytes of each
    return json.dumps(said, ensure_ascii=False)


def _at(at: datetime | None, now: datetime | None) -> str | None:
    if at is None or (now is not None and not believable(at, now)):
        return None
    return at.isoformat().replace("+00:00", "Z")


def _dialect(name: str, template: str | None) -> AnyDialect | str:
    """A conversation with the device; or a sentence, why the template is no good."""
    if name in RECEIVERS:
        return RECEIVERS[name]() if template is None else f"{name} has no template"
    try:
        return camera_dialect(name, template)
    except ValueError as error:
        return f"--template: {error}"


def _some(source: BinaryIO) -> bytes:
    """What waits now, so that a live pipe is decoded as it speaks; b"" at the end."""
    return os.read(source.fileno(), CHUNK)


def _source(path: Path | None) -> "nullcontext[BinaryIO] | BinaryIO":
    return nullcontext(sys.stdin.buffer) if path is None else path.open("rb")


def _say(lines: Iterable[str]) -> None:
    text = "".join(f"{each}\n" for each in lines)
    if text:
        sys.stdout.write(text)
        sys.stdout.flush()


def _refuse(sentence: str) -> int:
    print(f"patrol-edge decode: {sentence}", file=sys.stderr)
    return 2


def _unknown(name: str | None) -> str:
    if name is None:
        return f"say which dialect: {', '.join(_TABLE)}"
    return f"there is no dialect {name!r}{_nearest(name, _TABLE)} (decode --list names them all)"


def _unreadable(path: Path | None, error: OSError) -> str:
    if path is None:
        return f"standard input: {error.strerror}"
    beside = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
    hint = _nearest(path.name, beside) if isinstance(error, FileNotFoundError) else ""
    return f"{str(path)!r}: {error.strerror}{hint}"


def _nearest(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name.lower(), names, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _instant(text: str) -> datetime:
    try:
        now = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no ISO time such as 2026-11-23T18:31:05Z") from error
    return now if now.tzinfo else now.replace(tzinfo=UTC)
