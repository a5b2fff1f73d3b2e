"""`patrol-hq export`: from the store, JSON lines on stdout, one event each; also while `serve` is writing."""

import argparse
import os
import sqlite3
import sys
from contextlib import closing

from headquarters import addresses
from headquarters.export.lines import lines
from headquarters.store.file import StoreError, open_reader
from proto.lanes import BY_WORD


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("export", help="print the events as JSON lines")
    parser.add_argument("--store", required=True, metavar="URL", help="sqlite:///PATH")
    parser.add_argument("--lane", choices=list(BY_WORD), help="only this lane")
    parser.add_argument("--vehicle", metavar="NAME", help="only this vehicle")


def run(args: argparse.Namespace) -> int:
    """0, also when the reader of the pipe had enough. 1: the store cannot be read. 2: a URL is wrong."""
    try:
        with closing(open_reader(addresses.store(args.store))) as connection:
            for line in lines(connection, BY_WORD.get(args.lane), args.vehicle):
                print(line)
            sys.stdout.flush()
    except ValueError as error:
        print(f"patrol-hq export: {error}", file=sys.stderr)
        return 2
    except (StoreError, sqlite3.Error) as error:
        print(f"patrol-hq export: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains at its end
    return 0
