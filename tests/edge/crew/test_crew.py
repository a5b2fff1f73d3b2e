"""Log-ons against a real vault and real sets of officers."""

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from edge.audit.records import AuditRecords
from edge.crew import crew
from edge.crew.parts import CrewPart
from edge.crew.throttle import CAR, FREE, FREE_OF_CAR, MOST_S, Tries, wait_s
from edge.crew.vault import NAME, Kept, open_vault
from edge.spool.database import StoreError
from edge.spool.inbox import Inbox
from edge.supervision import keep_running
from edge.terminal.stream import EventStream
from proto.audited import LogOn, Shift
from tests.edge.rig.daemon import KEY

if TYPE_CHECKING:
    from edge.clock import CarClock
    from tests.edge.conftest import TimeSources
    from tests.edge.crew.conftest import OpenBoard, PutOfficers

PIN, OTHER = "271828", "314159"


async def test_two_officers_log_on_and_off_and_a_shift_ties_them(
    aboard: "OpenBoard", put_officers: "PutOfficers"
) -> None:  # [proto-11.8]
    put_officers("4711", "0815", "0007")
    async with aboard() as board:
        assert await board.crew.log_on("4711", PIN, None) is None
        assert await board.crew.log_on("0815", OTHER, None) is None
        assert [(one["seat"], one["officer"]) for one in board.crew.table()] == [
            ("driver", "4711"),
            ("passenger", "0815"),
        ]
        assert await board.crew.log_on("0007", "577215", "driver") == crew.TAKEN
        assert await board.crew.log_off("4711") is None
        assert await board.crew.log_on("0007", "577215", "driver") is None
        assert await board.crew.log_off("0007") is None
        assert await board.crew.log_off("0815") is None
        assert await board.crew.log_off("0815") is not None
        await asyncio.sleep(0)
    shifts = [event for event in board.recorded if isinstance(event, Shift)]
    assert [shift.step for shift in shifts] == ["start", "change", "change", "change", "change", "end"]
    assert shifts[1].officers == (("4711", "driver"), ("0815", "passenger"))
    assert {shift.shift for shift in shifts} == {b"shift--1"}
    assert board.steps().count("LogOn refused seat taken") == 1


async def test_twenty_wrong_pins_are_throttled_over_restarts_and_each_is_a_record(
    aboard: "OpenBoard", put_officers: "PutOfficers", times: "TimeSources"
) -> None:  # [proto-11.8]
    put_officers("4711", "0815")
    looked_at = 0
    for n in range(20):  # a restart after each
        async with aboard() as board:
            said = await board.crew.log_on("4711", f"{n:06}", None)
            assert said is not None
            looked_at += said == crew.WRONG
            times.pass_ms(1_000)
            await asyncio.sleep(0)
        assert board.steps() == [f"LogOn refused {'wrong PIN' if said == crew.WRONG else 'throttled'}"]
    assert looked_at == FREE + 1  # in 20 s: after the third, 15 s pass before the next is looked at
    async with aboard() as board:
        said = await board.crew.log_on("4711", PIN, None)  # the right one has to wait, too
        assert said is not None
        assert "try again in" in said
        times.pass_ms(MOST_S * 1000)
        assert await board.crew.log_on("4711", PIN, None) is None
        assert await board.crew.log_off("4711") is None
        assert await board.crew.log_on("4711", "000000", None) == crew.WRONG  # forgiven: counted from none again


async def test_a_restart_of_the_machine_does_not_shorten_the_wait(
    aboard: "OpenBoard", put_officers: "PutOfficers", times: "TimeSources"
) -> None:
    put_officers("4711")
    async with aboard() as board:
        for n in range(FREE):
            assert await board.crew.log_on("4711", f"{n:06}", None) == crew.WRONG
    times.uptime_ms = 5_000
    async with aboard(boot=b"boot---2") as board:
        said = await board.crew.log_on("4711", PIN, None)
        assert said is not None
        assert "too many" in said
        times.pass_ms(wait_s("4711", FREE) * 1000)
        assert await board.crew.log_on("4711", PIN, None) is None


async def test_guessing_at_many_officers_is_throttled_for_the_car(
    aboard: "OpenBoard", put_officers: "PutOfficers"
) -> None:
    put_officers("4711")
    async with aboard() as board:
        said = [await board.crew.log_on(f"9{n:03}", "000000", None) for n in range(FREE_OF_CAR + 1)]
        assert said[:-1] == [crew.WRONG] * FREE_OF_CAR
        assert "too many" in str(said[-1])
        assert "too many" in str(await board.crew.log_on("4711", PIN, None))


def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    assert [wait_s("4711", n) for n in range(6)] == [0, 0, 0, 15, 30, 60]
    assert wait_s("4711", 1_000) == MOST_S
    assert wait_s(CAR, FREE_OF_CAR - 1) == 0
    assert Tries().wait_ms("4711", b"", 0, 0) == 0


async def test_an_officer_withdrawn_by_a_new_set_is_logged_off_at_once(
    aboard: "OpenBoard", put_officers: "PutOfficers", eventually: Callable[..., Any]
) -> None:  # [proto-11.8]
    put_officers("4711", "0815")
    async with aboard() as board:
        assert await board.crew.log_on("4711", PIN, None) is None
        assert await board.crew.log_on("0815", OTHER, None) is None
        put_officers("0815")
        board.crew.stir()
        await eventually(lambda: board.crew.officer("4711") is None)
        assert board.crew.officer("0815") is not None
        await asyncio.sleep(0)
    assert "LogOn withdrawn no officer any more" in board.steps()
    assert board.steps()[-1] == "Shift change"


