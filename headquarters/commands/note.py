"""`patrol-hq note`: a sentence about a hit, queued in the store; `serve` says it to the car until the car has shown it."""

import argparse
import re
import sqlite3
import sys
import time
from contextlib import closing
from typing import Final

from headquarters import addresses
from headquarters.hits import notes
from headquarters.store.file import StoreError, open_reader, open_writer
from proto.base import MAX_NOTE
from proto.topics import is_vehicle

_ID: Final = re.compile(r"([0-9a-f]{16})-([1-9][0-9]{0,11})")


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("note", help="say something back to a crew about its hit", description=__doc__)
    parser.add_argument("--store", required=True, metavar="URL", help="sqlite:///PATH")
    parser.add_argument("--vehicle", required=True, metavar="V", help="the car")
    parser.add_argument("--hit", required=True, metavar="ID", help="as `patrol-hq hits` has it")
    parser.add_argument("text", metavar="TEXT", help=f"at most {MAX_NOTE} characters")


def run(args: argparse.Namespace) -> int:
    """0: queued. 1: the store cannot be used. 2: wrong usage."""
    match = _ID.fullmatch(args.hit)
    try:
        if match is None or not is_vehicle(args.vehicle):
            raise ValueError("a hit is named as `patrol-hq hits` names it, a car by its name")
        if not 0 < len(args.text.strip()) <= MAX_NOTE:
            raise ValueError(f"a note has 1 to {MAX_NOTE} characters")
        store = addresses.store(args.store)
        open_reader(store).close()  # a store that is not there is not made
        with closing(open_writer(store)) as connection:
            epoch, alert = bytes.fromhex(match[1]), int(match[2])
            number = notes.put(connection, args.vehicle, epoch, alert, args.text, time.time_ns() // 1_000_000)
    except ValueError as error:
        print(f"patrol-hq note: {error}", file=sys.stderr)
        return 2
    except (StoreError, sqlite3.Error) as error:
        print(f"patrol-hq note: {error}", file=sys.stderr)
        return 1
    print(f"note {number} is queued")
    return 0
