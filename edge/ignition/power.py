"""The configured command -> no more power. Run last, when everything is stored and closed."""

import logging
import subprocess
from collections.abc import Sequence
from typing import Final

log = logging.getLogger(__name__)

PATIENCE_S: Final = 30.0  # of a command that only asks for the power to go; systemd ends us anyway when it does


def cut(command: Sequence[str], patience_s: float = PATIENCE_S) -> None:
    """Runs the command, word by word, and waits for it; none: nothing. What goes wrong is logged, for the car restarts us."""
    if not command:
        return
    log.info("the power-off command runs")
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, timeout=patience_s, check=False)
    except OSError as error:
        log.error("the power-off command cannot run: %s", error.strerror)
    except subprocess.TimeoutExpired:
        log.error("the power-off command has not ended in %.0f s", patience_s)
    else:
        log.log(logging.ERROR if done.returncode else logging.INFO, "the power-off command gave %d", done.returncode)
