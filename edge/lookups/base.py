"""A question -> headquarters' answer within its time, or none: asked once more when nothing comes, and then not any more. [proto-10.4]"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from proto.asks import Answer, Ask, decode_answer, encode_ask

WITHIN_S: Final = 5.0
AGAIN_S: Final = 2.0  # a message may be lost; the id is the same
MOST: Final = 32  # asks at a time; two officers have one each


@dataclass(slots=True)
class _Asked:
    message: bytes
    answer: "asyncio.Future[Answer]"
    due_s: float
    until_s: float


class Base:
    """What is asked of headquarters and not yet answered. Times are the event loop's, in seconds."""

    words: Final = frozenset({"answer"})

    def __init__(self) -> None:
        self._asked: dict[bytes, _Asked] = {}
        self.knock: Callable[[], None] = lambda: None
        """The uplink's: there is something to say."""

    def ask(self, ask: Ask, now_s: float) -> "asyncio.Future[Answer]":
        """Done when the answer is here; whoever waits, waits WITHIN_S. Cancelled: it is asked no more."""
        if len(self._asked) >= MOST:
            self._asked.pop(next(iter(self._asked))).answer.cancel()
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked[ask.id] = _Asked(encode_ask(ask), answer, now_s, now_s + WITHIN_S)
        answer.add_done_callback(lambda _: self._asked.pop(ask.id, None))
        self.knock()
        return answer

    def connected(self) -> None:
        """What waits for an answer is asked again, at once."""
        for asked in self._asked.values():
            asked.due_s = 0.0

    def take(self, word: str, payload: bytes, now_s: float) -> None:  # noqa: ARG002
        """An answer came down; of nothing that is asked, or late, it is let by. Raises FrameError."""
        answer = decode_answer(payload)
        asked = self._asked.get(answer.id)
        if asked is not None and not asked.answer.done():
            asked.answer.set_result(answer)

    def sayings(self, now_s: float) -> list[tuple[str, bytes]]:
        """What to ask now."""
        for late in [asked for asked in self._asked.values() if asked.until_s <= now_s]:
            late.answer.cancel()
        due = [asked for asked in self._asked.values() if asked.due_s <= now_s and not asked.answer.done()]
        for asked in due:
            asked.due_s = now_s + AGAIN_S
        return [("ask", asked.message) for asked in due]

    def next_due_s(self) -> float | None:
        """The next one to ask again, or to give up."""
        return min((min(asked.due_s, asked.until_s) for asked in self._asked.values()), default=None)
