"""A callback and its context -> what an event loop runs, without what asyncio keeps beside it for its debug mode."""

import asyncio
from contextvars import Context, copy_context
from typing import Any


class Handle(asyncio.Handle):
    """Without what asyncio keeps for its debug mode."""

    __slots__ = ()

    def __init__(self, callback: Any, args: Any, loop: Any, context: Context | None) -> None:  # noqa: ANN401
        self._context = copy_context() if context is None else context
        self._loop = loop
        self._callback = callback
        self._args = args
        self._cancelled = False
        self._repr = self._source_traceback = None


class Timer(asyncio.TimerHandle):
    """The same, at a time."""

    __slots__ = ()

    def __init__(self, when: float, callback: Any, args: Any, loop: Any, context: Context | None) -> None:  # noqa: ANN401
        self._context = copy_context() if context is None else context
        self._loop = loop
        self._callback = callback
        self._args = args
        self._cancelled = False
        self._repr = self._source_traceback = None
        self._when = when
        self._scheduled = True
