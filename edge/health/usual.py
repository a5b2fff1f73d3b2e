"""A camera's plates per minute of driving, hour by hour -> whether it reads far fewer than it used to. Pure, and small.

Traffic differs a hundredfold between hours and streets, so a camera is held against its own hour of the day, and, where
there are other cameras, against how far they are from theirs: an empty street empties them all.
"""

from collections.abc import Mapping
from typing import Any, Final

from edge.health.evidence import Look

SPAN_S: Final = 1200.0  # of driving: one sample
FEW: Final = 0.2  # of what the others' share of their usual lets expect
ENOUGH: Final = 0.4
ALONE: Final = 0.5  # without others: as if they were at half of their usual, for nobody tells of the street
LEAST_EXPECTED: Final = 40.0  # plates in a span; below it chance alone halves and doubles
LEAST_SAMPLES: Final = 3
MOST_SAMPLES: Final = 8  # how much an hour remembers: some two weeks of shifts
HOURS: Final = 24
MOST_RATE: Final = 60_000.0  # plates a minute; a file that says more is damaged


class Usual:
    """The history of one camera: for each hour of the day its rate, the others' rate, and of how many samples."""

    def __init__(self) -> None:
        self.is_unsaved = False
        self._hours: list[list[float]] = [[0.0, 0.0, 0] for _ in range(HOURS)]
        self._moved_s = 0.0
        self._own = 0
        self._others = 0
        self._is_few = False

    def take(self, look: Look, /) -> None:
        """Driving counts; at the end of a span it is judged and learned from."""
        if not look.moved_s:
            return
        self._moved_s += look.moved_s
        self._own += look.readings
        self._others += look.others
        if self._moved_s < SPAN_S:
            return
        if look.hour is not None:
            self._end_of_span(look.hour)
        self._moved_s, self._own, self._others = 0.0, 0, 0

    def holds(self) -> bool:
        """The latest span that could be judged had far fewer plates than usual."""
        return self._is_few

    def is_over(self) -> bool:
        """It had enough again."""
        return not self._is_few

    def table(self) -> list[list[float]]:
        """JSON-ready: what `load` takes."""
        return [[round(own, 3), round(others, 3), samples] for own, others, samples in self._hours]

    def load(self, table: object) -> None:
        """The history of an earlier life. ValueError for anything that `table` does not make."""
        if not isinstance(table, list) or len(table) != HOURS or not all(map(_is_hour, table)):
            raise ValueError("not a history")
        self._hours = [list(hour) for hour in table]

    def _end_of_span(self, hour: int) -> None:
        minutes = self._moved_s / 60
        own, others = self._own / minutes, self._others / minutes
        usual_own, usual_others, samples = self._hours[hour]
        if samples >= LEAST_SAMPLES and usual_own * minutes >= LEAST_EXPECTED:
            street = min(1.0, others / usual_others) if usual_others else ALONE
            self._is_few = own < (ENOUGH if self._is_few else FEW) * street * usual_own
        # A sick camera's rate is learned four times more slowly: the lens is cleaned first, but a new beat wins in the end.
        weight = 1 / (min(samples, MOST_SAMPLES - 1) + 1) / (4 if self._is_few else 1)
        self._hours[hour] = [
            usual_own + (own - usual_own) * weight,
            usual_others + (others - usual_others) * weight,
            min(samples + 1, MOST_SAMPLES),
        ]
        self.is_unsaved = True


def load_all(usuals: Mapping[str, Usual], table: object) -> None:
    """Every camera's history, as far as the table has it. ValueError for anything that is no table of histories."""
    if not isinstance(table, dict):
        raise ValueError("not histories")
    for name, usual in usuals.items():
        if name in table:
            usual.load(table[name])


def _is_hour(hour: Any) -> bool:  # noqa: ANN401 - what a file holds
    if not isinstance(hour, list) or len(hour) != 3 or not all(type(number) in (int, float) for number in hour):
        return False
    return all(0 <= rate <= MOST_RATE for rate in hour[:2]) and hour[2] in range(MOST_SAMPLES + 1)
