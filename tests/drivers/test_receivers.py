"""42 recorded receivers of gpsd's regression suite -> the same positions as gpsd 3.20, each difference explained.

The recordings are not ours to copy: they are read from beside the project, and the test says so when they are absent.
"""

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest
from pynmeagps import NMEAReader

from drivers.gps.nmea import Nmea
from drivers.readings import Fix, Junk

RECORDINGS = Path(__file__).parents[3] / "shared" / "data" / "gps"
CLOSE_DEG = 2e-5  # RMC and GGA of one instant differ in their last printed digit: 0.001 minutes is 1.7e-5 degrees

REFUSED = {  # positions that gpsd gave and we do not
    "myguide-3100": (2, "GGA without a quality, RMC V and mode N: gpsd guesses from the position being there"),
    "tr737A+": (1, "GGA of quality 0 and RMC V: the receiver says that it has no fix yet"),
}
EXTRA = {  # positions that we give and gpsd did not
    "bt451": (2, "cut before the GLL at which gpsd reports: at a change of place, and at the end"),
    "ch-4701": (1, "ends before the GGA at which gpsd reports"),
    "gp-320fw-2019-03-28": (1, "a GLL is missing, at which gpsd reports"),
    "gp-320fw-2019-04-06-overflow": (1, "a GLL is missing, at which gpsd reports"),
    "gps-360": (1, "ends before the RMC at which gpsd reports"),
    "neo-m8n": (1, "ends before the GLL at which gpsd reports"),
    "pharos-360": (1, "ends before the RMC at which gpsd reports"),
    "ublox-lea-5h": (1, "cut before the GLL at which gpsd reports"),
    "venus634lp": (1, "ends before the GLL at which gpsd reports"),
}
APART = {  # instants at which both give a position, but not the same
    "ch-4701": (1, "its RMC lags 15 m behind the GGA of the same instant; gpsd reported the GGA"),
}

_INSTANT = re.compile(rb"\$[A-OQ-Z][A-Z](?:RMC|GGA),([\d.]+),")
Positions = dict[float, list[tuple[float, float]]]

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings are not beside the project")


def recordings() -> list[Path]:
    return sorted(RECORDINGS.glob("*.log"))


def ours(recording: Path) -> Positions:
    """Our positions by the time of day of the sentence (of the GGA that waited, when a fix comes late)."""
    dialect, positions, instant, before = Nmea(), defaultdict(list), 0.0, 0.0
    for piece in recording.read_bytes().splitlines(keepends=True):
        said = _INSTANT.search(piece)
        if said and float(said[1]) != instant:
            instant, before = float(said[1]), instant
        found = [item for item in dialect.feed(piece) if isinstance(item, Fix)]
        for fix, at in zip(found, [before, instant] if len(found) == 2 else [instant], strict=False):
            positions[at].append((fix.lat, fix.lon))
    for last in dialect.close():
        if isinstance(last, Fix):
            positions[instant].append((last.lat, last.lon))
    return positions


def gpsds(recording: Path) -> Positions:
    """gpsd's positions by the RMC or GGA before its report; those before the first one are of other sentences."""
    positions, instant = defaultdict(list), None
    for line in Path(f"{recording}.chk").read_bytes().splitlines():
        said = _INSTANT.search(line)
        if said:
            instant = float(said[1])
        elif instant is not None and line.startswith(b'{"class":"TPV"'):
            report = json.loads(line)
            if "lat" in report:
                positions[instant].append((report["lat"], report["lon"]))
    return positions


def differences() -> dict[str, dict[str, int]]:
    refused, extra, apart = {}, {}, {}
    for recording in recordings():
        if not Path(f"{recording}.chk").exists():
            continue
        mine, theirs = ours(recording), gpsds(recording)
        refused[recording.stem] = len(theirs.keys() - mine.keys())
        extra[recording.stem] = len(mine.keys() - theirs.keys())
        apart[recording.stem] = sum(not _meet(mine[at], theirs[at]) for at in mine.keys() & theirs.keys())
    return {
        kind: {name: count for name, count in counts.items() if count}
        for kind, counts in (("refused", refused), ("extra", extra), ("apart", apart))
    }


def _meet(mine: list[tuple[float, float]], theirs: list[tuple[float, float]]) -> bool:
    return any(max(abs(a - c), abs(b - d)) <= CLOSE_DEG for a, b in mine for c, d in theirs)


def test_every_difference_from_gpsd_is_explained() -> None:
    explained = {
        kind: {name: count for name, (count, _) in table.items()}
        for kind, table in (("refused", REFUSED), ("extra", EXTRA), ("apart", APART))
    }
    assert differences() == explained


def test_enough_is_compared_to_mean_something() -> None:
    assert len(recordings()) == 42
    assert sum(len(ours(recording)) for recording in recordings()) > 500


@pytest.mark.parametrize("recording", recordings(), ids=lambda path: path.stem)
def test_a_recording_reads_the_same_byte_by_byte(recording: Path) -> None:
    data = recording.read_bytes()
    whole, single = Nmea(), Nmea()
    at_once = [*whole.feed(data), *whole.close()]
    one_by_one = [item for byte in data for item in single.feed(bytes([byte]))] + single.close()
    assert [item for item in at_once if isinstance(item, Fix)] == [item for item in one_by_one if isinstance(item, Fix)]
    assert all(item.data for item in at_once if isinstance(item, Junk))


@pytest.mark.parametrize("recording", recordings(), ids=lambda path: path.stem)
def test_pynmeagps_reads_the_same_position_in_every_sentence_we_accept(recording: Path) -> None:
    for line in recording.read_bytes().splitlines():
        for fix in Nmea().feed(line):
            if isinstance(fix, Fix):
                theirs = NMEAReader.parse(line[line.index(b"$") :])
                assert (fix.lat, fix.lon) == pytest.approx((theirs.lat, theirs.lon), abs=1e-8)
