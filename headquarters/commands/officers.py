"""`patrol-hq officers FILE.csv --out FILE`: the data set `officers`, with hashes in place of PINs, for `patrol-hq publish officers`."""

import argparse
import os
import sys
from pathlib import Path

from proto.voi import BadRow


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser(
        "officers", help="make the data set of officers from a CSV file", description=__doc__
    )
    parser.add_argument(
        "file", type=Path, metavar="FILE.csv", help="collar,name,force,roles,valid_until,pin; roles apart by ;"
    )
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="the set; no PIN stands in it")


def run(args: argparse.Namespace) -> int:
    """0: made. 1: a row or the file is wrong, and nothing was made: half a set would lock officers out."""
    from headquarters.datasets.officers import UnusableError, officers

    bad: list[BadRow] = []
    try:
        with args.file.open(encoding="utf-8-sig", newline="") as file:
            made = list(officers(file, bad.append))
    except UnicodeDecodeError:
        return _wrong(f"{args.file}: not UTF-8")
    except UnusableError as error:
        return _wrong(f"{args.file}: {error}")
    except OSError as error:
        return _wrong(f"{args.file}: {error.strerror}")
    for row in bad:
        print(f"{args.file.name}:{row.line}: {row.reason}", file=sys.stderr)
    if bad or not made:
        return _wrong(
            f"{args.file}: {len(bad)} rows are wrong; nothing was made" if bad else f"{args.file}: no officer in it"
        )
    _write(args.out, "".join(f"{line}\n" for line in made))
    print(f"{args.out}: {len(made)} officers; delete {args.file}, the PINs are in it")
    return 0


def _write(path: Path, text: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(text)


def _wrong(why: str) -> int:
    print(f"patrol-hq officers: {why}", file=sys.stderr)
    return 1
