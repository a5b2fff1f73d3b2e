"""The words of `patrol-hq` -> an exit code: 0 good, 1 a fault found, 2 wrong usage."""

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Final

from headquarters.commands import export, publish, serve, status

COMMANDS: Final = {"serve": serve, "export": export, "status": status, "publish": publish}
FORECAST: Final = "forecast"  # needs numpy, which a headquarters that only receives does not


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; argparse itself leaves with 2 when the words are wrong."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="patrol-hq", description="Headquarters: takes in what the cars send.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS.values():
        command.add(subparsers)
    if words[:1] == [FORECAST]:
        return _forecast(parser, subparsers, words)
    subparsers.add_parser(FORECAST, help="where and when crime is likely (needs the extra `headquarters`)")
    args = parser.parse_args(words)
    run: Callable[[argparse.Namespace], int] = COMMANDS[args.command].run
    return run(args)


def _forecast(
    parser: argparse.ArgumentParser, subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]", words: list[str]
) -> int:
    try:
        forecast = importlib.import_module("headquarters.forecast.cli")
    except ModuleNotFoundError as missing:
        print(
            f"patrol-hq forecast needs {missing.name}: install patrol-edge with its extra `headquarters`"
            " (pip install 'patrol-edge[headquarters]')",
            file=sys.stderr,
        )
        return 2
    forecast.add(subparsers)
    return int(forecast.run(parser.parse_args(words)))
