"""The dialects of ANPR cameras: one file, one line in `DIALECTS`, one capture in tests/captures/ each."""

from collections.abc import Callable
from typing import Final

from drivers.anpr.axxon import Axxon
from drivers.anpr.line import Line
from drivers.anpr.nedap import Nedap
from drivers.anpr.platerecognizer import PlateRecognizer
from drivers.anpr.rekor import Rekor
from drivers.anpr.tattile import Tattile
from drivers.anpr.tattile_csv import TattileCsv
from drivers.dialect import Dialect
from drivers.readings import PlateSeen

DIALECTS: Final[dict[str, type[Dialect[PlateSeen]]]] = {
    Axxon.name: Axxon,
    Line.name: Line,
    Nedap.name: Nedap,
    PlateRecognizer.name: PlateRecognizer,
    Rekor.name: Rekor,
    Tattile.name: Tattile,
    TattileCsv.name: TattileCsv,
}
TEMPLATED: Final[dict[str, Callable[[str], Dialect[PlateSeen]]]] = {
    Line.name: Line,
    Nedap.name: Nedap,
    TattileCsv.name: TattileCsv,
}
"""Those whose layout is a matter of the camera's settings."""


def dialect(name: str, template: str | None = None) -> Dialect[PlateSeen]:
    """A conversation with one camera. KeyError: no such name. ValueError, a sentence: the template is none, or not wanted."""
    if template is None:
        return DIALECTS[name]()
    if name not in TEMPLATED:
        raise ValueError(f"{name} has no template; {', '.join(TEMPLATED)} have one")
    return TEMPLATED[name](template)
