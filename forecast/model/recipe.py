"""Kinds of history (crime types, decay, spread) in, how much one past event counts today out."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from forecast.categories import CATEGORIES, CODES, TARGETS
from forecast.model.events import Events
from forecast.model.lattice import Floats, Lattice, field

TARGET_CODES: Final = tuple(range(len(TARGETS)))
GAUSSIAN_REACH = 3.0  # standard deviations; 0.3 % of the weight lies beyond


@dataclass(frozen=True, slots=True)
class Term:
    """One column of the mixture: events of some categories, decayed over tau_days (None: all alike), spread by sigma_m (None: not at all)."""

    categories: tuple[int, ...]
    tau_days: float | None
    sigma_m: float | None
    prior: float

    def rates(self, elapsed_days: int) -> Floats:
        """Events a day that one event of age 0..elapsed_days stands for; sums to one over a steady history."""
        ages = np.arange(elapsed_days + 1)
        if self.tau_days is None:
            return np.full(elapsed_days + 1, 1.0 / max(elapsed_days, 1))
        shown = self.tau_days * -np.expm1(-max(elapsed_days, 1) / self.tau_days)
        return np.asarray(np.exp(-ages / self.tau_days) / shown)


def _targets(tau_days: float | None, prior: float, sigma_m: float | None = None) -> Term:
    return Term(TARGET_CODES, tau_days, sigma_m, prior)


# Decays span a week to for ever; priors lie near what EM found before 2015 and before 2018 on the first city (docs/forecast.md).
OWN: Final = (
    _targets(None, 0.26), _targets(730, 0.24), _targets(270, 0.18), _targets(90, 0.09), _targets(30, 0.06), _targets(7, 0.02),
    _targets(60, 0.10, 150), _targets(730, 0.03, 150), _targets(60, 0.06, 400),
)  # fmt: skip
OTHERS: Final = tuple(
    Term((CODES[name],), tau_days, None, prior)
    for name, tau_days, prior in (
        ("criminal_damage", 60, 0.03), ("criminal_damage", 730, 0.03),
        ("assault", 60, 0.06), ("assault", 730, 0.03),
        ("other_theft", 60, 0.01), ("other_theft", 730, 0.01),
    )
)  # fmt: skip
TERMS: Final = OWN + OTHERS


def term_field(
    term: Term, events: Events, cells: Lattice, at: "np.ndarray[tuple[int], np.dtype[np.int64]]", day: int
) -> Floats:
    """Expected events a day in each cell by one term. `at`: cell of each event; every event lies before `day`."""
    rates = term.rates(day - int(events.day[0]))
    # One gather from a [category, age] table is quicker than picking the category's events first.
    values = field(cells, at, rates[day - events.day] * picked(term.categories)[events.category])
    return values if term.sigma_m is None else blurred(values, term.sigma_m / cells.cell_m)


def picked(categories: tuple[int, ...]) -> Floats:
    """1 for each of the categories, 0 for the others, by code."""
    chosen = np.zeros(len(CATEGORIES))
    chosen[list(categories)] = 1.0
    return chosen


def weight_table(weights: Floats, elapsed_days: int, categories: int) -> Floats:
    """Weight of one unsmoothed event by [category, age in days], all unsmoothed terms together."""
    table = np.zeros((categories, elapsed_days + 1))
    for term, weight in zip(TERMS, weights, strict=True):
        if term.sigma_m is None and weight > 0:
            table[list(term.categories)] += weight * term.rates(elapsed_days)
    return table


def blurred(values: Floats, sigma_cells: float) -> Floats:
    """Convolved with a Gaussian, zero outside; the sum is kept up to the borders."""
    reach = int(np.ceil(GAUSSIAN_REACH * sigma_cells))
    offsets = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (offsets / sigma_cells) ** 2)
    kernel /= kernel.sum()
    return _convolved(_convolved(values, kernel).T, kernel).T


def _convolved(values: Floats, kernel: Floats) -> Floats:
    """Each row with the kernel: shifted sums along axis 1, in cache-friendly order."""
    reach = len(kernel) // 2
    padded = np.pad(values, ((0, 0), (reach, reach)))
    out = np.zeros_like(values)
    for step, weight in enumerate(kernel):
        out += weight * padded[:, step : step + values.shape[1]]
    return out
