"""Rates of places, what patrols see and what a model learns from in; how much of the possible it still catches out. A simulation."""

from dataclasses import dataclass

import numpy as np

from forecast.model.lattice import Floats


@dataclass(frozen=True, slots=True)
class Loop:
    """One run: the share of the ideal that the boxes caught at the end, and how many places were ever chosen in the last year."""

    capture: float
    places_chosen: int


def feedback(
    rates: Floats, days: int, boxes: int, discovered: float, tau_days: float, drift: float, rng: np.random.Generator
) -> Loop:
    """Plays `days` of: choose the `boxes` best places by decayed counts, events happen, the counts learn.

    rates: events a day by place. discovered: what a patrol finds a day in its box and feeds back; 0 is training on victims'
    reports only. drift: standard deviation a day of the places' log rates, about their start. Capture is counted over the last fifth.
    """
    history = rng.poisson(rates * tau_days).astype(np.float64)
    wander = np.zeros_like(rates)
    caught = possible = 0.0
    chosen_late: set[int] = set()
    for today in range(days):
        wander = 0.998 * wander + rng.normal(0.0, drift, len(rates))
        true = rates * np.exp(wander)
        chosen = np.argsort(-history, kind="stable")[:boxes]
        if today >= days * 4 // 5:
            caught += float(true[chosen].sum())
            possible += float(np.sort(true)[-boxes:].sum())
            chosen_late.update(int(place) for place in chosen)
        history *= np.exp(-1.0 / tau_days)
        history += rng.poisson(true)
        history[chosen] += rng.poisson(discovered, boxes)
    return Loop(caught / possible, len(chosen_late))
