"""Boxes of many days (and patrol minutes, when known) in, how evenly they fall on the city out."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from forecast.model.lattice import Floats

DISTRICT_M = 1000.0  # squares of a kilometre stand in where no districts are given


def gini(amounts: Sequence[float]) -> float:
    """0 when all have the same, towards 1 when one has all; 0 for nothing."""
    values = np.sort(np.asarray(amounts, np.float64))
    total = float(values.sum())
    if not len(values) or total <= 0:
        return 0.0
    ranks = np.arange(1, len(values) + 1)
    return float((2 * ranks - len(values) - 1) @ values / (len(values) * total))


def district_of(x_m: float, y_m: float) -> tuple[int, int]:
    """The kilometre square of a point."""
    return int(x_m // DISTRICT_M), int(y_m // DISTRICT_M)


def evenness(
    boxes: Sequence[Floats],
    lived_in: Collection[tuple[int, int]] = (),
    minutes: Mapping[tuple[int, int], float] | None = None,
) -> dict[str, object]:
    """Box-days by kilometre square: Gini, the busiest squares, squares never flagged, places that never change.

    lived_in: squares with any event before, which Gini counts as nothing when never flagged; minutes: of patrol by square.
    """
    squares: Counter[tuple[int, int]] = Counter()
    places: Counter[tuple[float, float]] = Counter()
    for day in boxes:
        middles = (day[:, :2] + day[:, 2:]) / 2
        squares.update(district_of(x, y) for x, y in middles)
        places.update((float(x), float(y)) for x, y in np.floor(middles / 250.0))
    never = set(lived_in) - squares.keys()
    total = max(sum(squares.values()), 1)
    return {
        "squares_flagged": len(squares),
        "squares_never_flagged": len(never),
        "gini_of_box_days": round(gini([*squares.values(), *(0 for _ in never)]), 4),
        "share_of_busiest_tenth": round(sum(n for _, n in squares.most_common(max(1, len(squares) // 10))) / total, 4),
        "places_flagged_every_day": sum(1 for n in places.values() if n >= len(boxes)),
        "gini_of_minutes": None if minutes is None else round(gini(list(minutes.values())), 4),
    }
