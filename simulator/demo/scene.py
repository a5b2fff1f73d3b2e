"""What the programs say, as it happens -> what there is to be seen at this moment. No terminal here."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import TextIOBase
from typing import Any, Final, TypeAlias

from simulator.demo import words
from simulator.demo.timeline import Timeline
from simulator.demo.witness import Witness

MOST_SEEN: Final = 64  # of each kind; more than the tallest terminal shows at once


@dataclass(slots=True)
class Plate:
    """What a camera said. `fault`: why nobody heard it."""

    at_s: float
    camera: str
    vrm: str
    fault: str | None
    said_ns: int | None
    is_wanted: bool = False


@dataclass(slots=True)
class Wanted:
    """A warning as the crew got it. `wait_ms`: from the last byte on the wire, once the camera's side is known."""

    at_s: float
    alert: Mapping[str, Any]
    wait_ms: float | None = None


@dataclass(frozen=True, slots=True)
class News:
    """A turn of events in plain words. `is_good`: it is over, or works again."""

    at_s: float
    text: str
    is_good: bool


Sight: TypeAlias = Plate | Wanted | News


@dataclass(slots=True)
class Scene:
    """Everything a view needs. `feed` is all there was to see, in order; views draw on its end."""

    when: Timeline
    witness: Witness
    start_ns: int | None = None
    """CLOCK_MONOTONIC of the curtain; None before it."""
    now_s: float = 0.0
    said: int = 0
    plates: deque[Plate] = field(default_factory=lambda: deque(maxlen=MOST_SEEN))
    wanted: deque[Wanted] = field(default_factory=lambda: deque(maxlen=MOST_SEEN))
    news: deque[News] = field(default_factory=lambda: deque(maxlen=MOST_SEEN))
    feed: list[Sight] = field(default_factory=list)
    _alerts: int = 0
    _replugs: int = 0
    _reconnects: int = 0
    _dwells: int = 0
    _killed_ns: int | None = None
    _known: set[str] = field(default_factory=set)

    def tell(self, text: str, mono_ns: int, *, is_good: bool = False) -> None:
        """Something turned."""
        said = News(self._since_start_s(mono_ns), text, is_good)
        self.news.append(said)
        self.feed.append(said)

    def killed(self, mono_ns: int) -> None:
        """The daemon was."""
        self._killed_ns = mono_ns
        self.tell(words.KILLED, mono_ns)

    def saw(self, line: Mapping[str, Any]) -> None:
        """A line of truth.jsonl: a camera said a plate."""
        said_ns = line["last_byte_mono_ns"]
        at_s = self.now_s if said_ns is None else self._since_start_s(said_ns)
        plate = Plate(at_s, line["camera"], line["vrm_said"], line["fault"], said_ns, line["vrm_said"] in self._known)
        self.said += 1
        self.plates.append(plate)
        self.feed.append(plate)

    def catch_up(self, mono_ns: int) -> None:
        """It is `mono_ns` now; what the witness has learned is shown, its alerts light up what was seen."""
        self.now_s = max(0.0, self._since_start_s(mono_ns))
        self._mended(mono_ns)
        for alert in self.witness.alerts[self._alerts :]:
            wanted = Wanted(self._since_start_s(alert["mono_ns"]), alert)
            self._known.add(alert["vrm"])
            self.wanted.append(wanted)
            self.feed.append(wanted)
        self._alerts = len(self.witness.alerts)
        for plate in self.plates:
            plate.is_wanted = plate.vrm in self._known
        for wanted in self.wanted:
            if wanted.wait_ms is None:
                wanted.wait_ms = self._wait_ms(wanted.alert)

    def _mended(self, mono_ns: int) -> None:
        if self._killed_ns is not None and self.witness.is_there(self._killed_ns):
            self.tell(words.ALIVE_AGAIN.format((mono_ns - self._killed_ns) / 1e9), mono_ns, is_good=True)
            self._killed_ns = None
        if self.witness.replugs > self._replugs:
            self.tell(words.READ_AGAIN, mono_ns, is_good=True)
        if self.witness.reconnects > self._reconnects:
            self.tell(words.LINKED_AGAIN, mono_ns, is_good=True)
        if self.witness.dwells > self._dwells == 0:
            self.tell(words.DWELLS, mono_ns, is_good=True)
        self._dwells = self.witness.dwells
        self._replugs, self._reconnects = self.witness.replugs, self.witness.reconnects

    def _wait_ms(self, alert: Mapping[str, Any]) -> float | None:
        said_ns = next(
            (p.said_ns for p in self.plates if p.vrm == alert["vrm"] and p.fault is None and p.said_ns is not None),
            None,
        )
        return None if said_ns is None else (alert["mono_ns"] - said_ns) / 1e6

    def _since_start_s(self, mono_ns: int) -> float:
        return 0.0 if self.start_ns is None else (mono_ns - self.start_ns) / 1e9


class TruthTail:
    """truth.jsonl as it grows -> its new lines."""

    def __init__(self, file: TextIOBase) -> None:
        self._file = file
        self._half = ""

    def lines(self) -> list[dict[str, Any]]:
        """What has become whole since the last call."""
        *whole, self._half = (self._half + self._file.read()).split("\n")
        return [json.loads(line) for line in whole]
