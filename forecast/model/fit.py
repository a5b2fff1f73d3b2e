"""Past days of one city in, the weights of the mixture out: expectation maximisation on what followed in the boxes that matter."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecast.categories import TARGETS
from forecast.model.events import Events
from forecast.model.lattice import Floats, Lattice, box_sums, field, lattice_over
from forecast.model.recipe import OWN, TERMS, term_field
from forecast.model.surface import COARSE_STEPS

SPAN_DAYS = 730  # two years of practice: seasons twice, and what holds now
PRACTICE_DAYS = 32  # days on which the past is played: one every three weeks, some 3 s of work
FEWEST_DAYS = 12  # a wide or busy city tells more a day and costs more: it is practised on fewer days
PRACTICE_WORK = 8_000_000  # cells or events, whichever are more, over all practice days
HORIZON_DAYS = 7  # what follows a practice day is summed: a week is quieter than a day and no staler
MIN_HISTORY_DAYS = 365  # no practice without a year before it
CONTENDERS = 0.10  # share of the area whose boxes are practised on: twice what is ever chosen
THINNING = 7  # overlapping boxes tell the same story: every seventh is kept
PRIOR_EVENTS = (
    200.0  # how many events the prior weighs against the city's own: thin cities need their own, longer memory
)
ROUNDS = 300  # the terms resemble each other, so EM is slow; later rounds change nothing that validation sees
HELD_OUT = 1 / 3  # the last practice days decide between recipes
GAIN_NEEDED = 0.0  # log likelihood on held-out days by which other crime types must win to be let in

OWN_ONLY: Final = np.arange(len(TERMS)) < len(OWN)
ALL: Final = np.ones(len(TERMS), np.bool_)
RECIPES: Final = {"targets": OWN_ONLY, "targets and other crime": ALL}


@dataclass(frozen=True, slots=True)
class Practice:
    """rates: what each term expects a day, (n, terms); seen: target events a day that followed, (n,); day: which practice day, (n,)."""

    rates: Floats
    seen: Floats
    day: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The mixture's weights (one for each of recipe.TERMS), the recipe's name and by how much it won on held-out days (log likelihood)."""

    weights: Floats
    recipe: str
    held_out_gain: float


def fitted(events: Events, day: int, box_m: float) -> Fitted:
    """Weights from trainable events before `day`; the prior where the history is too short to practise."""
    practised = practice(events, day, box_m)
    prior = np.array([term.prior for term in TERMS]) * OWN_ONLY
    if practised is None or practised.seen.sum() <= 0:
        return Fitted(prior, "prior", 0.0)
    gain = _held_out(practised, ALL) - _held_out(practised, OWN_ONLY)
    name = "targets and other crime" if gain > GAIN_NEEDED else "targets"
    return Fitted(maximised(practised, RECIPES[name]), name, float(gain))


def practice(events: Events, day: int, box_m: float) -> Practice | None:
    """Practice days spread evenly over the last two years before `day`, or None when less than a year comes before them."""
    if not len(events):
        return None
    first = max(int(events.day[0]) + MIN_HISTORY_DAYS, day - SPAN_DAYS)
    if first > day - HORIZON_DAYS or not len(events.targets()):
        return None
    lattice = lattice_over(events.x_m, events.y_m, box_m, COARSE_STEPS)
    work = max(lattice.columns * lattice.rows, len(events))
    wanted = int(np.clip(PRACTICE_WORK // work, FEWEST_DAYS, PRACTICE_DAYS))
    days = np.unique(np.linspace(first, day - HORIZON_DAYS, wanted).astype(np.int64))
    at = lattice.cells(events.x_m, events.y_m)
    parts = [_played(events, at, lattice, int(d)) for d in days]
    return Practice(
        np.concatenate([rates for rates, _ in parts]),
        np.concatenate([seen for _, seen in parts]),
        np.repeat(days, [len(seen) for _, seen in parts]),
    )


def maximised(practised: Practice, used: NDArray[np.bool_]) -> Floats:
    """Non-negative weights that maximise the Poisson likelihood with a Dirichlet-like prior; unused terms get 0."""
    prior = np.array([term.prior for term in TERMS])[used]
    rates = practised.rates[:, used]
    exposure = rates.sum(axis=0) + 1e-9
    # The prior acts as PRIOR_EVENTS earlier events shared out as the prior weights say.
    strength = PRIOR_EVENTS / HORIZON_DAYS / max(float(practised.seen.sum()), 1e-9)
    pseudo = strength * prior * exposure
    weights = prior.copy()
    for _ in range(ROUNDS):
        expected = rates @ weights + 1e-12
        weights = (weights * (rates.T @ (practised.seen / expected)) + pseudo) / (exposure * (1 + strength))
    full = np.zeros(len(TERMS))
    full[used] = weights
    return np.round(full, 12)


def _played(events: Events, at: NDArray[np.int64], lattice: Lattice, day: int) -> tuple[Floats, Floats]:
    """What each term expected on `day` in the contending boxes, and what followed there."""
    past = events.before(day)
    n = len(past)
    sums = [box_sums(term_field(term, past, lattice, at[:n], day), COARSE_STEPS).ravel() for term in TERMS]
    prior = sum(term.prior * values for term, values in zip(OWN, sums[: len(OWN)], strict=True))
    score = np.asarray(prior)
    chosen = np.flatnonzero(score >= _threshold(score))
    chosen = chosen[(chosen * 2654435761 + day) % THINNING == 0]
    low, high = np.searchsorted(events.day, (day, day + HORIZON_DAYS))
    later = events.category[low:high] < len(TARGETS)
    seen = box_sums(field(lattice, at[low:high][later], None), COARSE_STEPS).ravel()[chosen]
    return np.stack([values[chosen] for values in sums], axis=1), np.round(seen) / HORIZON_DAYS


def _threshold(score: Floats) -> float:
    """The score that the contenders reach: CONTENDERS of the anchors with any history."""
    alive = score[score > 1e-9]
    if not len(alive):
        return 0.0
    return float(
        np.partition(alive, int((1 - CONTENDERS) * (len(alive) - 1)))[int((1 - CONTENDERS) * (len(alive) - 1))]
    )


def _held_out(practised: Practice, used: NDArray[np.bool_]) -> float:
    """Log likelihood of the last third of practice days under weights of the first two thirds, in independent events."""
    days = np.unique(practised.day)
    if len(days) < 6:
        return 0.0
    split = days[int(len(days) * (1 - HELD_OUT))]
    early, late = practised.day < split - HORIZON_DAYS, practised.day >= split
    weights = maximised(Practice(practised.rates[early], practised.seen[early], practised.day[early]), used)
    expected = practised.rates[late] @ weights + 1e-12
    overlap = COARSE_STEPS**2 / THINNING  # each event is counted in so many kept boxes
    return float((practised.seen[late] * np.log(expected) - expected).sum()) * HORIZON_DAYS / overlap
