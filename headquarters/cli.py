"""The words of `patrol-hq` -> an exit code: 0 good, 1 a fault found, 2 wrong usage."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module, metadata
from typing import Final

COMMANDS: Final = {
    "serve": ("headquarters.commands.serve", "take in, store and receipt what the cars send"),
    "status": ("headquarters.commands.status", "vehicles, events per lane, gaps, conflicts, alarms"),
    "export": ("headquarters.commands.export", "print the events as JSON lines"),
    "dosage": ("headquarters.commands.dosage", "minutes of patrol in the boxes of the forecasts"),
    "publish": ("headquarters.commands.publish", "sign data sets and hand them to the cars"),
    "hits": ("headquarters.commands.hits", "the state of every hit, live with --follow"),
    "note": ("headquarters.commands.note", "say something back to a crew about its hit"),
    "records": ("headquarters.commands.records", "take in what is known of persons, vehicles, places and events"),
    "officers": ("headquarters.commands.officers", "make the data set of officers, with hashes in place of PINs"),
    "audit": (
        "headquarters.commands.audit",
        "find audit records that were changed, and save the heads of their chains",
    ),
    "forecast": ("headquarters.forecast.cli", "where and when crime is likely (needs the extra `headquarters`)"),
}
"""Each word's module, of which only the one that is asked for is loaded: numpy is not for a headquarters that only receives."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; argparse itself leaves with 2 when the words are wrong."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="patrol-hq", description="Headquarters: takes in what the cars send.")
    parser.add_argument("--version", action="version", version=f"patrol-hq {_version()}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run: Callable[[argparse.Namespace], int] | None = None
    for word, (module, about) in COMMANDS.items():
        if word not in words[:1]:
            subparsers.add_parser(word, help=about)
            continue
        try:
            command = import_module(module)
        except ModuleNotFoundError as missing:
            return _lacks(word, missing)
        command.add(subparsers)
        run = command.run
    args = parser.parse_args(words)
    assert run is not None  # argparse has ended the process when no word was a command's
    return run(args)


def _lacks(word: str, missing: ModuleNotFoundError) -> int:
    print(
        f"patrol-hq {word} needs {missing.name}: install patrol-edge with its extra `headquarters`"
        " (pip install 'patrol-edge[headquarters]')",
        file=sys.stderr,
    )
    return 2


def _version() -> str:
    try:
        return metadata.version("patrol-edge")
    except metadata.PackageNotFoundError:  # run from a tree that is not installed
        return "not installed"
