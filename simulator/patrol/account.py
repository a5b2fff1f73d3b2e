"""Shifts that were driven -> what they covered, how far and how evenly, each with a confidence interval; and what guidance gains."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from random import Random
from statistics import fmean
from typing import Any, Final

from forecast.guidance import COOL_DOWN_S, CREDIT_S, Dose, Square, Visit, dosed
from simulator.patrol.shift import Log

BOOTSTRAPS: Final = 1000


@dataclass(frozen=True, slots=True)
class Figures:
    """One shift of one or more cars, a car and hour.

    `covered`: expected hits of boxes while a car is in them, and for two hours after in proportion to the dose, up to all of them.
    `evenness`: 1 - Gini of the minutes that count, over boxes by their expected hits; 1: all boxes had what they were worth.
    """

    covered: float
    km: float
    visits: float
    in_boxes: float
    """Share of the time."""
    on_calls: float
    """Share of the time."""
    boxes_visited: float
    """Share of all boxes."""
    evenness: float


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over shifts with its 95 % interval, shifts resampled."""

    value: float
    low: float
    high: float


def figures(boxes: Sequence[Square], logs: Sequence[Log], hours: float) -> Figures:
    """Of one shift."""
    visits = sorted((visit for log in logs for visit in log.visits), key=lambda visit: visit.from_s)
    by_box = [[visit for visit in visits if visit.box == n] for n in range(len(boxes))]
    end_s = hours * 3600
    credits_s = [sum(visit.credit_s for visit in own) for own in by_box]
    cars = len(logs)
    covered = sum(box.expected * covered_s(own, end_s) / end_s for box, own in zip(boxes, by_box, strict=True))
    return Figures(
        covered=covered / hours / cars,
        km=sum(log.driven_m for log in logs) / 1000 / hours / cars,
        visits=len(visits) / hours / cars,
        in_boxes=sum(visit.dwell_s for visit in visits) / end_s / cars,
        on_calls=sum(log.on_calls_s for log in logs) / end_s / cars,
        boxes_visited=sum(bool(own) for own in by_box) / len(boxes),
        evenness=1 - gini(credits_s, [box.expected for box in boxes]),
    )


def covered_s(visits: Sequence[Visit], end_s: float) -> float:
    """Seconds of the shift for which one box counts as covered, by its visits in order of time."""
    total_s, dose, until_s = 0.0, None, 0.0
    for visit in visits:
        left_s = visit.from_s + visit.dwell_s
        total_s += _after(dose, visit.from_s, until_s)
        total_s += max(0.0, left_s - max(visit.from_s, until_s))
        dose, until_s = dosed(dose, visit, left_s), max(until_s, left_s)
    return total_s + _after(dose, end_s, until_s)


def gini(amounts: Sequence[float], worth: Sequence[float]) -> float:
    """0: each has its share by worth; 1: one has all. 0 when there is nothing to share out."""
    whole, value = sum(amounts), sum(worth)
    if not whole or not value:
        return 0.0
    share = below = 0.0
    area = 0.0
    for _, amount, own in sorted((a / w if w else 0.0, a, w) for a, w in zip(amounts, worth, strict=True)):
        below, share = share, share + amount / whole
        area += own / value * (below + share)
    return max(0.0, 1 - area)


def summary(shifts: dict[str, list[Figures]], seed: int) -> dict[str, Any]:
    """By way: each figure with its interval; and the gain of the guided way over each other in covered hits, shifts paired."""
    chance = Random(f"{seed}/bootstrap")
    count = len(next(iter(shifts.values())))
    draws = [[chance.randrange(count) for _ in range(count)] for _ in range(BOOTSTRAPS)]
    ways = {
        way: {name: asdict(_mean([getattr(one, name) for one in all_], draws)) for name in Figures.__slots__}
        for way, all_ in shifts.items()
    }
    ours = [one.covered for one in shifts["guided"]]
    gains = {
        way: asdict(_gain(ours, [one.covered for one in all_], draws))
        for way, all_ in shifts.items()
        if way != "guided"
    }
    return {"shifts": count, "ways": ways, "gain_of_guided_over": gains}


def table(result: dict[str, Any]) -> str:
    """For people."""
    lines = [
        f"{result['shifts']} shifts of {result['hours']:g} h, {result['cars']} car(s), {result['calls_per_hour']:g} calls an hour"
    ]
    lines.append(f"{'a car and hour':10}  {'covered hits':>26}  {'km':>6}  {'visits':>6}  {'in boxes':>8}  {'even':>5}")
    for way, one in result["ways"].items():
        c = one["covered"]
        covered = f"{c['value']:.4f} ({c['low']:.4f} to {c['high']:.4f})"
        cells = f"{one['km']['value']:6.1f}  {one['visits']['value']:6.2f}  {one['in_boxes']['value']:8.1%}  {one['evenness']['value']:5.2f}"
        lines.append(f"{way:14}  {covered:>22}  {cells}")
    for way, gain in result["gain_of_guided_over"].items():
        lines.append(f"guided covers {gain['value']:+.1%} ({gain['low']:+.1%} to {gain['high']:+.1%}) against {way}")
    return "\n".join(lines)


def _after(dose: Dose | None, until_s: float, from_s: float) -> float:
    """What a dose still covers from the end of the visit on, until the next one or the shift's end."""
    if dose is None:
        return 0.0
    return max(0.0, min(until_s, dose.ended_s + COOL_DOWN_S) - from_s) * min(1.0, dose.credit_s / CREDIT_S)


def _mean(values: Sequence[float], draws: Sequence[Sequence[int]]) -> Interval:
    return _interval(fmean(values), [fmean(values[n] for n in draw) for draw in draws])


def _gain(ours: Sequence[float], theirs: Sequence[float], draws: Sequence[Sequence[int]]) -> Interval:
    def ratio(which: Sequence[int]) -> float:
        base = sum(theirs[n] for n in which)
        return sum(ours[n] for n in which) / base - 1 if base else 0.0

    return _interval(ratio(range(len(ours))), [ratio(draw) for draw in draws])


def _interval(value: float, resampled: list[float]) -> Interval:
    ranked = sorted(resampled)
    low, high = ranked[round(0.025 * (len(ranked) - 1))], ranked[round(0.975 * (len(ranked) - 1))]
    return Interval(round(value, 6), round(low, 6), round(high, 6))
