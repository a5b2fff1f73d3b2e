"""Shifts driven over invented boxes: what counts as covered, that calls interrupt, that a seed is a seed, and what is said of bad files."""

import json
from pathlib import Path
from random import Random

import pytest

from forecast.guidance import CREDIT_S, Square, Visit
from forecast.wire import Anchor, Box, Patrol, encode
from simulator.cli import main
from simulator.patrol.account import covered_s, figures, gini
from simulator.patrol.ground import Ground
from simulator.patrol.shift import Call, calls_of, drive
from simulator.patrol.ways import WAYS

BOXES = tuple(Square(x, y, 250, 0.3 if x == y else 0.01) for x in range(0, 4000, 1000) for y in range(0, 4000, 1000))
TOWN = Ground(BOXES, ((500.0, 500.0), (3500.0, 3500.0)))
HOUR_S = 3600.0


@pytest.mark.parametrize(
    ("visits", "seconds"),
    [
        ([], 0.0),
        ([Visit(0, 0.0, 900.0, 900.0)], 900 + 7200),
        ([Visit(0, 0.0, 450.0, 450.0)], 450 + 7200 / 2),
        ([Visit(0, 0.0, 450.0, 450.0), Visit(0, 1000.0, 450.0, 450.0)], 450 + 550 / 2 + 450 + 7200),
        ([Visit(0, 0.0, 900.0, 900.0), Visit(0, 20_000.0, 900.0, 900.0)], 900 + 7200 + 900 + 7200),
        ([Visit(0, 28_000.0, 800.0, 800.0)], 800),
        ([Visit(0, 0.0, 900.0, 900.0), Visit(0, 600.0, 900.0, 900.0)], 1500 + 7200),  # two cars at once count once
    ],
)
def test_a_box_is_covered_while_a_car_is_there_and_for_two_hours_by_its_dose(
    visits: list[Visit], seconds: float
) -> None:
    assert covered_s(visits, 8 * HOUR_S) == pytest.approx(seconds)


def test_gini_is_of_what_boxes_are_worth() -> None:
    assert gini([10, 20, 30], [1, 2, 3]) == pytest.approx(0)
    assert gini([0, 0, 30], [1, 1, 1]) == pytest.approx(2 / 3)
    assert gini([0, 0], [1, 1]) == 0


def shifts(way: str, *, cars: int = 1, calls: float = 0.0, shared: bool = True, seed: int = 1) -> tuple[float, float]:
    """Covered hits a car and hour, and the share of time on calls, over some shifts."""
    found = []
    for n in range(6):
        streams = [calls_of(TOWN, Random(f"{seed}/{n}/{car}"), 8, calls) for car in range(cars)]
        found.append(figures(BOXES, drive(TOWN, WAYS[way], streams, 8, Random(n), shared=shared), 8))
    return sum(one.covered for one in found) / len(found), sum(one.on_calls for one in found) / len(found)


def test_guided_covers_more_than_chance_and_than_the_nearest_where_few_boxes_matter() -> None:
    guided = shifts("guided")[0]
    assert guided > 1.5 * shifts("random")[0]
    assert guided > 1.2 * shifts("nearest")[0]


def test_cars_that_share_what_they_did_cover_more_than_cars_that_do_not() -> None:
    boxes = tuple(
        Square(x, y, 250, 0.1 if (x + y) % 2000 else 0.05) for x in range(0, 7000, 1000) for y in range(0, 7000, 1000)
    )
    wide = Ground(boxes, TOWN.calls)
    shared, alone = (
        sum(
            figures(boxes, drive(wide, WAYS["guided"], [[]] * 6, 4, Random(n), shared=known), 4).covered
            for n in range(4)
        )
        for known in (True, False)
    )
    assert shared > 1.05 * alone


def test_calls_interrupt_and_cost_cover() -> None:
    quiet, busy = shifts("guided"), shifts("guided", calls=3)
    assert quiet[1] == 0
    assert busy[1] > 0.4
    assert busy[0] < quiet[0]


def test_a_call_ends_the_stay_at_once() -> None:
    (log,) = drive(TOWN, WAYS["guided"], [[Call(3000.0, 20_000.0, 20_000.0, 600.0)]], 8, Random(1))
    before = [visit for visit in log.visits if visit.from_s < 3000]
    after = [
        visit for visit in log.visits if visit.from_s >= 3000 and visit.dwell_s >= 300
    ]  # the others were driven through
    assert before[-1].from_s + before[-1].dwell_s <= 3100
    assert after[0].from_s > 3000 + 600
    assert log.driven_m > 60_000


def test_no_stay_counts_more_than_a_quarter_of_an_hour() -> None:
    (log,) = drive(TOWN, WAYS["random"], [[]], 8, Random(2))
    assert len(log.visits) > 10
    assert all(visit.credit_s <= CREDIT_S for visit in log.visits)
    assert sum(visit.dwell_s for visit in log.visits) <= 8 * HOUR_S


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A forecast and the events before it."""
    forecast, events = tmp_path / "f.pf", tmp_path / "events.csv"
    boxes = tuple(Box(square.x_m, square.y_m, square.expected) for square in BOXES)
    forecast.write_bytes(encode(Patrol(20_000, "all", 250.0, 10.0, bytes(8), Anchor(52, 5, 0, 0, 0), boxes)))
    rows = [f"2024-0{1 + n % 9}-1{n % 10},,burglary,{n * 37 % 4000},{n * 91 % 4000}" for n in range(300)]
    events.write_text("\n".join(["occurred_at,reported_month,category,x_m,y_m", *rows]) + "\n")
    return forecast, events


def said(files: tuple[Path, Path], *words: str) -> int:
    return main(["patrol", "--forecast", str(files[0]), "--events", str(files[1]), *words])


def test_the_same_seed_gives_the_same_figures_and_another_gives_others(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    outs = []
    for seed in ("1", "1", "2"):
        assert said(files, "--shifts", "3", "--hours", "4", "--cars", "2", "--seed", seed, "--json") == 0
        outs.append(json.loads(capsys.readouterr().out))
    assert outs[0] == outs[1] != outs[2]
    assert outs[0]["ways"].keys() == {"guided", "random", "nearest", "guided, each alone"}
    for one in outs[0]["ways"].values():
        assert one["covered"]["low"] <= one["covered"]["value"] <= one["covered"]["high"]
    assert outs[0]["gain_of_guided_over"].keys() == {"random", "nearest", "guided, each alone"}


def test_a_table_is_for_people(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert said(files, "--shifts", "2", "--hours", "2") == 0
    assert "guided covers +" in capsys.readouterr().out


def test_json_forecasts_are_read_too_and_other_files_get_a_sentence(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = tmp_path / "f.json"
    made.write_text(json.dumps({"date": "2024-10-04", "boxes": [[0, 0, 250, 250]], "box_expected": [0.1]}))
    assert said((made, files[1]), "--shifts", "1", "--hours", "1") == 0
    capsys.readouterr()
    made.write_text('{"date": "2024-10-04", "boxes": [], "box_expected": []}')
    for forecast, events, sentence in (
        (made, files[1], "nowhere to patrol"),
        (files[1], files[1], "is no forecast"),
        (files[0], files[0], "cannot be read"),
        (tmp_path / "none", files[1], "No such file"),
    ):
        assert said((forecast, events)) == 1
        err = capsys.readouterr().err
        assert sentence in err
        assert err.count("\n") == 1
    with pytest.raises(SystemExit, match="2"):
        said(files, "--hours", "nan")
