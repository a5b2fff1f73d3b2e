"""A hit whose entry may be weeded by now -> asked of base, asked again, told within 5 s or "no answer"; and notes from there. [proto-9]"""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from edge.hits.hits import Hit, Hits, Record, Say
from edge.matcher.matcher import Matcher
from proto.base import Confirm, Confirmed, decode_confirmed, decode_note, encode_confirm
from proto.events import Moment, Step
from proto.patterns import pattern
from proto.plates import canonical
from proto.steps import NOTED, TOLD

AGAIN_S: Final = 2.0
ANSWER_S: Final = 5.0
NO_ANSWER: Final = "no answer"
MOST: Final = 256  # entries of which base's last word is remembered; notes that were shown; asks under way

Later = Callable[[float, Callable[[], None]], object]
"""Seconds and what to do then."""


@dataclass(slots=True)
class _Asking:
    """One ask under way. Times: the event loop's."""

    confirm: Confirm
    due_s: float


class Base:
    """What is asked of headquarters about hits, and what it says: a part of the downlink."""

    words: Final = frozenset({"confirmed", "note"})

    def __init__(self, hits: Hits, matcher: Matcher, say: Say, now: Callable[[], Moment], record: Record) -> None:
        self._hits = hits
        self._matcher = matcher
        self._say = say
        self._now = now
        self._record = record
        self._asking: dict[str, _Asking] = {}
        self._last: OrderedDict[tuple[str, str], dict[str, Any]] = OrderedDict()
        self._noted: deque[int] = deque(maxlen=MOST)
        self.later: Later = lambda *_: None
        self.knock: Callable[[], None] = lambda: None
        """Wakes the uplink, once there is one."""

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """{"id"} -> {"id", "asked"}: the line `base` follows within 5 s; or {"error"}."""
        hit = self._hits.get(request.get("id"))
        if hit is None:
            return {"error": "no such alert, or one too long ago"}
        confirm = self._confirm(hit)
        if confirm is None:
            return {"error": "the entry is the crew's own: base has no list of it"}
        if len(self._asking) >= MOST:
            return {"error": "too many are asked at once"}
        if hit.id not in self._asking:
            self._asking[hit.id] = _Asking(confirm, 0.0)
            self.later(ANSWER_S, lambda: self._give_up(hit))
            self.knock()
        return {"id": hit.id, "asked": True}

    def connected(self) -> None:
        """What is under way is said over the new connection at once."""
        for asking in self._asking.values():
            asking.due_s = 0.0

    def take(self, word: str, payload: bytes, now_s: float) -> None:  # noqa: ARG002
        """Raises FrameError."""
        if word == "note":
            self._take_note(payload)
            return
        said = decode_confirmed(payload)
        id_ = self._hits.id_of(said.alert, said.epoch)
        hit = self._hits.get(id_)
        was_asked = self._asking.pop(id_, None) is not None
        if hit is None:
            return
        told = _told(said)
        if (confirm := self._confirm(hit)) is not None:
            self._remember((confirm.list, confirm.key), told)
        hit.fields["base"] = told
        self._say("base", id=id_, late=not was_asked, **told)
        self._record(Step(self._now(), hit.number, TOLD, said.state))

    def sayings(self, now_s: float) -> list[tuple[str, bytes]]:
        """Each ask, and again while there is no answer."""
        due = [asking for asking in self._asking.values() if asking.due_s <= now_s]
        for asking in due:
            asking.due_s = now_s + AGAIN_S
        return [("confirm", encode_confirm(asking.confirm)) for asking in due]

    def next_due_s(self) -> float | None:
        return min((asking.due_s for asking in self._asking.values()), default=None)

    def _give_up(self, hit: Hit) -> None:
        asking = self._asking.pop(hit.id, None)
        if asking is None:
            return
        last = self._last.get((asking.confirm.list, asking.confirm.key))
        self._say("base", id=hit.id, late=False, state=NO_ANSWER, last=last)
        self._record(Step(self._now(), hit.number, TOLD, NO_ANSWER))

    def _confirm(self, hit: Hit) -> Confirm | None:
        entry = hit.entry
        about = next((about for about in self._matcher.lists if about.name == entry.list), None)
        key = pattern(entry.vrm) if entry.is_pattern else canonical(entry.vrm)
        if about is None or key is None:
            return None
        return Confirm(self._hits.epoch, hit.number, entry.list, about.version, key, entry.id)

    def _remember(self, name: tuple[str, str], told: dict[str, Any]) -> None:
        self._last[name] = told
        self._last.move_to_end(name)
        if len(self._last) > MOST:
            self._last.popitem(last=False)

    def _take_note(self, payload: bytes) -> None:
        note = decode_note(payload)
        if note.number in self._noted:
            return
        self._noted.append(note.number)
        id_ = self._hits.id_of(note.alert, note.epoch)
        self._say("note", id=id_, number=note.number, text=note.text, made_ms=note.made_ms)
        epoch = None if note.epoch == self._hits.epoch else note.epoch
        self._record(Step(self._now(), note.alert, NOTED, epoch=epoch, note=note.number))


def _told(said: Confirmed) -> dict[str, Any]:
    """For the line `base`: UTC milliseconds, of headquarters' clock."""
    return {
        "state": said.state,
        "as_of_ms": said.as_of_ms,
        "version": said.version,
        "made_ms": said.made_ms,
        "since_ms": said.since_ms,
    }
