"""A scene -> lines of text, each written once, for a file, a pipe or a screen reader."""

from typing import Final, TextIO

from simulator.demo.scene import News, Plate, Scene, Sight, Wanted
from simulator.demo.words import FAULTS, reason, vehicle, wait

_COUNT_EVERY_S: Final = 5.0


class Plain:
    """Writes what is new in the feed at each tick; `plates=False` leaves out everything that is not wanted or news."""

    def __init__(self, out: TextIO, *, plates: bool = True) -> None:
        self._out = out
        self._plates = plates
        self._written = 0
        self._counted_s = 0.0

    def tick(self, scene: Scene) -> None:
        for sight in scene.feed[self._written :]:
            if self._plates or not isinstance(sight, Plate):
                self._line(sight.at_s, _text(sight))
        self._written = len(scene.feed)
        if scene.now_s - self._counted_s >= _COUNT_EVERY_S:
            self._counted_s = scene.now_s
            stored, arrived = scene.witness.stored, scene.witness.receipted
            self._line(
                scene.now_s,
                f"  said {scene.said}, stored {stored}, at headquarters {arrived}, waiting {stored - arrived}",
            )
        self._out.flush()

    def close(self) -> None:
        self._out.flush()

    def _line(self, at_s: float, text: str) -> None:
        self._out.write(f"{at_s:6.1f} s  {text}\n")


def _text(sight: Sight) -> str:
    match sight:
        case Plate():
            heard = f"  ({FAULTS.get(sight.fault, sight.fault)})" if sight.fault else ""
            return f"{sight.camera}  {sight.vrm}{heard}"
        case Wanted():
            alert = sight.alert
            facts = f"{reason(alert)}, priority {alert['priority']}, {vehicle(alert)}"
            return f"WANTED {alert['vrm']}: {facts}" + (f", warned in {wait(sight.wait_ms)}" if sight.wait_ms else "")
        case News():
            return f"** {sight.text}"
