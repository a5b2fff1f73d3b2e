"""Figures of an evaluation -> small SVG pictures: hit rate by area, calibration, map. No drawing library."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from forecast.model.rolling import OURS, ScoredDay

WIDTH, HEIGHT, MARGIN = 480, 320, 48
COLOURS: Final = ("#0b6e4f", "#b5651d")
MOST_POINTS = 60  # a curve needs no more; keeps files small
Line = Sequence[tuple[float, float]]


def hit_rate_curve(result: dict[str, object]) -> str:
    """Share of events caught against share of the area, for us and the naive count with free boxes."""
    ranks, share, boxes = result["by_rank"], result["area_share"], result["boxes"]
    assert isinstance(ranks, dict)
    assert isinstance(share, float)
    assert isinstance(boxes, int)
    lines: dict[str, Line] = {
        name: [(0.0, 0.0)]
        + [(100 * share * (k + 1) / boxes, 100 * v) for k, v in enumerate(values) if _kept(k, len(values))]
        for name, values in ranks.items()
        if values and values[-1] > 0
    }
    return _chart("Target events inside the boxes", "% of the area", "% of events", lines)


def calibration_chart(result: dict[str, object]) -> str:
    """Expected against seen hits of a box a day, in ten groups; the diagonal is honesty."""
    groups = result["calibration"]
    assert isinstance(groups, list)
    points = [(group["expected"], group["seen"]) for group in groups]
    most = max(max(point) for point in points)
    return _chart("Hits of a box a day", "expected", "seen", {OURS: points, "honest": [(0.0, 0.0), (most, most)]})


def box_map(days: Sequence[ScoredDay]) -> str:
    """Where boxes lay: the darker, the more days."""
    places: Counter[tuple[float, ...]] = Counter(tuple(box) for day in days for box in day.forecast.boxes.tolist())
    left, low = min(box[0] for box in places), min(box[1] for box in places)
    right, high = max(box[2] for box in places), max(box[3] for box in places)
    scale = (HEIGHT * 2) / max(high - low, right - left)
    squares = [
        f'<rect x="{(x0 - left) * scale:.1f}" y="{(high - y1) * scale:.1f}" width="{(x1 - x0) * scale:.1f}"'
        f' height="{(y1 - y0) * scale:.1f}" opacity="{max(n / len(days), 0.03):.2f}"/>'
        for (x0, y0, x1, y1), n in places.most_common(600)
    ]
    size = f'width="{(right - left) * scale:.0f}" height="{(high - low) * scale:.0f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><g fill="{COLOURS[0]}">{"".join(squares)}</g></svg>\n'


def _kept(index: int, length: int) -> bool:
    return index % max(1, length // MOST_POINTS) == 0 or index == length - 1


def _chart(title: str, x_name: str, y_name: str, lines: dict[str, Line]) -> str:
    right = max(x for line in lines.values() for x, _ in line) or 1.0
    top = max(y for line in lines.values() for _, y in line) or 1.0
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/><text x="{MARGIN}" y="20" font-size="14">{title}</text>',
        f'<path d="M{MARGIN} {MARGIN - 16}V{HEIGHT - MARGIN}H{WIDTH - 16}" fill="none" stroke="#444"/>',
        *(_tick(step / 4, right, top) for step in range(1, 5)),
        f'<text x="{WIDTH // 2}" y="{HEIGHT - 8}">{x_name}</text>',
        f'<text transform="translate(12 {HEIGHT // 2}) rotate(-90)">{y_name}</text>',
    ]
    for (name, line), colour, row in zip(lines.items(), COLOURS, range(len(COLOURS)), strict=False):
        path = "L".join(f"{_x(x / right):.1f} {_y(y / top):.1f}" for x, y in line)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{WIDTH - 190}" y="{HEIGHT - MARGIN - 30 + 15 * row}" fill="{colour}">{name}</text>')
    return "".join(parts) + "</svg>\n"


def _tick(part: float, right: float, top: float) -> str:
    return (
        f'<text x="{_x(part) - 12:.0f}" y="{HEIGHT - MARGIN + 16}">{part * right:.3g}</text>'
        f'<text x="{MARGIN - 32}" y="{_y(part) + 4:.0f}">{part * top:.3g}</text>'
    )


def _x(part: float) -> float:
    return MARGIN + part * (WIDTH - 16 - MARGIN)


def _y(part: float) -> float:
    return HEIGHT - MARGIN - part * (HEIGHT - 2 * MARGIN + 16)
