"""Boxes in, boxes with audit marks and analysts' decisions out; the switch that ends a forecast. Pure Python."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

AUDIT_SHARE: Final = 0.07  # 5-10 % of boxes are left unpatrolled at random, or nobody can ever tell whether boxes help
ACTIONS: Final = ("suppress", "add")
Corners = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Marked:
    """A box (x_min, y_min, x_max, y_max in metres), its expected hits, whether it is an audit box (not patrolled) and why an analyst touched it."""

    corners: Corners
    expected: float
    audit: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """An analyst's word on a place: suppress the boxes that hold the point, or add a box around it. ValueError without a reason and a name."""

    action: str
    x_m: float
    y_m: float
    reason: str
    analyst: str

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(f"an analyst can {' or '.join(ACTIONS)} a box, not '{self.action}'")
        if not self.reason.strip() or not self.analyst.strip():
            raise ValueError("a decision needs a reason and a name")


def audited(boxes: Sequence[Marked], day: int, key: bytes, share: float = AUDIT_SHARE) -> list[Marked]:
    """Marks `share` of the boxes (at least one of ten or more) as audit boxes; drawn by a keyed hash, so anyone with the key can check the draw."""
    wanted = max(round(share * len(boxes)), 1 if len(boxes) >= 10 else 0)
    drawn = set(sorted(range(len(boxes)), key=lambda index: _lot(boxes[index], day, key))[:wanted])
    return [Marked(b.corners, b.expected, index in drawn, b.reason) for index, b in enumerate(boxes)]


def decided(boxes: Sequence[Marked], decisions: Sequence[Decision], side_m: float) -> tuple[list[Marked], list[str]]:
    """Boxes after the analysts' decisions, and a line for each thing done. An added box has no expected hits of its own and may not overlap."""
    kept, log = list(boxes), []
    for decision in decisions:
        if decision.action == "suppress":
            gone = [b for b in kept if _holds(b.corners, decision.x_m, decision.y_m)]
            kept = [b for b in kept if b not in gone]
            log.append(f"suppressed {len(gone)} box(es) by {decision.analyst}: {decision.reason}")
            continue
        x, y = decision.x_m - side_m / 2, decision.y_m - side_m / 2
        added = Marked((x, y, x + side_m, y + side_m), 0.0, reason=decision.reason)
        if any(_overlap(b.corners, added.corners) for b in kept):
            log.append(f"not added, overlaps a box, by {decision.analyst}: {decision.reason}")
            continue
        kept.append(added)
        log.append(f"added 1 box by {decision.analyst}: {decision.reason}")
    return kept, log


def capped(boxes: Sequence[Marked], most: int, district_m: float) -> list[Marked]:
    """The boxes in order, at most `most` with their middle in one square district of district_m."""
    seen: Counter[tuple[int, int]] = Counter()
    kept = []
    for box in boxes:
        x_min, y_min, x_max, y_max = box.corners
        district = (int((x_min + x_max) / 2 // district_m), int((y_min + y_max) / 2 // district_m))
        seen[district] += 1
        if seen[district] <= most:
            kept.append(box)
    return kept


def patrolled(boxes: Sequence[Marked]) -> list[Marked]:
    """What cars may see: never an audit box."""
    return [box for box in boxes if not box.audit]


def _lot(box: Marked, day: int, key: bytes) -> bytes:
    return hashlib.blake2b(f"{day}:{box.corners}".encode(), key=key[:64]).digest()


def _holds(corners: Corners, x_m: float, y_m: float) -> bool:
    return corners[0] <= x_m < corners[2] and corners[1] <= y_m < corners[3]


def _overlap(a: Corners, b: Corners) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
