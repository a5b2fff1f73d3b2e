"""Files and words of `patrol-hq forecast` in, files, tables and exit codes out."""

import argparse
import datetime as dt
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from forecast.model.events import Events
from forecast.wire import decode
from headquarters.forecast import cli

Say = Callable[..., int]


@pytest.fixture
def say() -> Say:
    """Runs `patrol-hq forecast` with words, as the real parser would."""

    def spoken(*words: object) -> int:
        parser = argparse.ArgumentParser()
        cli.add(parser.add_subparsers(dest="command", required=True))
        return cli.run(parser.parse_args(["forecast", *map(str, words)]))

    return spoken


def test_make_on_a_file_cut_before_a_day_gives_the_boxes_that_evaluate_gave(
    say: Say, city: Events, city_file: Path, rows: Callable[[Events], list[str]], tmp_path: Path
) -> None:
    lines = tmp_path / "boxes.jsonl"
    assert not say(
        "evaluate", "--events", city_file, "--test-from", "2022-02-27", "--test-to", "2022-03-04", "--area-share", "0.05",
        "--boxes-out", lines, "--json",
    )  # fmt: skip
    told = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [line["date"] for line in told] == [
        f"2022-0{m}-{d:02d}" for m, d in [(2, 27), (2, 28), (3, 1), (3, 2), (3, 3), (3, 4)]
    ]
    for line in (told[0], told[4]):
        cut, out = tmp_path / "cut.csv", tmp_path / "made.json"
        past = city.before(dt.date.fromisoformat(line["date"]).toordinal())
        cut.write_text("\n".join(rows(past)) + "\n")
        assert not say("make", "--events", cut, "--as-of", line["date"], "--area-share", "0.05", "--out", out)
        made = json.loads(out.read_text())
        assert made["boxes"] == line["boxes"]
        assert made["expected"] == pytest.approx(line["expected"], abs=1e-4)


