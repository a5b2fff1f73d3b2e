"""What there is to be seen, and what the views make of it."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console, RenderableType

from simulator.demo import words
from simulator.demo.account import Evidence, summary
from simulator.demo.closing import closing
from simulator.demo.live import Live, picture
from simulator.demo.plain import Plain
from simulator.demo.scene import Scene, TruthTail, Wanted
from simulator.demo.still import Still

S = 1_000_000_000
Line = Callable[..., dict[str, Any]]


@pytest.fixture
def busy(scene: Scene, line_of_truth: Line, alert: Line) -> Scene:
    """At 5 s: a plate, a wanted one and its alert, an unplugged one, and news."""
    scene.saw(line_of_truth(0, "XY70ZZZ", 100))
    scene.saw(line_of_truth(1, "AB12CDE", 200))
    scene.witness.take(alert("AB12CDE", 200.7))
    scene.tell(words.UNPLUGGED, 4 * S)
    scene.saw(line_of_truth(2, "JJ04JJJ", None, "unplug"))
    scene.catch_up(5 * S)
    return scene


def text_of(shown: RenderableType, wide: int = 80) -> str:
    console = Console(file=io.StringIO(), width=wide, force_terminal=False)
    console.print(shown)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_an_alert_lights_up_its_plate_and_says_how_long_it_took(busy: Scene) -> None:
    assert [(plate.vrm, plate.is_wanted) for plate in busy.plates] == [
        ("XY70ZZZ", False),
        ("AB12CDE", True),
        ("JJ04JJJ", False),
    ]
    (wanted,) = busy.wanted
    assert wanted.wait_ms == pytest.approx(0.7)
    busy.plates.clear()  # scrolled away
    busy.catch_up(6 * S)
    assert wanted.wait_ms == pytest.approx(0.7)


def test_an_alert_may_be_heard_before_its_plate_is_told(scene: Scene, line_of_truth: Line, alert: Line) -> None:
    scene.witness.take(alert("AB12CDE", 201))
    scene.catch_up(S)
    assert [wanted.wait_ms for wanted in scene.wanted] == [None]
    scene.saw(line_of_truth(0, "AB12CDE", 200))
    scene.catch_up(S)
    assert [wanted.wait_ms for wanted in scene.wanted] == [1.0]
    assert len([sight for sight in scene.feed if isinstance(sight, Wanted)]) == 1


def test_what_is_mended_is_news(scene: Scene) -> None:
    device = {"kind": "device", "name": "front", "reason": ""}
    for up in (True, False, True):
        scene.witness.take(device | {"up": up})
    for up in (True, False, True):
        scene.witness.take({"kind": "link", "up": up, "reason": ""})
    scene.catch_up(6 * S)
    scene.catch_up(7 * S)
    assert [(news.at_s, news.text) for news in scene.news] == [(6.0, words.READ_AGAIN), (6.0, words.LINKED_AGAIN)]


def test_half_a_line_of_truth_waits_for_its_other_half() -> None:
    file = io.StringIO()
    tail = TruthTail(file)
    for text, whole in (('{"n":0}\n{"n"', [0]), ("", []), (":1}\n", [1])):
        at = file.tell()
        file.write(text)
        file.seek(at)
        assert [line["n"] for line in tail.lines()] == whole


def test_plain_lines_tell_everything_once(busy: Scene) -> None:
    out = io.StringIO()
    plain = Plain(out)
    plain.tick(busy)
    plain.tick(busy)
    assert out.getvalue().splitlines() == [
        "   0.1 s  front  XY70ZZZ",
        "   0.2 s  front  AB12CDE",
        f"   4.0 s  ** {words.UNPLUGGED}",
        "   0.0 s  front  JJ04JJJ  (unplugged)",
        "   0.2 s  WANTED AB12CDE: STOP · STOLEN · FI, priority 90, blue BMW 320, warned in 0.7 ms",
        "   5.0 s    said 3, stored 0, at headquarters 0, waiting 0",
    ]


def test_without_plates_only_alerts_and_news_are_told(busy: Scene) -> None:
    out = io.StringIO()
    Plain(out, plates=False).tick(busy)
    assert "XY70ZZZ" not in out.getvalue()
    assert "WANTED AB12CDE" in out.getvalue()


@pytest.mark.parametrize(("wide", "tall"), [(80, 24), (96, 30), (200, 60), (80, 10)])
def test_the_view_fits_its_terminal(busy: Scene, wide: int, tall: int) -> None:
    for _ in range(40):
        busy.feed.clear()
        busy.plates.append(busy.plates[0])
        busy.wanted.append(busy.wanted[0])
        busy.news.append(busy.news[0])
    lines = text_of(picture(busy, wide, tall), wide).splitlines()
    assert len(lines) < max(tall, 20)
    assert max(map(len, lines)) <= wide


def test_the_view_names_what_matters_in_words_and_not_in_colour_alone(busy: Scene) -> None:
    shown = text_of(picture(busy, 80, 24))
    for part in (
        "AB12CDE  wanted",
        "STOP · STOLEN · FI",
        "priority 90",
        "blue BMW 320",
        "0.7 ms",
        "unplugged",
        "○ link",
    ):
        assert part in shown


def test_the_view_on_a_terminal_leaves_its_last_picture(busy: Scene) -> None:
    console = Console(file=io.StringIO(), width=80, height=24, force_terminal=True)
    live = Live(console)
    live.tick(busy)
    live.close()
    assert isinstance(console.file, io.StringIO)
    assert "PATROL EDGE" in console.file.getvalue()


def test_the_picture_is_of_an_alert_without_a_link_and_fetches_nothing(
    scene: Scene, alert: Line, tmp_path: Path
) -> None:
    still = Still(tmp_path / "view.svg")
    for vrm, at_s in (("AB12CDE", 2), ("CD34EFG", 10), ("GH56JKL", 18)):
        scene.witness.take(alert(vrm, at_s * 1000))
        scene.catch_up(at_s * S)
        still.tick(scene)
    still.close()
    shown = (tmp_path / "view.svg").read_text(encoding="utf-8")
    assert "CD34EFG" in shown
    assert "GH56JKL" not in shown
    assert "url(http" not in shown
    assert "@import" not in shown


def test_no_alert_makes_no_picture(scene: Scene, tmp_path: Path) -> None:
    still = Still(tmp_path / "view.svg")
    still.tick(scene)
    still.close()
    assert not list(tmp_path.iterdir())


def test_the_account_is_told_in_plain_sentences(make_evidence: Callable[..., Evidence]) -> None:
    shown = text_of(closing(summary(make_evidence()), []))
    assert "Nothing that was stored is lost or doubled" in shown
    assert "FAILED" not in shown
    assert "of 2 that were due" in shown


def test_a_failure_is_told_and_not_glossed_over(make_evidence: Callable[..., Evidence]) -> None:
    shown = text_of(closing(summary(make_evidence()), ["1 stored reads are not at headquarters"]))
    assert "FAILED: 1 stored reads are not at headquarters." in shown
    assert "Nothing that was stored" not in shown


def test_lines_of_truth_are_whole_objects() -> None:
    assert TruthTail(io.StringIO(json.dumps({"n": 3}) + "\n")).lines() == [{"n": 3}]
