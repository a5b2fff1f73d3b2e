"""Requests -> answers: carried and kept ones at once, headquarters' after them; each only once its audit record is on the disk. [proto-10.6]"""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Final, TypeVar

from edge.audit.records import AuditRecords
from edge.audit.witness import NotStoredError
from edge.config.lookups import Lookups
from edge.crew.crew import Crew
from edge.crew.vault import Kept
from edge.lookups.answer import CACHED, HEADQUARTERS, REFUSED, Known
from edge.lookups.base import WITHIN_S, Base
from edge.lookups.carried import Carried
from edge.lookups.question import Question, RefusedError, question_of
from edge.lookups.seen import Seen
from edge.spool.database import StoreError
from proto.asks import FOUND, NONE, Answer, Ask
from proto.audited import Lookup
from proto.events import Moment, Place

T = TypeVar("T")

NOT_STORED: Final = "the audit record cannot be stored: no answer without it"
MOST_OPEN: Final = 32  # look-ups whose answer from headquarters may still be fetched


@dataclass(frozen=True, slots=True)
class World:
    """What a look-up needs of the car."""

    config: Lookups
    now: Callable[[], Moment]
    place: Callable[[int], Place | None]
    is_link_up: Callable[[], bool]
    lists_of: Callable[[str], list[dict[str, Any]]]
    boot: bytes
    draw: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class _Open:
    number: int
    question: Question
    answer: "asyncio.Future[Answer]"
    asked_s: float


class LookupDesk:
    """`ask` and `more` answer requests of the socket."""

    def __init__(self, world: World, records: AuditRecords, crew: Crew, carried: Carried, seen: Seen) -> None:
        self._world = world
        self._records = records
        self._crew = crew
        self._carried = carried
        self._seen = seen
        self._thread = ThreadPoolExecutor(1, "look-ups")
        self._number = 0
        self._open: OrderedDict[int, _Open] = OrderedDict()
        self.base = Base()

    async def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """{number, answers, headquarters: asked | no link}, for a vehicle also lists and seen; or {refused}."""
        now = self._world.now()
        place = self._world.place(now.uptime_ms)
        self._number += 1
        number = self._number
        try:
            question = question_of(request, self._world.config, self._crew.officer, place)
        except RefusedError as error:
            self._note_refusal(number, request, place)
            return {"refused": str(error)}
        asked = self._asked(number, question)
        try:
            known, more = await asyncio.gather(self._known(question), self._of_vehicle(question, now))
            await self._record(number, question, known, place)
        except (RefusedError, NotStoredError) as error:
            self._forget(number)
            return {"refused": str(error) if isinstance(error, RefusedError) else NOT_STORED}
        utc_ms = self._world.now().utc_ms
        answers = [one.said(utc_ms) for one in known]
        return {"number": number, "answers": answers, **more, "headquarters": "asked" if asked else "no link"}

    async def more(self, request: dict[str, Any]) -> dict[str, Any]:
        """Headquarters' answer to look-up `number`, waited for: {number, answers: [...]}; none came: no answers."""
        number = request.get("number")
        opened = self._open.pop(number, None) if isinstance(number, int) else None
        if opened is None:
            return {"number": number, "answers": []}
        answer = await self._waited(opened)
        if answer is None:
            return {"number": number, "answers": []}
        known = _of_headquarters(answer)
        now = self._world.now()
        try:
            await self._record(opened.number, opened.question, [known], self._world.place(now.uptime_ms))
        except NotStoredError:
            return {"refused": NOT_STORED}
        await self._keep(opened.question, known)
        return {"number": number, "answers": [known.said(now.utc_ms)]}

    def close(self) -> None:
        """No searches any more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _known(self, question: Question) -> list[Known]:
        search = self._in_thread(partial(self._carried.find, question, self._today()))
        known, kept = await asyncio.gather(search, self._kept(question))
        return known if kept is None else [*known, kept]

    async def _of_vehicle(self, question: Question, now: Moment) -> dict[str, Any]:
        if question.what != "vehicle":
            return {}
        vrm = str(dict(question.parts)["query"])
        seen = await self._in_thread(partial(self._seen.find, vrm, now, self._world.boot))
        return {"lists": self._world.lists_of(vrm), "seen": seen}

    async def _record(self, number: int, question: Question, known: list[Known], place: Place | None) -> None:
        """One record for each source, or one that says that there was none."""
        now = self._world.now()
        lookup = partial(Lookup, now, number, question.officer, question.force, question.what, question.text)
        made = partial(lookup, question.reason, question.case, place)
        events = [made(one.source, one.age_s(now.utc_ms), one.found) for one in known] or [made()]
        await asyncio.gather(*(self._records.store(event) for event in events))

    def _note_refusal(self, number: int, request: dict[str, Any], place: Place | None) -> None:
        """Who tried: nobody is kept waiting for this record."""
        said = {name: str(request.get(name) or "")[:64] for name in ("officer", "what", "reason", "query")}
        event = Lookup(
            *(self._world.now(), number, said["officer"], None, said["what"], said["query"], said["reason"]),
            place=place,
            source=REFUSED,
        )
        self._records.note(event)

    def _asked(self, number: int, question: Question) -> bool:
        if not self._world.is_link_up():
            return False
        q = question
        ask = Ask(self._world.draw(), q.what, q.parts, q.officer, q.force, q.reason, q.case)
        now_s = asyncio.get_running_loop().time()
        self._open[number] = _Open(number, question, self.base.ask(ask, now_s), now_s)
        if len(self._open) > MOST_OPEN:
            self._forget(next(iter(self._open)))
        return True

    def _forget(self, number: int) -> None:
        if (opened := self._open.pop(number, None)) is not None:
            opened.answer.cancel()

    async def _waited(self, opened: _Open) -> Answer | None:
        left_s = opened.asked_s + WITHIN_S - asyncio.get_running_loop().time()
        await asyncio.wait([opened.answer], timeout=max(0.0, left_s))
        if opened.answer.done() and not opened.answer.cancelled():
            return opened.answer.result()
        opened.answer.cancel()
        return None

    async def _kept(self, question: Question) -> Known | None:
        vault = self._crew.vault
        if vault is None:
            return None
        with suppress(StoreError):
            kept = await vault.kept(f"{question.what} {question.text}")
            if kept is not None:
                return Known(CACHED, kept.as_of_ms, kept.found, json.loads(kept.result))
        return None

    async def _keep(self, question: Question, known: Known) -> None:
        """For the shift; a full disk costs nothing but that."""
        vault = self._crew.vault
        if vault is None or known.outcome is not None or self._crew.officer(question.officer) is None:
            return
        with suppress(StoreError):
            await vault.keep(
                f"{question.what} {question.text}", Kept(known.as_of_ms, known.found, json.dumps(known.result))
            )

    async def _in_thread(self, deed: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, deed)

    def _today(self) -> date:
        """A car that does not know the day takes the machine's."""
        utc_ms = self._world.now().utc_ms
        return datetime.now(UTC).date() if utc_ms is None else datetime.fromtimestamp(utc_ms / 1000, UTC).date()


def _of_headquarters(answer: Answer) -> Known:
    outcome = None if answer.outcome in (FOUND, NONE) else answer.outcome
    return Known(HEADQUARTERS, answer.as_of_ms, answer.found, answer.result, outcome)
