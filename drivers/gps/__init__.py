"""The dialects of GPS receivers: one file, one line in `DIALECTS`, one capture in tests/captures/ each."""

from drivers.dialect import Dialect
from drivers.gps.gpsd import Gpsd
from drivers.gps.nmea import Nmea
from drivers.readings import Fix

DIALECTS: dict[str, type[Dialect[Fix]]] = {
    Gpsd.name: Gpsd,
    Nmea.name: Nmea,
}
