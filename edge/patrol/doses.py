"""This car's visits, and what headquarters says of all cars' -> what each box has had lately. [proto-12.5]"""

from dataclasses import replace
from typing import Any

from forecast.guidance import Dose, Orders, Visit, dosed
from proto.dosage import BoxDose


class Doses:
    """By box of one forecast. Times are uptime in seconds."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._own: list[Dose | None] = [None] * len(orders.boxes)
        self._told: list[Dose | None] = [None] * len(orders.boxes)

    def visited(self, visit: Visit, ended_s: float) -> None:
        """This car's own."""
        self._own[visit.box] = dosed(self._own[visit.box], visit, ended_s)

    def told(self, doses: tuple[BoxDose, ...], now_s: float) -> None:
        """Headquarters' word replaces its word before; of places where no box is, nothing is kept."""
        for dose in doses:
            box = self._box_at(dose.lat_e6 / 1e6, dose.lon_e6 / 1e6)
            if box is not None:
                self._told[box] = Dose(dose.credit_s, now_s - dose.ago_s)

    def now(self) -> list[Dose | None]:
        """For each box the larger of both, credit and end alike: neither is a sum with the other."""
        return [_larger(own, told) for own, told in zip(self._own, self._told, strict=True)]

    def carry_over(self, before: "Doses") -> None:
        """Of the forecast before: what is known of a box whose middle lies in one of these."""
        for index, (own, told) in enumerate(zip(before._own, before._told, strict=True)):
            if own is None and told is None:
                continue
            box = self._box_at(*before._orders.middle(index))
            if box is not None:
                self._own[box], self._told[box] = own, told

    def table(self) -> list[list[float]]:
        """This car's own, to be kept: [box, credited seconds, end]."""
        return [[box, dose.credit_s, dose.ended_s] for box, dose in enumerate(self._own) if dose is not None]

    def load(self, table: object) -> None:
        """What `table` gave. Raises ValueError for anything else, and then nothing is changed."""
        own = list(self._own)
        for row in table if isinstance(table, list) else [None]:
            box, dose = _row(row)
            if box >= len(own):
                raise ValueError("no such box")
            own[box] = dose
        self._own = own

    def _box_at(self, lat_deg: float, lon_deg: float) -> int | None:
        spot = self._orders.spot(0.0, lat_deg, lon_deg, None)
        if spot is None:
            return None
        return next((n for n, box in enumerate(self._orders.boxes) if box.holds(spot.x_m, spot.y_m)), None)


def _larger(own: Dose | None, told: Dose | None) -> Dose | None:
    if own is None or told is None:
        return own or told
    return replace(own, credit_s=max(own.credit_s, told.credit_s), ended_s=max(own.ended_s, told.ended_s))


def _row(row: Any) -> tuple[int, Dose]:  # noqa: ANN401 - JSON
    match row:
        case [int(box), int() | float() as credit_s, int() | float() as ended_s] if box >= 0:
            return box, Dose(float(credit_s), float(ended_s))
    raise ValueError("no dose")
