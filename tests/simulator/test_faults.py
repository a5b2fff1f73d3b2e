"""Words -> faults."""

from datetime import timedelta
from math import inf
from random import Random

import pytest

from simulator.faults import Fault, FaultError, parse, seconds
from simulator.words import WORDS

PORTS = ("front", "gps")


def test_a_file_of_faults_is_read_in_order_of_time() -> None:
    lines = ["# two faults", "", "at 4s unplug front 2s", "  half-lines gps 500ms # at once", "at 1m noise front 1.5s"]
    assert parse(lines, PORTS) == (
        Fault(WORDS["half-lines"], "gps", 0.0, 0.5),
        Fault(WORDS["unplug"], "front", 4.0, 6.0),
        Fault(WORDS["noise"], "front", 60.0, 61.5),
    )


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("at 4s unplugg front 2s", 'line 2: unknown fault "unplugg": did you mean "unplug"?'),
        (
            "at 4s melt front 2s",
            'line 2: unknown fault "melt": there are: unplug, noise, half-lines, silence, stuck-plate, clock, rollover, broker, link, power',
        ),
        ("noise fornt 2s", 'line 2: unknown port "fornt": did you mean "front"?'),
        ("noise front soon", 'line 2: "soon" is no time: write it as 500ms, 4s or 2m'),
        ("at four noise front 1s", 'line 2: "four" is no time: write it as 500ms, 4s or 2m'),
        ("noise front", 'line 2: "noise front" is no fault: write it as [at 4s] noise front 2s'),
        ("clock front 10y", 'line 2: "clock front 10y" is no fault: write it as [at 4s] clock front +10y'),
        ("clock front +10q", 'line 2: "+10q" is no shift of a clock: write it as +10y, -62m or +3d, up to 100y'),
        ("clock gps +101y", 'line 2: "+101y" is no shift of a clock: write it as +10y, -62m or +3d, up to 100y'),
        ("rollover front", 'line 2: unknown port "front": there are: gps'),
        ("stuck-plate gps 2s", 'line 2: unknown port "gps": there are: front'),
        ("broker up 3s", 'line 2: "broker up 3s" is no fault: write it as [at 4s] broker down 30s'),
        ("link 5s", 'line 2: "link 5s" is no fault: write it as [at 4s] link 128kbit 20% loss'),
        ("link 0kbit", "line 2: a link of 0kbit carries nothing: write broker down"),
        ("power on", 'line 2: "power on" is no fault: write it as [at 4s] power cut'),
        ("at 2s silence gps 2s", 'line 2: "gps" already has a fault at that time'),
    ],
)
def test_a_wrong_line_is_named_with_its_cure(line: str, complaint: str) -> None:
    with pytest.raises(FaultError) as raised:
        parse(["at 1s noise gps 2s", line], PORTS)
    assert str(raised.value) == complaint


def test_a_fault_may_begin_where_another_ends() -> None:
    assert len(parse(["at 1s noise gps 2s", "at 3s silence gps 1s"], PORTS)) == 2


def test_what_befalls_a_clock_a_link_and_the_battery_is_read() -> None:
    lines = [
        "stuck-plate front 3s",
        "clock front +10y",
        "rollover gps",
        "at 1s clock gps -62m 5s",
        "broker down 30s",
        "link 128kbit 20% loss",
    ]
    stuck, clock, _, broker, link = parse([*lines[:3], *lines[4:]], PORTS)
    assert (stuck.port, stuck.end_s) == ("front", 3.0)
    assert (clock.shift, clock.end_s) == (timedelta(days=3652.5), inf)
    assert (broker.port, broker.end_s) == ("", 30.0)
    assert (link.kbit, link.loss, link.end_s) == (128, 0.2, inf)
    (rollover,) = parse(["rollover gps"], PORTS)
    assert rollover.shift == timedelta(weeks=-1024)
    assert parse([lines[3]], PORTS)[0].shift == timedelta(minutes=-62)
    with pytest.raises(FaultError, match='"gps" already has a fault'):
        parse(lines, PORTS)


@pytest.mark.parametrize(
    ("text", "kbit", "loss", "end_s"),
    [("64kbit", 64, 0.0, inf), ("5% loss 2s", None, 0.05, 3.0), ("9kbit 1m", 9, 0.0, 61.0)],
)
def test_a_link_may_be_thin_or_lossy_for_a_while(text: str, kbit: int | None, loss: float, end_s: float) -> None:
    (link,) = parse([f"at 1s link {text}"], PORTS)
    assert (link.start_s, link.kbit, link.loss, link.end_s) == (1.0, kbit, loss, end_s)


def test_the_power_is_cut_at_one_moment() -> None:
    (cut,) = parse(["at 9s power cut"], PORTS)
    assert (cut.word.layer, cut.start_s, cut.end_s) == ("power", 9.0, 9.0)


def test_times_are_written_in_three_units() -> None:
    assert (seconds("250ms"), seconds("4s"), seconds("2m")) == (0.25, 4.0, 120.0)


def test_each_word_spoils_a_frame_in_its_own_way() -> None:
    frame, chance = b"\x0220260301235950" + b"01AB12CDE\x03", Random(1)
    said = {name: word.spoil(frame, chance) for name, word in WORDS.items()}
    assert said["unplug"] == said["silence"] == b""
    assert said["half-lines"] == frame[: len(frame) // 2]
    assert len(said["noise"]) == len(frame) != said["noise"].count(frame[:1])
    assert said["noise"] != frame
