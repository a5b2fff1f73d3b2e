"""Words -> faults."""

from random import Random

import pytest

from simulator.faults import WORDS, Fault, FaultError, parse, seconds

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
        ("at 4s melt front 2s", 'line 2: unknown fault "melt": there are: unplug, noise, half-lines, silence'),
        ("noise fornt 2s", 'line 2: unknown port "fornt": did you mean "front"?'),
        ("noise front soon", 'line 2: "soon" is no time: write it as 500ms, 4s or 2m'),
        ("at four noise front 1s", 'line 2: "four" is no time: write it as 500ms, 4s or 2m'),
        ("noise front", 'line 2: "noise front" is no fault: write it as [at 4s] unplug front 2s'),
        ("at 2s silence gps 2s", 'line 2: "gps" already has a fault at that time'),
    ],
)
def test_a_wrong_line_is_named_with_its_cure(line: str, complaint: str) -> None:
    with pytest.raises(FaultError) as raised:
        parse(["at 1s noise gps 2s", line], PORTS)
    assert str(raised.value) == complaint


def test_a_fault_may_begin_where_another_ends() -> None:
    assert len(parse(["at 1s noise gps 2s", "at 3s silence gps 1s"], PORTS)) == 2


def test_times_are_written_in_three_units() -> None:
    assert (seconds("250ms"), seconds("4s"), seconds("2m")) == (0.25, 4.0, 120.0)


def test_each_word_spoils_a_frame_in_its_own_way() -> None:
    frame, chance = b"\x0220260301235950" + b"01AB12CDE\x03", Random(1)
    said = {name: word.spoil(frame, chance) for name, word in WORDS.items()}
    assert said["unplug"] == said["silence"] == b""
    assert said["half-lines"] == frame[: len(frame) // 2]
    assert len(said["noise"]) == len(frame) != said["noise"].count(frame[:1])
    assert said["noise"] != frame
