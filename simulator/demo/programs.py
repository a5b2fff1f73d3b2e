"""Names and words -> programs of ours as processes of their own, each with a log file; all ended by their ids, in reverse order."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

_ROOT: Final = Path(__file__).parents[2]  # where the packages lie, in a tree or installed
_SAY_S: Final = 30.0  # a slow board starts a program well within it
_END_S: Final = 5.0  # each promises to end within 3 s
_TOLD_BYTES: Final = 500  # of a log, in an error's sentence


class ProgramError(RuntimeError):
    """A program that did not do what it was started for."""


class Program:
    """One process. What it says on stdout is asked for line by line, or goes to the log with the rest."""

    def __init__(self, name: str, log: Path, running: asyncio.subprocess.Process, *, stays: bool) -> None:
        self.name = name
        self.log = log
        self.pid = running.pid
        self._running = running
        self._stays = stays

    async def line(self) -> dict[str, Any]:
        """Its next line of JSON. ProgramError: it says nothing, or has ended."""
        assert self._running.stdout is not None
        try:
            async with asyncio.timeout(_SAY_S):
                said = await self._running.stdout.readline()
        except TimeoutError:
            raise ProgramError(f"{self.name} said nothing for {_SAY_S:g} s{self._told()}") from None
        if not said:
            raise ProgramError(f"{self.name} ended with code {await self._running.wait()}{self._told()}")
        line: dict[str, Any] = json.loads(said)
        return line

    async def finished(self) -> str:
        """Everything else it says, once it has ended by itself. ProgramError: its exit code is not 0."""
        said, _ = await self._running.communicate()
        if self._running.returncode:
            raise ProgramError(f"{self.name} ended with code {self._running.returncode}{self._told()}")
        return said.decode() if said else ""

    async def kill(self) -> bool:
        """SIGKILL; whether that was what ended it."""
        self._stays = False
        if self._running.returncode is None:
            self._running.kill()
        return await self._running.wait() == -signal.SIGKILL

    async def end(self) -> bool:
        """SIGTERM, and SIGKILL when that does not help; whether it ended well. Harmless when it has ended."""
        self._stays = False
        if self._running.returncode is None:
            self._running.terminate()
            try:
                async with asyncio.timeout(_END_S):
                    await self._running.wait()
            except TimeoutError:
                await self.kill()
        return self._running.returncode == 0

    def check(self) -> None:
        """ProgramError: it was to stay until it is ended, and did not."""
        if self._stays and self._running.returncode is not None:
            raise ProgramError(f"{self.name} ended by itself with code {self._running.returncode}{self._told()}")

    def _told(self) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace").strip()[-_TOLD_BYTES:]
        return f": {text}" if text else ""


class Programs:
    """Whoever was started and has to be ended."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._started: list[Program] = []

    async def start(self, name: str, module: str, *words: object, speaks: bool = True, stays: bool = False) -> Program:
        """`python -m MODULE WORDS...`; stderr goes to NAME.log, and stdout too unless it `speaks`. `stays`: see `check`.

        In a session of its own: Ctrl-C at the terminal is for us, and we end it.
        """
        path = self._logs / f"{name}.log"
        with path.open("ab") as log:
            running = await asyncio.create_subprocess_exec(
                sys.executable, "-m", module, *map(str, words),
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE if speaks else log, stderr=log,
                cwd=_ROOT, start_new_session=True,
            )  # fmt: skip
        program = Program(name, path, running, stays=stays)
        self._started.append(program)
        return program

    def check(self) -> None:
        """ProgramError: one that was to stay did not."""
        for program in self._started:
            program.check()

    async def end(self) -> None:
        """All of them."""
        while self._started:
            await self._started.pop().end()


@asynccontextmanager
async def programs(logs: Path) -> AsyncIterator[Programs]:
    """Nothing that was started outlives the block."""
    started = Programs(logs)
    try:
        yield started
    finally:
        await started.end()
