"""What a command says on standard output: JSON, a line each, whole beside what other commands say into the same pipe."""

import json
import sys
from collections.abc import Mapping


def say(line: Mapping[str, object]) -> None:
    """One write. `print` makes two where nothing is buffered, and another command's line comes between a line and its end."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
