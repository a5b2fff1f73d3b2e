"""A question of a command -> the running daemon -> its answer printed; exit codes 0 taken, 1 not taken or not running, 2 wrong usage."""

import argparse
import json
import sys
from typing import Any

from edge.commands.configured import WRONG, configured
from edge.terminal.client import NotRunningError, connected


def asked(args: argparse.Namespace, word: str, **fields: Any) -> int:  # noqa: ANN401 - whatever JSON can say
    """Asks once; an `error` in the answer goes to stderr."""
    config = configured(args)
    if config is None:
        return WRONG
    try:
        with connected(config.local.socket) as client:
            return printed(client.ask(word, **fields))
    except NotRunningError as error:
        print(error, file=sys.stderr)
        return 1


def printed(answer: dict[str, Any]) -> int:
    """One JSON object on stdout, or the error on stderr."""
    error = answer.get("error") or (answer.get("reason") if answer["kind"] == "error" else None)
    if error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps({name: value for name, value in answer.items() if name not in ("kind", "mono_ns")}))
    return 0
