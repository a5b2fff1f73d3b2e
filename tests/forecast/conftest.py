"""A seed in, an invented city's events and their CSV file out."""

import datetime as dt
import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from forecast.categories import CATEGORIES
from forecast.model.events import Events, sorted_events

FIRST = dt.date(2020, 1, 1).toordinal()
SIDE_M = 4000
CORNER_M = 100_000


def invented(seed: int, days: int, a_day: float) -> Events:
    """A square city with some very busy addresses, busy streets and quiet land; hot addresses slowly change."""
    rng = np.random.default_rng(seed)
    count = rng.poisson(days * a_day)
    day = rng.integers(0, days, count)
    hot = rng.integers(0, SIDE_M, (60, 2))
    pull = rng.pareto(1.2, 60) + 0.2
    kind = rng.random(count)
    spot = rng.choice(60, count, p=pull / pull.sum())
    spot = np.where(day > days // 2, (spot + (rng.random(count) < 0.3)) % 60, spot)
    near = hot[spot] + rng.normal(0, 8, (count, 2))
    anywhere = rng.integers(0, SIDE_M, (count, 2))
    place = np.where((kind < 0.5)[:, None], near, anywhere)
    place = np.clip(place, 0, SIDE_M - 1).astype(np.int32) + CORNER_M
    return sorted_events(
        (FIRST + day).astype(np.int32),
        rng.integers(0, 1440, count).astype(np.int16),
        rng.choice(len(CATEGORIES), count, p=[0.2, 0.15, 0.3, 0.1, 0.08, 0.07, 0.05, 0.05]).astype(np.int8),
        place[:, 0],
        place[:, 1],
    )


@pytest.fixture(scope="session")
def city() -> Events:
    """Two and a half years, 30 events a day."""
    return invented(1, 912, 30)


@pytest.fixture(scope="session")
def rows() -> Callable[[Events], list[str]]:
    """Events as lines of the column contract, header first."""

    def lines(events: Events) -> list[str]:
        out = ["occurred_at,reported_month,category,x_m,y_m"]
        for day, minute, code, x, y in zip(
            events.day.tolist(),
            events.minute.tolist(),
            events.category.tolist(),
            events.x_m.tolist(),
            events.y_m.tolist(),
            strict=True,
        ):
            date = dt.date.fromordinal(day)
            out.append(f"{date}T{minute // 60:02d}:{minute % 60:02d},{date:%Y-%m},{CATEGORIES[code]},{x},{y}")
        return out

    return lines


@pytest.fixture(scope="session")
def city_file(city: Events, rows: Callable[[Events], list[str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city as a gzip file."""
    path = tmp_path_factory.mktemp("city") / "events.csv.gz"
    path.write_bytes(gzip.compress(("\n".join(rows(city)) + "\n").encode(), mtime=0))
    return path
