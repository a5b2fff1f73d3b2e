"""A terminal or none, and what is asked for -> the views of a drive. Whatever is no terminal gets plain lines."""

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from simulator.demo.drive import View
from simulator.demo.live import Live
from simulator.demo.plain import Plain
from simulator.demo.scene import Scene
from simulator.demo.still import Still


class Views:
    """Several views as one."""

    def __init__(self, views: Sequence[View]) -> None:
        self._views = views

    def tick(self, scene: Scene) -> None:
        for view in self._views:
            view.tick(scene)

    def close(self) -> None:
        for view in self._views:
            view.close()


def views(picture: Path | None, *, json: bool) -> Views:
    """With `json`, stdout is left alone, and without a terminal only news and warnings are told."""
    console = Console(stderr=json)
    plain = Plain(sys.stderr if json else sys.stdout, plates=not json)
    first: View = Live(console) if console.is_terminal and not console.is_dumb_terminal else plain
    return Views([first, Still(picture)] if picture else [first])
