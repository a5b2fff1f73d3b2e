"""A command -> one process at a time with a log of its own, ended by its process id only and never left behind."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from tests.faults.rig.zygote import Forked, Zygote

T = TypeVar("T")

ROOT: Final = Path(__file__).parents[3]
LOOK_S: Final = 0.01


def until(condition: Callable[[], T | None], what: str, within_s: float = PATIENCE_S) -> T:
    """The first true value of `condition`. Raises TimeoutError with `what` when there is none in time."""
    deadline_s = time.monotonic() + within_s
    while True:
        if found := condition():
            return found
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"not within {within_s:.0f} s: {what}")
        time.sleep(LOOK_S)


_DIES_WITH_US: Final = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
"""A test run that is killed leaves nothing running; the process id is the program's own."""


class Program:
    """One command, started as often as one likes; what it writes is appended to one log."""

    def __init__(
        self, words: Sequence[str], log: Path, environment: Mapping[str, str] | None = None, tree: Path = ROOT
    ) -> None:
        """`tree`: where the packages lie that it is made of; a broken copy of ours for a negative control."""
        self.words = list(words)
        self.log = log
        self.tree = tree
        self.environment = dict(environment or {})
        self.zygote: Zygote | None = None
        """Who makes the process instead of a new interpreter, where lives are short and many."""
        self._process: subprocess.Popen[bytes] | Forked | None = None

    @property
    def said(self) -> str:
        """Everything it has written to stdout and stderr, over all its lives."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    @property
    def pid(self) -> int:
        """The process that runs, or ran last."""
        assert self._process is not None, "never started"
        return self._process.pid

    def is_running(self) -> bool:
        """Whether there is a process now."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Does not wait for anything."""
        assert not self.is_running(), f"{self.log.stem} runs already"
        if self.zygote is not None:
            self._process = self.zygote.fork(self.words, self.environment, self.log)
            return
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_DIES_WITH_US, *self.words],
                cwd=self.tree,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """SIGKILL. Harmless when there is no process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Sends it to the process."""
        assert self._process is not None, "never started"
        self._process.send_signal(number)

    def wait(self, within_s: float = PATIENCE_S) -> int:
        """The exit code. Raises subprocess.TimeoutExpired."""
        assert self._process is not None, "never started"
        return self._process.wait(within_s)

    def rss_kb(self) -> int:
        """Resident memory in kB, from /proc/PID/status."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])
