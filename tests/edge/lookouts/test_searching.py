"""What was read before -> found for a new entry: in this epoch and earlier ones, of this shift, with its distance; in a real car."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drivers.readings import Fix
from edge.intake.whereabouts import Whereabouts
from edge.lookouts.kept import OwnEntry
from edge.lookouts.searching import Searching
from edge.spool.group import Group, Run
from edge.spool.opening import Opened
from proto.events import Clock, Moment, Place, Read, encode
from proto.lanes import Lane

if TYPE_CHECKING:
    from tests.edge.conftest import MakeDaemon
    from tests.edge.rig.device import Device

KEY = "5a" * 32
NOON_MS = 1_795_608_000_000
NOW = Moment(100_000_000, NOON_MS - 100_000_000, Clock.NTP)
HOUR_MS = 3_600_000
HERE = Place(51_500_000, 0, 0)

OpenSpool = Callable[..., AbstractAsyncContextManager[Opened]]
Running = Callable[..., AbstractAsyncContextManager[Any]]


def read(vrm: str, ago_ms: int, place: Place | None = None) -> Read:
    return Read(Moment(NOW.uptime_ms - ago_ms, NOW.utc_offset_ms, Clock.NTP), "front", vrm, 1, None, place)


def group(first: int, *reads: Read) -> Group:
    return Group((Run(Lane.READ, first, [encode(one) for one in reads]),), NOON_MS // 1000)


class Scene:
    """Searches over a spool, and what they said."""

    def __init__(self, lists: Path) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []
        whereabouts = Whereabouts()
        whereabouts.moved(Fix(51.5189, 0.0001), NOW.uptime_ms)
        self.searching = Searching(lists, KEY, lambda: NOW, whereabouts, self.say)
        self.done = asyncio.Event()

    def say(self, kind: str, /, **fields: object) -> None:
        self.lines.append((kind, fields))
        if kind == "searched":
            self.done.set()

    @property
    def seen(self) -> list[tuple[Any, ...]]:
        return [(line["vrm"], line["ago_s"], line["metres"]) for kind, line in self.lines if kind == "seen-before"]


def own(key: str, vrm: str = "ZZ99 ABC") -> OwnEntry:
    return OwnEntry(key, vrm, "r", "1", 50, 1.0, None)


async def test_a_new_entry_is_found_where_and_when_it_was_seen_last(
    opened: OpenSpool, running: Running, tmp_path: Path
) -> None:
    scene = Scene(tmp_path / "lists")
    async with opened(b"epoch--0") as earlier:
        await earlier.spool.add(group(1, read("ZZ99 ABD", HOUR_MS), read("ZZ99 ABC", 2 * HOUR_MS)), 0.0)
    async with opened() as open_:
        noise = [read(f"AB{n:05}", 50 * 60_000 - n) for n in range(5000)]
        for at in range(0, 5000, 500):
            await open_.spool.add(group(at + 1, *noise[at : at + 500]), 0.0)
        await open_.spool.add(group(5001, read("zz99-abc", 20 * 60_000), read("ZZ99ABC", 14 * 60_000, HERE)), 0.0)
        async with running(scene.searching.run(open_.spool)):
            scene.searching.want_own(own("ZZ99ABC"))
            await scene.done.wait()
            assert scene.seen == [("ZZ99ABC", 840, 2104)]
            scene.done.clear()
            scene.searching.want_own(own("ZZ99AB?", "ZZ99 AB?"))
            await scene.done.wait()
    assert [vrm for vrm, *_ in scene.seen[1:]] == ["ZZ99ABC", "ZZ99 ABD"]
    assert scene.lines[-1] == ("searched", {"list": "crew", "vrm": "ZZ99 AB?", "count": 2})


async def test_what_is_older_than_a_shift_and_a_half_is_not_said(
    opened: OpenSpool, running: Running, tmp_path: Path
) -> None:
    scene = Scene(tmp_path / "lists")
    async with opened() as open_:
        await open_.spool.add(group(1, read("ZZ99ABC", 13 * HOUR_MS)), 0.0)
        async with running(scene.searching.run(open_.spool)):
            scene.searching.want_own(own("ZZ99ABC"))
            await scene.done.wait()
    assert scene.seen == []


async def test_of_a_list_that_was_swapped_only_new_entries_are_searched(
    opened: OpenSpool, running: Running, carry: Callable[..., Path]
) -> None:
    carry(["ZZ99ABC"])
    scene = Scene(carry(["ZZ99ABC", "ZZ99 NEW"]))
    async with opened() as open_:
        await open_.spool.add(group(1, read("ZZ99ABC", 1000), read("ZZ99NEW", 2000), read("AB12CDE", 500)), 0.0)
        async with running(scene.searching.run(open_.spool)):
            scene.searching.want_list("wanted")
            await scene.done.wait()
    assert [(line["vrm"], line["listed_vrm"]) for kind, line in scene.lines if kind == "seen-before"] == [
        ("ZZ99NEW", "ZZ99 NEW")
    ]


def test_in_a_real_car_what_the_crew_adds_was_seen_a_moment_ago_and_is_alerted_next(
    make_daemon: "MakeDaemon", plug: "Callable[[str], Device]"
) -> None:
    camera = plug("front")
    daemon = make_daemon(extra=f'[[cameras]]\nname = "front"\ndialect = "axxon"\nport = "{camera.path}"\n')
    reader = daemon.start()
    camera.read_plate("ZZ99ABC")
    reader.until("stored", lane="read")
    added = daemon.command("lookout", "add", "ZZ99 ABC", "--reason", "zz99 drove off", "--officer", "4711")
    assert "ZZ99ABC: seen" in added.stdout
    assert reader.until("seen-before")["listed_vrm"] == "ZZ99 ABC"
    daemon.kill()
    reader = daemon.start()
    camera.read_plate("ZZ99ABC")
    alert = reader.until("alert")
    assert (alert["list"], alert["reason"], alert["list_age_s"]) == ("crew", "zz99 drove off", None)
    assert "ZZ99 ABC" in daemon.command("lookout", "list").stdout
    daemon.command("alerts", "--threshold", "70", "--officer", "4711")
    assert reader.until("threshold")["now"] == 70
    daemon.command("lookout", "remove", "ZZ99ABC", "--officer", "4711")
    assert daemon.command("lookout", "list").stdout == '{"look_outs": []}\n'
    assert "zz99" not in daemon.output.lower()
