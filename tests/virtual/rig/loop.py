"""A seed -> an event loop that never waits: time is a number that jumps, what is ready runs in an order drawn by chance.

The loop counts every step that a task of a `Process` makes from one await to the next. Between two steps the process
can end without a word: nothing of it runs again, not even what stands in its `finally`.
"""

import asyncio
import hashlib
import selectors
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, ContextVar, copy_context
from random import Random
from typing import Any, Final

_PROCESS: ContextVar["Process | None"] = ContextVar("process", default=None)
MOST_SPINS: Final = 100_000
PASS_S: Final = 1e-6  # what one pass through what is ready takes: no machine does anything in no time
_THREAD_S: Final = 0.004  # what a deed on another thread takes at most, before it and after it


class StuckError(Exception):
    """Nothing will ever happen again."""


class SpinError(Exception):
    """So much happens at one instant that somebody turns in a circle."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop over a selector that lets time pass."""

    def __init__(self, chance: Random) -> None:
        self.now_s = 0.0
        self.chance = chance
        self.steps = 0
        self.tasks_made = 0
        self.wakeups = 0
        self._spins = 0
        """How often it had nothing to do and let time pass."""
        self.dead: list[object] = []
        """What is left of processes that ended: were it let go, Python would run what stands in its `finally`."""
        self._trace = hashlib.blake2b(digest_size=8)
        super().__init__(_Selector(self._pass))
        self.set_task_factory(_task)

    def time(self) -> float:
        return self.now_s

    def say(self, what: str) -> None:
        """Puts it into the trace."""
        self._trace.update(f"{self.now_s:.6f} {what}\n".encode())

    def trace(self) -> str:
        """What has happened so far, as 16 hex digits."""
        return self._trace.hexdigest()

    def run_in_executor(  # type: ignore[override]
        self,
        executor: Any,  # noqa: ANN401, ARG002 - as asyncio has it
        func: Any,  # noqa: ANN401
        *args: Any,  # noqa: ANN401
    ) -> "asyncio.Future[Any]":
        """On no thread: at one instant, some time from now; told some time after that."""
        process = _PROCESS.get()
        told = self.create_future()

        def perform() -> None:
            if process is not None and process.is_over:
                return
            try:
                result = func(*args)
            except Exception as error:  # noqa: BLE001 - handed to whoever waits, as an executor does
                self.call_later(self.chance.uniform(0, _THREAD_S), _tell, told.set_exception, told, error)
            else:
                self.call_later(self.chance.uniform(0, _THREAD_S), _tell, told.set_result, told, result)

        self.call_later(self.chance.uniform(0, _THREAD_S), perform)
        return told

    def _pass(self, timeout: float | None) -> None:
        if timeout is None:
            raise StuckError
        if timeout > 0:
            self.wakeups += 1
            self.now_s += timeout
            self._spins = 0 if timeout > PASS_S else self._spins
        self.now_s += PASS_S
        self._spins += 1
        if self._spins > MOST_SPINS:
            raise SpinError
        ready: Any = self._ready  # type: ignore[attr-defined]
        if len(ready) > 1:
            handles = list(ready)
            self.chance.shuffle(handles)
            ready.clear()
            ready.extend(handles)


def _tell(how: Callable[[Any], None], told: "asyncio.Future[Any]", what: object) -> None:
    if not told.done():
        how(what)


class _Selector(selectors.SelectSelector):
    def __init__(self, wait: Callable[[float | None], None]) -> None:
        super().__init__()
        self._wait = wait

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._wait(timeout)
        return []


class Process:
    """What ends at once when the power is cut: every task that its first one started, and theirs."""

    def __init__(self, loop: VirtualLoop, name: str) -> None:
        self.name = name
        self.is_over = False
        self.steps = 0
        self.end_at: int | None = None
        """The step that it does not make."""
        self.end_after: tuple[str, int, int] | None = None
        """(what, how often, steps): it ends so many steps after something has happened so often."""
        self.at_end: list[Callable[[], None]] = []
        self.on_step: Callable[[], None] | None = None
        self._loop = loop
        self._context: Context = copy_context()
        self._context.run(_PROCESS.set, self)

    def start(self, deed: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Its first task."""
        return self._loop.create_task(deed, context=self._context)

    def happened(self, what: str) -> None:
        """Something worth ending at."""
        if self.end_after is not None and self.end_after[0] == what:
            what, times, steps = self.end_after
            self.end_after = (what, times - 1, steps)
            if times <= 1:
                self.end_after = None
                self.end_at = self.steps + steps

    def step(self) -> bool:
        """Whether one more may be made."""
        if not self.is_over:
            self.steps += 1
            if self.end_at is not None and self.steps >= self.end_at:
                self.end()
        return not self.is_over

    def end(self) -> None:
        """Without a word."""
        if self.is_over:
            return
        self.is_over = True
        self._loop.say(f"{self.name} ends")
        self._loop.dead += self.tasks()
        for deed in self.at_end:
            deed()

    def tasks(self) -> list["asyncio.Task[Any]"]:
        """Those that are not done."""
        found = [task for task in asyncio.all_tasks(self._loop) if _steps_of(task).process is self]
        return sorted(found, key=hash)

    @staticmethod
    def current() -> "Process | None":
        """Whose code is running."""
        return _PROCESS.get()


class Steps(Coroutine[Any, Any, Any]):
    """A coroutine, step by step; of a process that is over, none."""

    __slots__ = ("_inner", "_loop", "name", "process")

    def __init__(self, loop: VirtualLoop, inner: Coroutine[Any, Any, Any], process: Process | None) -> None:
        self._loop = loop
        self._inner = inner
        self.process = process
        self.name = getattr(inner, "__qualname__", type(inner).__name__)

    def send(self, value: Any) -> Any:  # noqa: ANN401 - whatever a coroutine takes and gives
        if self.process is not None and not self.process.step():
            return self._never()
        self._loop.steps += 1
        self._loop.say(self.name)
        return self._inner.send(value)

    def throw(self, *error: Any) -> Any:  # noqa: ANN401
        if self.process is not None and not self.process.step():
            return self._never()
        self._loop.say(f"{self.name} !")
        return self._inner.throw(*error)

    def close(self) -> None:
        if self.process is None or not self.process.is_over:
            self._inner.close()

    def __await__(self) -> Generator[Any, None, Any]:
        raise NotImplementedError  # a task sends

    def _never(self) -> Any:  # noqa: ANN401
        waiting = self._loop.create_future()
        waiting._asyncio_future_blocking = True
        self._loop.dead += [self._inner, waiting]
        return waiting


class _Task(asyncio.Task[Any]):
    """Sets of tasks are walked in the order of their hash: here, of their making."""

    def __init__(self, coro: Steps, number: int, **how: Any) -> None:  # noqa: ANN401 - as asyncio has it
        self.steps = coro
        self._number = number
        super().__init__(coro, **how)

    def __hash__(self) -> int:
        return self._number


def _task(loop: Any, coro: Any, **how: Any) -> "asyncio.Task[Any]":  # noqa: ANN401 - as asyncio has it
    context = how.get("context")
    process = _PROCESS.get() if context is None else context.get(_PROCESS)
    loop.tasks_made += 1
    return _Task(Steps(loop, coro, process), loop.tasks_made, loop=loop, **how)


def _steps_of(task: "asyncio.Task[Any]") -> Steps:
    assert isinstance(task, _Task)
    return task.steps
