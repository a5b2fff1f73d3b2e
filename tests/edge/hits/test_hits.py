"""A hit from its showing to its answer: what each step says, to whom, and what nobody says for 30 s."""

from collections.abc import Callable
from typing import Any

import pytest

from edge.hits.base import AGAIN_S, ANSWER_S, NO_ANSWER, Base
from edge.hits.budget import PILE_UP
from edge.hits.hits import MOST, Hits
from edge.hits.pile import PileUp
from edge.intake.sighting import Alert
from edge.matcher.entry import Entry
from edge.matcher.listfile import About
from proto import base as wire
from proto.base import Confirmed, Note
from proto.errors import FrameError
from proto.events import Change, Clock, Moment, Step
from proto.steps import REASONS

EPOCH = bytes.fromhex("0123456789abcdef")
AT = Moment(1000, 1_790_000_000_000, Clock.NTP)


class Matcher:
    """A stand-in for what is no matter here: which lists are carried."""

    lists = [About("wanted", 17, None, 1, signed=True)]  # noqa: RUF012


class Scene:
    """Hits, base, a clock of the test's own, and everything that was said and recorded."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.lines: list[tuple[str, dict[str, Any]]] = []
        self.events: list[Step | Change] = []
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.hits = Hits(EPOCH, self.say, lambda: AT, self.events.append, 30.0, lambda: self.now_s)
        self.base = Base(self.hits, Matcher(), self.say, lambda: AT, self.events.append)  # type: ignore[arg-type]
        self.base.later = lambda s, deed: self.timers.append((self.now_s + s, deed))

    def say(self, kind: str, /, **fields: object) -> None:
        self.lines.append((kind, fields))

    def hit(self, number: int = 1, shown: str | None = None, **entry: Any) -> str:  # noqa: ANN401 - of the entry
        alert = Alert(number, Entry("wanted", "AB12 CDE", id=0xABCD, **entry), 60, shown=shown)
        id_ = self.hits.id_of(number)
        self.hits.shown(alert, {"id": id_, "vrm": "AB12CDE", "priority": entry.get("priority")})
        return id_

    def answer(self, id_: object, step: object, **more: object) -> dict[str, Any]:
        return self.hits.answer({"id": id_, "step": step, **more})

    def later(self, s: float) -> None:
        self.now_s += s
        self.hits.look(self.now_s)
        due = [deed for at, deed in self.timers if at <= self.now_s]
        self.timers = [timer for timer in self.timers if timer[0] > self.now_s]
        for deed in due:
            deed()

    def said(self, kind: str) -> list[dict[str, Any]]:
        return [fields for word, fields in self.lines if word == kind]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_an_answer_is_a_step_to_headquarters_and_a_line_to_every_screen(scene: Scene) -> None:  # [proto-9.1]
    id_ = scene.hit()
    assert scene.answer(id_, "accepted", officer="4711") == {"id": id_, "state": "accepted"}
    assert scene.events == [Step(AT, 1, "accepted", None, "4711")]
    (line,) = scene.said("step")
    assert (line["id"], line["step"], line["officer"], line["was"]) == (id_, "accepted", "4711", "shown")


@pytest.mark.parametrize("reason", REASONS)
def test_a_reject_has_a_reason_of_the_list_and_is_audited(scene: Scene, reason: str) -> None:  # [proto-9.3] [proto-9.5]
    id_ = scene.hit()
    assert "reason" in scene.answer(id_, "rejected")["error"]
    assert "reason" in scene.answer(id_, "rejected", reason="bored")["error"]
    assert scene.events == []
    scene.answer(id_, "rejected", reason=reason, officer="4711")
    assert scene.events == [
        Step(AT, 1, "rejected", reason, "4711"),
        Change(AT, "4711", f"hit {id_}", "shown", f"rejected: {reason}"),
    ]


@pytest.mark.parametrize(
    ("id_", "step", "more"),
    [
        ("0123456789abcdef-2", "accepted", {}),
        ("nonsense", "accepted", {}),
        (None, "accepted", {}),
        (["x"], "accepted", {}),
        ("0123456789abcdef-1", "shot", {}),
        ("0123456789abcdef-1", None, {}),
        ("0123456789abcdef-1", "accepted", {"reason": "misread"}),
        ("0123456789abcdef-1", "accepted", {"officer": 5}),
        ("0123456789abcdef-1", "accepted", {"officer": "x" * 33}),
    ],
)
def test_what_is_no_answer_is_refused_and_changes_nothing(
    scene: Scene, id_: object, step: object, more: dict[str, object]
) -> None:
    scene.hit()
    assert scene.answer(id_, step, **more)["error"]
    assert (scene.events, scene.said("step")) == ([], [])


def test_what_is_accepted_is_not_merely_acknowledged_afterwards(scene: Scene) -> None:
    id_ = scene.hit()
    scene.answer(id_, "acknowledged")
    scene.answer(id_, "accepted")
    assert "accepted already" in scene.answer(id_, "acknowledged")["error"]
    assert scene.answer(id_, "rejected", reason="misread")["state"] == "rejected"


def test_what_nobody_answers_for_30_s_is_shown_once_more_and_reported(scene: Scene) -> None:  # [proto-9.1]
    id_ = scene.hit()
    scene.later(29.9)
    assert scene.said("unanswered") == []
    scene.later(0.1)
    scene.later(60)
    assert [line["id"] for line in scene.said("unanswered")] == [id_]
    assert scene.events == [Step(AT, 1, "unanswered")]
    assert scene.answer(id_, "accepted")["state"] == "accepted"


@pytest.mark.parametrize("shown", ["listed", "pile-up"])
def test_what_was_not_put_to_the_crew_waits_for_no_answer(scene: Scene, shown: str) -> None:
    id_ = scene.hit(shown=shown)
    answered = scene.hit(2)
    scene.answer(answered, "acknowledged")
    scene.later(100)
    assert scene.said("unanswered") == []
    assert scene.answer(id_, "accepted")["state"] == "accepted"


def test_an_answer_to_an_alert_of_an_earlier_process_names_its_epoch(scene: Scene) -> None:
    scene.answer("fedcba9876543210-3", "accepted")
    assert scene.events == [Step(AT, 3, "accepted", epoch=bytes.fromhex("fedcba9876543210"))]


def test_the_oldest_hits_are_forgotten_first(scene: Scene) -> None:
    ids = [scene.hit(number) for number in range(1, MOST + 2)]
    assert "too long ago" in scene.answer(ids[0], "accepted")["error"]
    assert scene.answer(ids[1], "accepted")["state"] == "accepted"
    assert sum(scene.hits.table().values()) == MOST


def confirmed(state: str, alert: int = 1, epoch: bytes = EPOCH) -> bytes:
    return wire.encode_confirmed(Confirmed(epoch, alert, state, 1_790_000_005_000, 18, 1_790_000_000_000))


def test_base_is_asked_again_until_it_answers_and_its_word_stands_on_the_alert(scene: Scene) -> None:  # [proto-9.6]
    id_ = scene.hit()
    assert scene.base.ask({"id": id_}) == {"id": id_, "asked": True}
    ((word, message),) = scene.base.sayings(0.0)
    asked = wire.decode_confirm(message)
    assert (word, asked.list, asked.version, asked.key, asked.id) == ("confirm", "wanted", 17, "AB12CDE", 0xABCD)
    assert scene.base.sayings(AGAIN_S - 0.1) == []
    assert scene.base.next_due_s() == AGAIN_S
    assert len(scene.base.sayings(AGAIN_S)) == 1
    scene.base.take("confirmed", confirmed(wire.WEEDED), 3.0)
    assert scene.base.next_due_s() is None
    (line,) = scene.said("base")
    assert (line["id"], line["state"], line["late"]) == (id_, "weeded", False)
    assert scene.events == [Step(AT, 1, "told", "weeded")]
    scene.later(ANSWER_S)
    scene.later(25)
    assert len(scene.said("base")) == 1
    assert scene.said("unanswered")[0]["base"]["state"] == "weeded"


def test_without_an_answer_the_crew_is_told_so_and_when_it_was_confirmed_last(scene: Scene) -> None:  # [proto-9.6]
    first = scene.hit()
    scene.base.ask({"id": first})
    scene.later(ANSWER_S)
    (line,) = scene.said("base")
    assert (line["state"], line["last"]) == (NO_ANSWER, None)
    scene.base.take("confirmed", confirmed(wire.STANDS), 6.0)
    assert scene.said("base")[-1]["late"] is True
    second = scene.hit(2)
    scene.base.ask({"id": second})
    scene.later(ANSWER_S)
    last = scene.said("base")[-1]
    assert (last["id"], last["state"], last["last"]["state"]) == (second, NO_ANSWER, "stands")
    assert last["last"]["as_of_ms"] == 1_790_000_005_000
    assert [event.reason for event in scene.events if isinstance(event, Step)] == [NO_ANSWER, "stands", NO_ANSWER]


def test_what_cannot_be_asked_is_said_at_once(scene: Scene) -> None:
    assert "no such alert" in scene.base.ask({"id": "x"})["error"]
    alert = Alert(9, Entry("crew", "AB12 CDE"), None)
    scene.hits.shown(alert, {"id": scene.hits.id_of(9)})
    assert "own" in scene.base.ask({"id": scene.hits.id_of(9)})["error"]


def test_an_answer_to_nobody_s_question_is_let_by(scene: Scene) -> None:
    scene.base.take("confirmed", confirmed(wire.STANDS, alert=99), 0.0)
    scene.base.take("confirmed", confirmed(wire.STANDS, epoch=bytes(8)), 0.0)
    assert (scene.lines, scene.events) == ([], [])
    with pytest.raises(FrameError):
        scene.base.take("confirmed", b"\x00", 0.0)


def test_a_note_is_shown_once_and_each_showing_is_a_step(scene: Scene) -> None:  # [proto-9.8]
    note = wire.encode_note(Note(5, EPOCH, 1, 1_790_000_000_000, "keeper is known"))
    for _ in range(3):
        scene.base.take("note", note, 0.0)
    (line,) = scene.said("note")
    assert (line["id"], line["text"]) == (scene.hits.id_of(1), "keeper is known")
    assert scene.events == [Step(AT, 1, "noted", note=5)]
    scene.base.take("note", wire.encode_note(Note(6, bytes(8), 2, 0, "of yesterday")), 0.0)
    assert scene.events[-1] == Step(AT, 2, "noted", epoch=bytes(8), note=6)


def test_a_new_connection_asks_at_once(scene: Scene) -> None:
    scene.base.ask({"id": scene.hit()})
    scene.base.sayings(0.0)
    scene.base.connected()
    assert len(scene.base.sayings(0.5)) == 1


def test_a_pile_grows_in_one_line_with_the_highest_first() -> None:
    pile = PileUp(10)
    keys = ("vrm", "listed_vrm", "list", "action", "reason", "markers", "make", "colour")
    for n, priority in enumerate((10, None, 70, 20)):
        line = pile.folded({"id": f"id-{n}", "priority": priority, **dict.fromkeys(keys)}, n)
    assert (line["pile"], line["count"], line["first"]["id"]) == (1, 4, "id-2")
    assert line["ids"] == ["id-2", "id-1", "id-3", "id-0"]
    another = pile.folded({"id": "id-9", "priority": 1, **dict.fromkeys(keys)}, 13.0)
    assert (another["pile"], another["count"]) == (2, 1)
    assert PILE_UP == "pile-up"
