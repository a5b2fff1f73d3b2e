"""Points of growing costs -> small SVG pictures with a logarithmic x axis, one for each figure. No drawing library."""

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Final
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 360, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 34, 40
COLOUR: Final = "#0b6e4f"
_STEPS: Final = 4  # ticks of the y axis
Point = tuple[float, float]


def curve(title: str, x_name: str, points: Sequence[Point]) -> str:
    """One figure over what grows, from zero up; x = 0 stands where 1 would."""
    axis = [(log10(max(x, 1.0)), y) for x, y in points]
    low, high = floor(min(x for x, _ in axis)), max(ceil(max(x for x, _ in axis)), floor(min(x for x, _ in axis)) + 1)
    top = _round_up(max(y for _, y in axis))

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            LEFT + (x - low) / (high - low) * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - y / top * (HEIGHT - TOP - BOTTOM),
        )

    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in (place(*point) for point in axis))
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"',
            f' font-family="sans-serif" font-size="11" role="img"><title>{escape(title)}</title>',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/><text x="{LEFT}" y="18" font-size="13">{escape(title)}</text>',
            *(_across(place(low, top * step / _STEPS)[1], top * step / _STEPS) for step in range(_STEPS + 1)),
            *(_tick(place(power, 0)[0], power) for power in range(low, high + 1)),
            f'<text x="{WIDTH / 2:.0f}" y="{HEIGHT - 6}" text-anchor="middle">{escape(x_name)}</text>',
            f'<path d="M{path}" fill="none" stroke="{COLOUR}" stroke-width="2"/>',
            *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{COLOUR}"/>' for x, y in (place(*p) for p in axis)),
            "</svg>\n",
        ]
    )


def _across(y: float, value: float) -> str:
    return (
        f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
        f'<text x="{LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{value:,.6g}</text>'
    )


def _tick(x: float, power: int) -> str:
    said = f"{10**power:,}" if power < 4 else f"10<tspan dy='-4' font-size='8'>{power}</tspan>"
    return f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{said}</text>'


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 5, 8, 10 times a power of ten: four steps of it read well."""
    if value <= 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= value * 0.999)
