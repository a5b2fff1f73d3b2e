"""Command lines -> processes forked from one that has the daemon and headquarters loaded: a life costs 20 ms instead of 500.

What runs is the real program from `edge.daemon.main` and `headquarters.cli.main` on; the interpreter's own start, in which
nothing of ours happens, is left out. `python -m tests.faults.rig.zygote` with the tree as its working directory.
"""

import ctypes
import json
import os
import random
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

_PR_SET_PDEATHSIG: Final = 1  # prctl(2)


class Forked:
    """A process that is not our child, known by its pidfd; the part of subprocess.Popen that a `Program` needs."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._fd = os.pidfd_open(pid)
        self._is_over = False

    def __del__(self) -> None:
        os.close(self._fd)

    def poll(self) -> int | None:
        """0 once it has ended: how, only its parent knows."""
        return 0 if self._has_ended(0) else None

    def send_signal(self, number: int) -> None:
        if not self._has_ended(0):
            signal.pidfd_send_signal(self._fd, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""
        if not self._has_ended(None if timeout is None else int(timeout * 1000)):
            raise subprocess.TimeoutExpired("a forked process", timeout or 0.0)
        return 0

    def _has_ended(self, within_ms: int | None) -> bool:
        if not self._is_over:
            ended = select.poll()  # one a call: threads ask at the same time
            ended.register(self._fd, select.POLLIN)
            self._is_over = bool(ended.poll(within_ms))
        return self._is_over


class Zygote:
    """`with Zygote(tree) as zygote`: everything it forked dies with it."""

    def __init__(self, tree: Path) -> None:
        self._tree = tree
        self._asking = threading.Lock()

    def __enter__(self) -> "Zygote":
        words = [sys.executable, "-m", __name__]
        self._process = subprocess.Popen(words, cwd=self._tree, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def fork(self, words: Sequence[str], environment: Mapping[str, str], log: Path) -> Forked:
        """`words` as for a new interpreter: python -m PACKAGE ..."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"words": list(words[2:]), "environment": dict(environment), "log": str(log)}
        with self._asking:
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            self._process.stdin.flush()
            return Forked(int(self._process.stdout.readline()))


def main() -> None:
    """Forks for each line on stdin until there is no more."""
    _load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
    for line in sys.stdin.buffer:
        pid = os.fork()
        if pid == 0:
            _live(json.loads(line))
        sys.stdout.buffer.write(b"%d\n" % pid)
        sys.stdout.buffer.flush()


def _load() -> None:
    """Everything that the programs import, also late."""
    import edge.app
    import edge.commands.run
    import edge.config.file
    import edge.daemon
    import headquarters.app
    import headquarters.cli

    assert edge, headquarters


def _live(asked: dict[str, Any]) -> NoReturn:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log, null = os.open(asked["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), os.open(os.devnull, os.O_RDONLY)
    for fd, of in ((null, 0), (log, 1), (log, 2)):
        os.dup2(fd, of)
    os.environ |= asked["environment"]
    random.seed()
    package, *words = asked["words"]
    code = 1
    try:
        code = _car(words) if package == "edge" else _headquarters(words)
    finally:
        sys.stderr.flush()
        os._exit(code)


def _car(words: list[str]) -> NoReturn:
    from edge import daemon
    from edge.config.file import key_of, load

    assert words[:2] == ["run", "--config"], words
    config = load(Path(words[2]))
    fd = os.memfd_create("orders")
    os.write(fd, daemon.Orders(config, key_of(config.storage), "info").packed())
    os.lseek(fd, 0, os.SEEK_SET)
    daemon.main(fd)


def _headquarters(words: list[str]) -> int:
    from headquarters.cli import main as run

    return run(words)


if __name__ == "__main__":
    main()
