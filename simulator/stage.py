"""A script and ports -> the script played in real time, and the truth about what was said of it."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Final

from simulator.devices import Device
from simulator.script import Moment, Plug, PowerCut, Read, Saying
from simulator.truth import Truth

TICK_S: Final = 0.005  # what is due in one tick is built while the last one is waited for, and written at once
_LOOK_S: Final = 0.05  # how often ports are looked at while nothing is due: who closes one for longer is noticed
_DRAIN_S: Final = 5.0  # at the end, for a reader to fetch what it was told: closing a terminal throws it away
_EMPTY_LOOKS: Final = 5  # in a row, 20 ms apart: the kernel hands a terminal's bytes on in pieces, with pauses between
_BLIND_DRAIN_S: Final = 1.0  # the same, when what is unread cannot be seen

Outcome = tuple[Read, int | None, str | None]


def wait_for_readers(ports: Mapping[str, Device], patience_s: float) -> list[str]:
    """Returns as soon as every port has been opened, or after `patience_s`: the names of those that were not."""
    until = time.monotonic() + patience_s
    while (missing := [name for name, port in ports.items() if not port.opened()]) and time.monotonic() < until:
        time.sleep(0.01)
    return missing


def play(
    moments: Iterable[Moment],
    ports: Mapping[str, Device],
    truth: Truth,
    start_ns: int,
    patience_s: float,
    power_cut: Callable[[PowerCut], None] = lambda _: None,
) -> float:
    """Plays from CLOCK_MONOTONIC `start_ns`; returns by how many seconds the latest tick was late.

    Power cuts are somebody else's to play: `power_cut` is called when one is due.
    A port that has no room is waited for up to `patience_s`, and meanwhile the others wait too.
    """
    latest_s = 0.0
    for tick in _ticks(moments):
        due_ns = start_ns + int(tick[-1].due_s * 1e9)
        _wait(ports, due_ns)
        latest_s = max(latest_s, (time.monotonic_ns() - due_ns) / 1e9)
        if isinstance(tick[0], PowerCut):
            power_cut(tick[0])
            continue
        outcomes: list[Outcome] = []
        for name, sayings in _by_port(tick, ports).items():
            outcomes += _say(ports[name], sayings, patience_s)
        outcomes.sort(key=_number)
        for read, mono_ns, fault in outcomes:
            truth.note(read, mono_ns, fault)
        truth.flush()
    return latest_s


def drain(ports: Mapping[str, Device]) -> None:
    """Waits until every reader has fetched what it was told, within bounds."""
    until = time.monotonic() + _DRAIN_S
    empty = 0
    while empty < _EMPTY_LOOKS and time.monotonic() < until:
        unread = [port.unread() for port in ports.values() if port.opened()]
        if None in unread:
            until = min(until, time.monotonic() + _BLIND_DRAIN_S)
        empty = 0 if any(count != 0 for count in unread) else empty + 1
        time.sleep(0.02)


def _ticks(moments: Iterable[Moment]) -> Iterator[list[Moment]]:
    """What is due in one tick; all but sayings stand alone, between what was said before and after."""
    tick: list[Moment] = []
    for moment in moments:
        alone = not isinstance(moment, Saying) or (tick and not isinstance(tick[-1], Saying))
        if tick and (alone or int(moment.due_s / TICK_S) != int(tick[-1].due_s / TICK_S)):
            yield tick
            tick = []
        tick.append(moment)
    if tick:
        yield tick


def _number(outcome: Outcome) -> int:
    return outcome[0].n


def _wait(ports: Mapping[str, Device], due_ns: int) -> None:
    while (left_s := (due_ns - time.monotonic_ns()) / 1e9) > 0:
        time.sleep(min(left_s, _LOOK_S))
        for port in ports.values():
            port.opened()


def _by_port(tick: Iterable[Moment], ports: Mapping[str, Device]) -> dict[str, list[Saying]]:
    """The sayings of each port; plugs are done here and now."""
    sayings: dict[str, list[Saying]] = {}
    for moment in tick:
        if isinstance(moment, Saying):
            sayings.setdefault(moment.port, []).append(moment)
        elif isinstance(moment, Plug):
            (ports[moment.port].plug if moment.plugged else ports[moment.port].unplug)()
    return sayings


def _say(port: Device, sayings: list[Saying], patience_s: float) -> Iterator[Outcome]:
    spoken = [saying for saying in sayings if saying.data]
    times = port.say([saying.data for saying in spoken], patience_s) if spoken and port.heard() else []
    loss = "overflow" if len(times) == len(spoken) or port.heard() else "closed"
    for saying, mono_ns in zip_longest(spoken, times):
        if saying.read is not None:
            yield saying.read, mono_ns, saying.fault or (loss if mono_ns is None else None)
    for saying in sayings:
        if saying.read is not None and not saying.data:
            yield saying.read, None, saying.fault
