"""Plates in the spool against the search for them."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from edge.lookups.seen import MOST_SHOWN, Seen
from edge.spool.numbering import Numbering
from edge.spool.opening import Opened
from proto.events import Clock, Moment, Place, Read
from tests.edge.rig.daemon import KEY

OpenSpool = Callable[..., AbstractAsyncContextManager[Opened]]
BOOT = b"boot---1"


def read(minute: int, vrm: str) -> Read:
    at = Moment(minute * 60_000, 1_795_608_000_000, Clock.NTP)
    return Read(at, "front", vrm, minute, place=Place(51_500_000, -120_000, minute * 60_000))


async def test_a_plate_is_found_however_it_was_written_newest_first(
    opened: OpenSpool, make_numbering: Callable[[], Numbering], tmp_path: Path
) -> None:
    async with opened() as one:
        numbering = make_numbering()
        numbering.add([read(1, "ZZ99 ZZO"), *(read(n, f"AB{n:02}CDE") for n in range(2, 50)), read(50, "zz-99-zz0")])
        await one.spool.add(numbering.group(), 0.0)
        seen = Seen(tmp_path / "store", KEY)
        now = Moment(64 * 60_000, 1_795_608_000_000, Clock.NTP)
        found = seen.find("ZZ99ZZ0", now, BOOT)
        assert [one["ago_s"] for one in found] == [14 * 60, 63 * 60]
        assert found[0]["place"] == {"lat": 51.5, "lon": -0.12}
        assert seen.find("ZZ99ZZX", now, BOOT) == []
        assert seen.find("?", now, BOOT) == []
        unknown = Moment(1, None, Clock.UNSET)
        assert seen.find("ZZ99ZZ0", unknown, b"boot---2")[0]["ago_s"] is None
        numbering.add([read(n, "ZZ99 ZZO") for n in range(60, 70)])
        await one.spool.add(numbering.group(), 0.0)
        assert len(seen.find("ZZ99ZZ0", now, BOOT)) == MOST_SHOWN


def test_no_spool_is_nothing_seen(tmp_path: Path) -> None:
    assert Seen(tmp_path, KEY).find("ZZ99ZZ0", Moment(1, None, Clock.UNSET), BOOT) == []