async def test_an_officer_is_off_when_the_last_day_is_over(
    aboard: "OpenBoard",
    put_officers: "PutOfficers",
    times: "TimeSources",
    clock: "CarClock",
    eventually: Callable[..., Any],
) -> None:
    put_officers("4711", "0815", until={"4711": date(2026, 11, 25), "0815": date(2026, 11, 24)})
    async with aboard() as board:
        assert await board.crew.log_on("0815", OTHER, None) == crew.EXPIRED
        assert await board.crew.log_on("4711", PIN, None) is None
        times.pass_ms(13 * 3_600_000)
        clock.check()
        board.crew.stir()
        await eventually(lambda: board.crew.officer("4711") is None)


async def test_nobody_is_logged_on_without_the_record(
    aboard: "OpenBoard", put_officers: "PutOfficers"
) -> None:  # [proto-11.8]
    put_officers("4711")
    async with aboard() as board:
        board.stores = False
        assert await board.crew.log_on("4711", PIN, None) == crew.NOT_STORED
        assert board.crew.table() == []


async def test_a_restart_of_the_program_keeps_the_crew_and_one_of_the_machine_does_not(
    aboard: "OpenBoard", put_officers: "PutOfficers"
) -> None:  # [proto-11.8]
    put_officers("4711", "0815")
    async with aboard() as board:
        assert await board.crew.log_on("4711", PIN, "passenger") is None
    async with aboard() as board:
        assert [(one["seat"], one["officer"]) for one in board.crew.table()] == [("passenger", "4711")]
        await asyncio.sleep(0)
    assert board.steps() == ["Shift resumed"]
    async with aboard(boot=b"boot---2") as board:
        assert board.crew.table() == []
        await asyncio.sleep(0)
    assert board.steps() == ["Shift end"]


async def test_answers_are_kept_for_the_shift_only(tmp_path: Path) -> None:
    async with open_vault(tmp_path, KEY) as vault:
        await vault.keep("person smith", Kept(1, 2, "{}"))
        assert await vault.kept("person smith") == Kept(1, 2, "{}")
        await vault.put_aboard([])
        assert await vault.kept("person smith") is None


async def test_a_damaged_vault_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"\xff" * 8192)
    async with open_vault(tmp_path, KEY) as vault:
        assert await vault.aboard() == []


async def test_no_record_of_a_refusal_holds_the_pin(aboard: "OpenBoard", put_officers: "PutOfficers") -> None:
    put_officers("4711")
    async with aboard() as board:
        assert await board.crew.log_on("4711", "271829", None) == crew.WRONG
        assert (
            await board.crew.log_on("271829 ", "4711", None) == crew.WRONG
        )  # typed into the wrong field: not recorded
        await asyncio.sleep(0)
    assert len([one for one in board.recorded if isinstance(one, LogOn)]) == 1
    assert "271829" not in str([getattr(one, "reason", "") for one in board.recorded])


async def test_a_vault_that_cannot_be_written_lets_nobody_on_and_takes_nobody_off(
    aboard: "OpenBoard", put_officers: "PutOfficers"
) -> None:
    put_officers("4711", "0815")
    async with aboard() as board:
        assert await board.crew.log_on("4711", PIN, None) is None
        assert board.crew.vault is not None
        await board.crew.vault._database.read(lambda connection: connection.execute("PRAGMA query_only = ON"))
        assert await board.crew.log_on("0815", OTHER, None) == crew.NOT_STORED
        assert board.crew.officer("4711") is not None
        assert await board.crew.log_off("4711") is None  # it is not written down, and still so
        assert board.crew.table() == []


async def test_a_disk_without_room_is_waited_out_and_the_crew_stays(
    put_officers: "PutOfficers",
    tmp_path: Path,
    clock: "CarClock",
    eventually: Callable[..., Any],
    running: Callable[..., Any],
) -> None:
    put_officers("4711")
    part = CrewPart(
        (tmp_path, KEY),
        b"boot---1",
        AuditRecords(Inbox(64, 0.5), lambda *_: None),
        EventStream(),
        clock.now,
        lambda _: None,
    )
    (tmp_path / NAME).mkdir()  # no file can be made here
    async with running(keep_running(part.run, part.outage, (StoreError, OSError))):
        await eventually(lambda: part.outage.is_up is False)
        assert await part.crew.log_on("4711", PIN, None) == crew.STARTING
        (tmp_path / NAME).rmdir()
        await eventually(lambda: part.crew.vault is not None)


async def test_a_pin_is_counted_before_it_is_looked_at(
    aboard: "OpenBoard", put_officers: "PutOfficers", monkeypatch: pytest.MonkeyPatch
) -> None:  # [proto-11.8]
    def cut(*_: str) -> bool:
        raise StoreError("the power is cut in the middle of it")

    put_officers("4711")
    async with aboard() as board:
        with monkeypatch.context() as patched:
            patched.setattr("edge.crew.pin.is_right", cut)
            assert await board.crew.log_on("4711", PIN, None) == crew.NOT_STORED
        assert board.crew.vault is not None
        assert [(await board.crew.vault.tries(who)).count for who in ("4711", CAR)] == [1, 1]
