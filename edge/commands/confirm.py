"""`patrol-edge confirm ID`: whether the entry of an alert still stands at headquarters, within 5 s, or "no answer"."""

import argparse
import sys

from edge.commands.answered import printed
from edge.commands.configured import WRONG, add_config, configured
from edge.hits.base import ANSWER_S, NO_ANSWER
from edge.terminal.client import NotRunningError, connected


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser(
        "confirm", help="ask base whether an alert's entry still stands", description=__doc__
    )
    parser.add_argument("id", metavar="ID", help="of the alert, as the event stream has it")
    add_config(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: base has answered. 1: no answer, no such alert, or nobody runs. 2: wrong usage."""
    config = configured(args)
    if config is None:
        return WRONG
    try:
        with connected(config.local.socket, timeout_s=2 * ANSWER_S) as client:
            asked = client.ask("confirm", id=args.id)
            if "asked" not in asked:
                return printed(asked)
            said = next(line for line in client.lines() if line["kind"] == "base" and line["id"] == args.id)
    except (NotRunningError, StopIteration) as error:
        print(error or "the daemon ended before it answered", file=sys.stderr)
        return 1
    return printed(said) or int(said["state"] == NO_ANSWER)
