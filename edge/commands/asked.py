"""A request to the running daemon -> its answer, or a sentence on stderr why there is none."""

import sys
from typing import Any

from edge.config.car import Config
from edge.terminal.client import NotRunningError, connected

PATIENCE_S = 10.0  # a hash on a slow board, a commit on a slow card


def asked(config: Config, word: str, /, **fields: Any) -> dict[str, Any] | None:  # noqa: ANN401 - whatever JSON can say
    """The answer's fields; None after saying that it was refused, or that nobody answers."""
    try:
        with connected(config.local.socket, PATIENCE_S) as client:
            answer = client.ask(word, **fields)
    except NotRunningError as error:
        print(error, file=sys.stderr)
        return None
    refused = answer.get("refused") or (answer.get("reason") if answer["kind"] == "error" else None)
    if refused is not None:
        print(f"refused: {refused}", file=sys.stderr)
        return None
    return answer
