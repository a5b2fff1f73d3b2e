"""A scene at its most telling moment -> an SVG picture of the view, for a README."""

import re
from io import StringIO
from pathlib import Path
from typing import Final

from rich.console import Console

from simulator.demo.live import MOST_WIDE, picture
from simulator.demo.scene import Scene

_TALL: Final = 26
_FONTS: Final = re.compile(r"@font-face \{.*?\}", re.DOTALL)  # fetched from elsewhere: any fixed-width font will do


class Still:
    """Keeps the view as it was when the crew was last warned without a link; failing that, at the last warning."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._picture = ""
        self._warned = 0
        self._is_best = False

    def tick(self, scene: Scene) -> None:
        warned, self._warned = self._warned, len(scene.witness.alerts)
        is_best = scene.when.cut_s < scene.now_s < scene.when.kill_s and not scene.witness.link_up
        if self._warned > warned and (is_best or not self._is_best):
            self._picture = _svg(scene)
            self._is_best = is_best

    def close(self) -> None:
        """Writes the file, if anybody was warned. OSError: it cannot be written."""
        if self._picture:
            self._path.write_text(self._picture, encoding="utf-8")


def _svg(scene: Scene) -> str:
    console = Console(record=True, file=StringIO(), width=MOST_WIDE, force_terminal=True, color_system="truecolor")
    console.print(picture(scene, MOST_WIDE, _TALL))
    return _FONTS.sub("", console.export_svg(title="patrol-sim demo"))
