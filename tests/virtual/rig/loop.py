"""A seed -> an event loop that never waits: time is a number that jumps, what is ready runs in an order drawn by chance.

The loop counts every step that a task of a `Process` makes from one await to the next. Between two steps the process
can end without a word: nothing of it runs again, not even what stands in its `finally`.
"""

import asyncio
import hashlib
import heapq
import selectors
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, ContextVar, copy_context
from random import Random
from typing import Any, BinaryIO, Final

from tests.virtual.rig.handles import Handle, Timer

_PROCESS: ContextVar["Process | None"] = ContextVar("process", default=None)
MOST_SPINS: Final = 100_000
PASS_S: Final = 1e-6  # what one pass through what is ready takes: no machine does anything in no time
_THREAD_S: Final = 0.004  # what a deed on another thread takes at most, before it and after it
MOST_SAID: Final = 4096  # lines of the trace that wait to be written
_DUST: Final = 256  # timers that were cancelled: so many may lie about


class StuckError(Exception):
    """Nothing will ever happen again."""


class SpinError(Exception):
    """So much happens at one instant that somebody turns in a circle."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop, whose turn is a leaner one: nothing but this program makes anything ready, and time passes at once."""

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
        self._said: list[str] = []
        self.log: BinaryIO | None = None
        """Where the trace is written in full, when somebody wants to read it."""
        self._timers: list[tuple[float, int, Timer]] = []
        self._timers_made = self._timers_cancelled = 0
        super().__init__(selectors.SelectSelector())
        self.set_task_factory(_task)

    def time(self) -> float:
        return self.now_s

    def say(self, what: str) -> None:
        """Puts it into the trace."""
        self._said.append(f"{self.now_s:.6f} {what}\n")
        if len(self._said) > MOST_SAID:
            self._write()

    def trace(self) -> str:
        """What has happened so far, as 16 hex digits."""
        self._write()
        return self._trace.hexdigest()

    def _write(self) -> None:
        said = "".join(self._said).encode()
        self._said.clear()
        self._trace.update(said)
        if self.log is not None:
            self.log.write(said)

    def call_soon(  # type: ignore[override]
        self,
        callback: Any,  # noqa: ANN401 - as asyncio has it
        *args: Any,  # noqa: ANN401
        context: Context | None = None,
    ) -> asyncio.Handle:
        handle = Handle(callback, args, self, context)
        self._ready.append(handle)  # type: ignore[attr-defined]
        return handle

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Any,  # noqa: ANN401 - as asyncio has it
        *args: Any,  # noqa: ANN401
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        timer = Timer(when, callback, args, self, context)
        self._timers_made += 1
        heapq.heappush(self._timers, (when, self._timers_made, timer))
        return timer

    def call_later(  # type: ignore[override]
        self,
        delay: float,
        callback: Any,  # noqa: ANN401 - as asyncio has it
        *args: Any,  # noqa: ANN401
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self.now_s + delay, callback, *args, context=context)

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

    def _timer_handle_cancelled(self, _: asyncio.TimerHandle) -> None:
        self._timers_cancelled += 1
        if self._timers_cancelled > _DUST + len(self._timers) // 2:
            self._timers = [entry for entry in self._timers if not entry[2]._cancelled]
            heapq.heapify(self._timers)
            self._timers_cancelled = 0

    def _run_once(self) -> None:
        """One turn: what is due by now and what is ready, in any order; what becomes ready meanwhile waits for the next."""
        ready: Any = self._ready  # type: ignore[attr-defined]
        if not ready and not self._stopping:  # type: ignore[attr-defined]
            self._pass()
        self.now_s += PASS_S
        self._spins += 1
        if self._spins > MOST_SPINS:
            raise SpinError
        timers, now_s = self._timers, self.now_s
        handles: list[Any] = list(ready)
        ready.clear()
        if len(handles) > 1:
            self.chance.shuffle(handles)
        while timers and timers[0][0] <= now_s:
            handles.append(heapq.heappop(timers)[2])
        for handle in handles:
            if not handle._cancelled:
                handle._run()

    def _pass(self) -> None:
        """Time jumps to the next timer."""
        timers = self._timers
        while timers and timers[0][2]._cancelled:
            heapq.heappop(timers)
            self._timers_cancelled -= 1
        if not timers:
            raise StuckError
        if (timeout := timers[0][0] - self.now_s) > 0:
            self.wakeups += 1
            self.now_s += timeout
            self._spins = 0 if timeout > PASS_S else self._spins


def _tell(how: Callable[[Any], None], told: "asyncio.Future[Any]", what: object) -> None:
    if not told.done():
        how(what)


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
