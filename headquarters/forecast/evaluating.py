"""Scored days in, one evaluation out: hit rates with intervals, gains over the baselines, calibration, evenness."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from forecast.model.control import shuffled
from forecast.model.disparity import DISTRICT_M, evenness
from forecast.model.events import Events
from forecast.model.rolling import NAIVE_FREE, OURS, ScoredDay, Trial, scored_days
from forecast.model.scoring import BOOTSTRAPS, Interval, gain, hit_rate
from forecast.model.volume import Weather

SEED = 7  # intervals are the same at every run
BINS = 10

Json = dict[str, object]


def evaluated(
    events: Events,
    test: Trial,
    weather: Mapping[int, Weather],
    boxes_out: Path | None,
    said: Callable[[str], None],
    control: int | None = None,
) -> tuple[list[ScoredDay], Json]:
    """Plays the test; writes a line of boxes a day when asked; says each month how it goes. The second value is the JSON result.

    control: a seed; learns from shuffled places and scores on the true ones, which must show no skill.
    """
    days: list[ScoredDay] = []
    lines = []
    history = None if control is None else shuffled(events, test.box_m, np.random.default_rng(control))
    for scored in scored_days(events, test, weather, history):
        days.append(scored)
        lines.append(json.dumps(boxes_line(scored)))
        if dt.date.fromordinal(scored.forecast.day + 1).day == 1 or scored.forecast.day + 1 == test.end:
            said(_so_far(days))
    if boxes_out is not None:
        boxes_out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    past = events.before(test.first)
    lived_in = set(
        zip((past.x_m // DISTRICT_M).astype(int).tolist(), (past.y_m // DISTRICT_M).astype(int).tolist(), strict=True)
    )
    return days, summary(days, test, bool(weather), lived_in)


def boxes_line(scored: ScoredDay) -> Json:
    """The line of `--boxes-out` for one day (forecasting.md)."""
    return {
        "date": dt.date.fromordinal(scored.forecast.day).isoformat(),
        "boxes": [[_short(v) for v in box] for box in scored.forecast.boxes],
        "expected": round(float(scored.forecast.expected.sum()), 4),
    }


def summary(days: list[ScoredDay], test: Trial, with_weather: bool, lived_in: set[tuple[int, int]]) -> Json:
    """All figures of an evaluation; plain JSON types only."""
    events = np.array([day.events for day in days])
    hit = {name: np.array([day.hits[name] for day in days]) for name in (OURS, *test.methods)}
    draws = np.random.default_rng(SEED).integers(0, len(days), (BOOTSTRAPS, len(days)))
    expected = np.array([day.forecast.expected.sum() for day in days])
    boxes = len(days[0].forecast.boxes)
    return {
        "from": dt.date.fromordinal(test.first).isoformat(),
        "to": dt.date.fromordinal(test.end - 1).isoformat(),
        "days": len(days), "events": int(events.sum()), "area_share": test.area_share, "box_m": test.box_m, "boxes": boxes,
        "hit_rate": {name: _interval(hit_rate(counts, events, draws)) for name, counts in hit.items()},
        "gain_over": {name: _interval(gain(hit[OURS], hit[name], draws)) for name in test.methods},
        "pai": round(float(hit[OURS].sum() / max(events.sum(), 1) / test.area_share), 2),
        "expected_hits": round(float(expected.sum()), 1), "actual_hits": int(hit[OURS].sum()),
        "expected_over_actual": round(float(expected.sum() / max(hit[OURS].sum(), 1)), 4),
        "box_days_with_a_hit": round(float(np.mean([(day.box_hits > 0).mean() for day in days])), 4),
        "calibration": _calibration(days), "by_rank": _by_rank(days, int(events.sum())),
        "volume": _volume(days, events, with_weather), "evenness": evenness([day.forecast.boxes for day in days], lived_in),
        "recipes": sorted({day.ready.fitted.recipe for day in days}),
    }  # fmt: skip


def table(result: Json) -> str:
    """The evaluation as lines of text for people."""
    rates, gains = result["hit_rate"], result["gain_over"]
    assert isinstance(rates, dict)
    assert isinstance(gains, dict)
    head = (
        f"{result['days']} days {result['from']}..{result['to']}, {result['events']} target events,"
        f" {result['boxes']} boxes of {result['box_m']:g} m ({result['area_share']:.2%} of the area)"
    )
    lines = [
        head,
        f"{'method':32s} {'hit rate':>8s}  {'95 % interval':17s} {'our gain':>8s}  95 % interval",
    ]
    for name, rate in sorted(rates.items(), key=lambda item: item[1]["value"]):
        line = f"{name:32s} {rate['value']:8.4f}  {rate['low']:.4f} .. {rate['high']:.4f}"
        if name in gains:
            better = gains[name]
            line += f"  {better['value']:+8.1%}  {better['low']:+.1%} .. {better['high']:+.1%}"
        lines.append(line)
    lines.append(
        f"expected hits {result['expected_hits']}, actual {result['actual_hits']} (ratio {result['expected_over_actual']});"
        f" a box has a hit on {result['box_days_with_a_hit']:.1%} of days"
    )
    return "\n".join(lines)


def _so_far(days: list[ScoredDay]) -> str:
    events = max(sum(day.events for day in days), 1)
    rates = ", ".join(
        f"{name} {sum(day.hits[name] for day in days) / events:.4f}"
        for name in (OURS, NAIVE_FREE)
        if name in days[0].hits
    )
    return f"{dt.date.fromordinal(days[-1].forecast.day)}: {len(days)} days, hit rate {rates}"


def _calibration(days: list[ScoredDay]) -> list[Json]:
    """Box-days in ten groups by expected hits: what was expected and what came, a box a day."""
    expected = np.concatenate([day.forecast.expected for day in days])
    seen = np.concatenate([day.box_hits for day in days])
    groups = np.array_split(np.argsort(expected, kind="stable"), BINS)
    return [
        {"expected": round(float(expected[g].mean()), 5), "seen": round(float(seen[g].mean()), 5), "box_days": len(g)}
        for g in groups
        if len(g)
    ]


def _by_rank(days: list[ScoredDay], events: int) -> dict[str, list[float]]:
    """Share of events caught by the first 1, 2, ... boxes."""
    return {
        name: [round(float(v), 5) for v in np.cumsum(_summed([getattr(day, field) for day in days])) / max(events, 1)]
        for name, field in ((OURS, "box_hits"), (NAIVE_FREE, "naive_hits"))
    }


def _summed(rows: list["np.ndarray[tuple[int], np.dtype[np.int64]]"]) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Sums by rank; a day with fewer boxes counts nothing at the missing ranks."""
    width = max(len(row) for row in rows)
    return np.asarray(np.sum([np.pad(row, (0, width - len(row))) for row in rows], axis=0))


def _volume(days: list[ScoredDay], events: "np.ndarray[tuple[int], np.dtype[np.int64]]", with_weather: bool) -> Json:
    """How well the day's number was foreseen: mean absolute error, and what weather was worth (log likelihood a day; nil is shown too)."""
    told = np.array([max(day.volume, 1e-9) for day in days])
    plain = np.array([max(day.volume_without_weather, 1e-9) for day in days])
    worth = (events * np.log(told) - told) - (events * np.log(plain) - plain)
    spread = float(worth.std(ddof=1) / np.sqrt(len(days))) if len(days) > 1 else 0.0
    return {
        "mean_error": round(float(np.abs(told - events).mean()), 3),
        "mean_error_without_weather": round(float(np.abs(plain - events).mean()), 3),
        "weather_given": with_weather,
        "log_likelihood_gain_of_weather_a_day": round(float(worth.mean()), 4),
        "standard_error": round(spread, 4),
    }


def _interval(value: Interval) -> Json:
    return {"value": round(value.value, 5), "low": round(value.low, 5), "high": round(value.high, 5)}


def _short(value: float) -> float | int:
    return int(value) if float(value).is_integer() else round(float(value), 3)
