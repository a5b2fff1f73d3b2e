"""`patrol-edge answer ID STEP`: what the crew says of an alert; every screen and headquarters see it."""

import argparse

from edge.commands.answered import asked
from edge.commands.configured import add_config
from proto.steps import ANSWERS, REASONS


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("answer", help="accept, reject or acknowledge an alert", description=__doc__)
    parser.add_argument("id", metavar="ID", help="of the alert, as the event stream has it")
    parser.add_argument("step", metavar="STEP", choices=ANSWERS, help=", ".join(ANSWERS))
    parser.add_argument("--reason", choices=REASONS, help="of a reject")
    parser.add_argument("--officer", metavar="ID", help="who says it")
    add_config(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: taken. 1: not taken, or nobody runs. 2: wrong usage."""
    return asked(args, "answer", id=args.id, step=args.step, reason=args.reason, officer=args.officer)
