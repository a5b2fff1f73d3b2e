"""A scene -> a picture of it in the terminal, drawn anew at each tick: dark, calm, and only what matters is bright."""

from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live as Screen
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simulator.demo.scene import News, Plate, Scene, Wanted
from simulator.demo.strip import strip
from simulator.demo.words import FAULTS, reason, vehicle, wait

MOST_WIDE: Final = 96  # further apart, an eye no longer sees what belongs together
LEAST_TALL, MOST_TALL = 20, 30
_AROUND: Final = 13  # lines that are neither plates nor warnings
_NEWS: Final = 4
_CARD: Final = 3
_PLATES_WIDE: Final = 34

DIM: Final = "grey50"
CALM: Final = "grey74"
GOOD: Final = "green3"
BAD: Final = "orange1"
_STOP: Final = "bold bright_white on red3"
_HIGH: Final = "bold bright_white on dark_orange3"
_LOW: Final = "bold bright_white on deep_sky_blue4"


class Live:
    """The view on a terminal; what it drew last stays."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._screen = Screen(console=console, auto_refresh=False, vertical_overflow="crop")
        self._screen.start()

    def tick(self, scene: Scene) -> None:
        self._screen.update(picture(scene, self._console.width, self._console.height), refresh=True)

    def close(self) -> None:
        self._screen.stop()


def picture(scene: Scene, width: int, height: int) -> RenderableType:
    """The whole view, for a terminal of so many columns and lines."""
    wide = min(width, MOST_WIDE) - 2
    tall = min(max(height, LEAST_TALL), MOST_TALL) - _AROUND
    sides = Table.grid(padding=(0, 2))
    sides.add_column(width=_PLATES_WIDE)
    sides.add_column(width=wide - _PLATES_WIDE - 2)
    sides.add_row(_plates(scene, tall), _warnings(scene, tall))
    above = Text("\n").join([_head(scene, wide), *strip(scene.when, scene.now_s, wide), Text()])
    below = Text("\n").join([Text(), _counts(scene), Text(), *_news(scene, wide)])
    return Padding(Group(above, sides, below), (0, 1))


def _head(scene: Scene, wide: int) -> Text:
    head = Text("PATROL EDGE", style="bold bright_white")
    lights = (
        ("camera", "front" in scene.witness.reading),
        ("receiver", "gps" in scene.witness.reading),
        ("daemon", scene.witness.status is not None),
        ("link", scene.witness.link_up),
    )
    rest = Text()
    for name, is_on in lights:
        # Shape and colour: not everybody tells green from orange.
        rest.append(f"   {'●' if is_on else '○'} {name}", style=GOOD if is_on else BAD)
    head.append(" " * max(1, wide - head.cell_len - rest.cell_len))
    return head.append_text(rest)


def _plates(scene: Scene, tall: int) -> Text:
    rows = [_plate(plate) for plate in list(scene.plates)[-(tall - 1) :]]
    filled = [Text(), *rows, *[Text()] * (tall - 1 - len(rows))]
    filled[0] = Text("what the camera says", style=DIM)
    return Text("\n").join(filled)


def _plate(plate: Plate) -> Text:
    row = Text(f"{plate.at_s:6.1f}  ", style=DIM)
    if plate.fault:
        return row.append(f"{plate.vrm:9}", style=f"{DIM} strike").append(
            f" {FAULTS.get(plate.fault, plate.fault)}", BAD
        )
    if plate.is_wanted:
        return row.append(f" {plate.vrm} ", style=_STOP).append(" wanted", style="bold red1")
    return row.append(f" {plate.vrm} ", style=CALM)


def _warnings(scene: Scene, tall: int) -> Text:
    latest = list(scene.wanted)[-((tall - 1) // _CARD) :]
    cards = [line for wanted in reversed(latest) for line in _card(wanted)]
    return Text("\n").join([Text("what the crew sees", style=DIM), *cards])


def _card(wanted: Wanted) -> tuple[Text, Text, Text]:
    alert = wanted.alert
    first = Text(f" {alert['vrm']} ", style=_style(alert["priority"])).append(f" {reason(alert)}", style="bold")
    second = Text(f" priority {alert['priority']}  ", style=CALM).append(vehicle(alert), style=CALM)
    if wanted.wait_ms is not None:
        second.append(f"  {wait(wanted.wait_ms)}", style=GOOD)
    return first, second, Text()


def _style(priority: int | None) -> str:
    if priority is None or priority < 50:
        return _LOW
    return _STOP if priority >= 80 else _HIGH


def _counts(scene: Scene) -> Text:
    stored, arrived = scene.witness.stored, scene.witness.receipted
    counts = Text()
    for name, count, style in (
        ("said", scene.said, "bold"),
        ("stored on the card", stored, "bold"),
        ("at headquarters", arrived, f"bold {GOOD}"),
        ("waiting", stored - arrived, f"bold {BAD}" if stored - arrived else "bold"),
    ):
        counts.append(f"{count:5} ", style=style).append(f"{name}   ", style=CALM)
    return counts


def _news(scene: Scene, wide: int) -> list[Text]:
    rows = [_turn(news, wide) for news in list(scene.news)[-_NEWS:]]
    return rows + [Text()] * (_NEWS - len(rows))


def _turn(news: News, wide: int) -> Text:
    row = Text(f"{news.at_s:6.1f}  ", style=DIM).append(news.text, style=GOOD if news.is_good else BAD)
    row.truncate(wide, overflow="ellipsis")
    return row
