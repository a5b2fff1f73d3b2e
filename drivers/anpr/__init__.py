"""The dialects of ANPR cameras: one file, one line in `DIALECTS`, one capture in tests/captures/ each."""

from drivers.anpr.axxon import Axxon
from drivers.dialect import Dialect
from drivers.readings import PlateSeen

DIALECTS: dict[str, type[Dialect[PlateSeen]]] = {
    Axxon.name: Axxon,
}