def test_a_table_names_every_method_and_progress_goes_to_stderr(
    say: Say, city_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weather = tmp_path / "weather.csv"
    days = [dt.date(2020, 1, 1) + dt.timedelta(n) for n in range(912)]
    weather.write_text("date,rain_mm,snow_mm\n" + "".join(f"{d},{d.day % 7},0.0\n" for d in days))
    assert not say(
        "evaluate", "--events", city_file, "--weather", weather, "--test-from", "2022-05-01", "--test-to", "2022-05-05",
        "--area-share", "0.05", "--plots", tmp_path / "plots",
    )  # fmt: skip
    out, err = capsys.readouterr()
    for name in (
        "this forecast",
        "naive counts, free boxes",
        "naive counts, best fixed grid",
        "prospective",
        "kernel",
        "ETAS",
    ):
        assert name in out
    assert "2022-05-05: 5 days" in err
    assert sorted(p.name for p in (tmp_path / "plots").iterdir()) == ["calibration.svg", "hit-rate.svg", "map.svg"]


def test_the_control_learns_from_shuffled_places_and_json_says_how_it_did(
    say: Say, city_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (
        "evaluate",
        "--events",
        city_file,
        "--test-from",
        "2022-05-01",
        "--test-to",
        "2022-05-06",
        "--area-share",
        "0.05",
    )
    rates = []
    for extra in ((), ("--control", "5")):
        assert not say(*words, "--json", *extra)
        result = json.loads(capsys.readouterr().out)
        rates.append(result["hit_rate"]["this forecast"]["value"])
        assert (
            result["gain_over"]["naive counts, free boxes"]["low"]
            <= result["gain_over"]["naive counts, free boxes"]["high"]
        )
    assert rates[1] < rates[0] / 2


def test_three_forms_say_the_same_and_audit_boxes_stay_home(say: Say, city_file: Path, tmp_path: Path) -> None:
    out = [tmp_path / f"f.{kind}" for kind in ("json", "geojson", "pf")]
    words = [word for path in out for word in ("--out", path)]
    assert not say(
        "make", "--events", city_file, "--as-of", "2022-06-01", "--shift", "night", "--area-share", "0.05", "--audit-share", "0.1",
        "--anchor", "52.1,4.9,102000,102000", "--cards", tmp_path / "cards", *words,
    )  # fmt: skip
    whole, drawn, packed = json.loads(out[0].read_text()), json.loads(out[1].read_text()), decode(out[2].read_bytes())
    assert len(drawn["features"]) == len(whole["boxes"])
    assert whole["audit"].count(True) == round(0.1 * len(whole["boxes"]))
    shown = sorted((box[0], box[1]) for box, audit in zip(whole["boxes"], whole["audit"], strict=True) if not audit)
    assert [(box.x_m, box.y_m) for box in packed.boxes] == shown
    assert packed.shift == whole["shift"] == "night"
    assert "no ground for a stop" in (tmp_path / "cards" / "model-card.md").read_text()
    record = json.loads((tmp_path / "cards" / "transparency-record.json").read_text())
    assert record["tier_2"]["model"]["hash"] == whole["model_hash"]


def test_analysts_decisions_change_boxes_and_are_written_down(say: Say, city_file: Path, tmp_path: Path) -> None:
    plain, touched, file = tmp_path / "a.json", tmp_path / "b.json", tmp_path / "decisions.jsonl"
    assert not say("make", "--events", city_file, "--as-of", "2022-06-01", "--area-share", "0.05", "--out", plain)
    x, y = json.loads(plain.read_text())["boxes"][0][:2]
    entry = {"action": "suppress", "x_m": x + 5, "y_m": y + 5, "reason": "road works", "analyst": "a1"}
    file.write_text(json.dumps(entry) + "\n")
    assert not say(
        "make",
        "--events",
        city_file,
        "--as-of",
        "2022-06-01",
        "--area-share",
        "0.05",
        "--out",
        touched,
        "--decisions",
        file,
    )
    after = json.loads(touched.read_text())
    assert [x, y] not in [box[:2] for box in after["boxes"]]
    assert after["decisions"] == ["suppressed 1 box(es) by a1: road works"]
    file.write_text(json.dumps(entry | {"reason": " "}) + "\n")
    assert say("make", "--events", city_file, "--as-of", "2022-06-01", "--out", touched, "--decisions", file) == 2


def test_the_kill_switch_stops_every_forecast(say: Say, city_file: Path, tmp_path: Path) -> None:
    switch, out = tmp_path / "off", tmp_path / "f.json"
    switch.touch()
    assert say("make", "--events", city_file, "--as-of", "2022-06-01", "--out", out, "--kill-switch", switch) == 1
    assert not out.exists()


HEAD = "occurred_at,reported_month,category,x_m,y_m\n"
BAD = {
    "unknown category": (HEAD + "2020-01-01T00:01,2020-01,jaywalk,1,2\n", "unknown category 'jaywalk'"),
    "discovered crime": (HEAD + "2020-01-01T00:01,2020-01,drug_possession,1,2\n", "patrols discover"),
    "no coordinates": (HEAD + "2020-01-01T00:01,2020-01,burglary,,\n", "no usable event (1 rows have no coordinates)"),
    "one week": (
        HEAD + "".join(f"2020-01-{d:02d},,burglary,{d * 400},9\n" for d in range(1, 8)),
        "only 7 days of history",
    ),
    "no target": (HEAD + "".join(f"2020-01-{d:02d},,assault,{d * 400},9\n" for d in range(1, 31)), "no burglary"),
    "columns": ("when,x,y\n", "has no column occurred_at"),
    "broken line": (HEAD + "2020-13-01,,burglary,1,2\n", "line 2 cannot be read"),
    "empty": ("", "has no column"),
    "far away": (HEAD + "2020-01-01,,burglary,1,2\n2020-01-31,,burglary,900000,2\n", "lie 900 km apart"),
    "infinite": (HEAD + "2020-01-01,,burglary,inf,2\n", "line 2 cannot be read"),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("packed", [False, True])
def test_bad_input_gets_one_sentence_and_exit_2(
    say: Say, case: str, packed: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, sentence = BAD[case]
    path = tmp_path / "events"
    path.write_bytes(gzip.compress(content.encode()) if packed else content.encode())
    day = "2020-01-08" if case == "one week" else "2020-02-20"
    assert say("make", "--events", path, "--as-of", day, "--area-share", "0.5", "--out", tmp_path / "f.json") == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1


def test_a_file_that_is_cut_short_or_missing_is_said(say: Say, city_file: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(city_file.read_bytes()[:5000])
    assert say("make", "--events", cut, "--as-of", "2022-06-01", "--out", tmp_path / "f.json") == 2
    assert say("make", "--events", tmp_path / "none.csv", "--as-of", "2022-06-01", "--out", tmp_path / "f.json") == 2


@pytest.mark.parametrize("place", ["one point", "spread"])
def test_days_without_clock_times_and_a_single_point_still_get_an_answer(say: Say, place: str, tmp_path: Path) -> None:
    first = dt.date(2020, 1, 1)
    lines = [
        f"{first + dt.timedelta(n % 400)},,theft_of_vehicle,{500 if place == 'one point' else 500 + n % 37 * 97},{n % 3 * 200 if place != 'one point' else 7}"
        for n in range(1200)
    ]
    path, out = tmp_path / "events.csv", tmp_path / "f.json"
    path.write_text(HEAD + "\n".join(lines) + "\n")
    share = "0.5" if place == "spread" else "0.2"
    code = say("make", "--events", path, "--as-of", "2021-02-04", "--area-share", share, "--shift", "day", "--out", out)
    if place == "one point":  # one square: a fifth of it is no box
        assert code == 2
        return
    assert code == 0
    made = json.loads(out.read_text())
    assert made["boxes"]
    assert all(0 < value < 3 for value in made["box_expected"])
