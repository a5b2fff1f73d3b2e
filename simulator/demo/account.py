"""What was said, what the programs said of it, and what headquarters holds -> the summary. Pure.

Nobody is believed on his own word: a read counts as stored when the daemon announced it, or when headquarters or the
card hold it after all the faults; it counts as arrived only when headquarters' export shows it.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, TypeAlias

from proto.plates import canonical

Line: TypeAlias = Mapping[str, Any]
Identity: TypeAlias = tuple[str, int]
"""(epoch, number) of an event in lane read of the one car there is."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that is known of one drive."""

    truth: Sequence[Line]
    """Lines of truth.jsonl."""
    listed: frozenset[str]
    """Canonical keys of the list."""
    kills_ns: tuple[int, ...]
    """CLOCK_MONOTONIC of each kill -9, rising; between them lie the daemon's runs."""
    announced: frozenset[Identity]
    """Reads that the daemon said were stored."""
    on_card: frozenset[Identity]
    """Reads that the card holds at the end and headquarters has not receipted."""
    exported: Sequence[Line]
    """Lines of `patrol-hq export`, all lanes."""
    alerts: Sequence[Line]
    dropped: int
    """As the daemon said."""
    resent: int
    junk: int
    reconnects: int
    replugs: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The account in figures; the names are those of `--json`."""

    reads_said: int
    """Plates that passed the camera, whether anybody could hear it or not."""
    reads_stored: int
    reads_at_hq: int
    lost: int
    """Stored, and not at headquarters."""
    unstored: int
    """Said and never stored: the moment of the kill, the unplugged time."""
    resent: int
    """Events of all lanes that were sent once more, as far as the daemons lived to tell."""
    repeated_at_hq: int
    """Identities that headquarters holds twice."""
    invented: int
    """Reads at headquarters that no camera said, or more often than it said them."""
    dropped: int
    hits_expected: int
    """Pairs of a listed vehicle and a run of the daemon that could hear a whole read of it."""
    alerts: int
    alert_p50_ms: float | None
    """From the last byte on the wire to the alert on the socket."""
    alert_p99_ms: float | None
    junk: int
    reconnects: int
    replugs: int
    kills: int
    dwell_events: int
    """At headquarters: what the car said of its stays in boxes of the forecast."""
    dwell_s: int
    """Of the stays that they tell of, as far as the car lived to tell."""


def summary(known: Evidence) -> Summary:
    """The account of one drive."""
    reads = [line for line in known.exported if line["kind"] == "read"]
    arrived = {(line["epoch"], line["seq"]) for line in reads}
    stored = known.announced | known.on_card | arrived
    waits_ms = sorted(_waits_ms(known))
    return Summary(
        reads_said=len(known.truth),
        reads_stored=len(stored),
        reads_at_hq=len(arrived),
        lost=len(stored - arrived),
        unstored=len(known.truth) - len(stored),
        resent=known.resent,
        repeated_at_hq=_repeated(known.exported),
        invented=_invented(known.truth, reads),
        dropped=max(known.dropped, sum(line["count"] for line in known.exported if line["kind"] == "dropped")),
        hits_expected=len(_expected(known)),
        alerts=len(known.alerts),
        alert_p50_ms=rank(waits_ms, 0.50),
        alert_p99_ms=rank(waits_ms, 0.99),
        junk=known.junk,
        reconnects=known.reconnects,
        replugs=known.replugs,
        kills=len(known.kills_ns),
        dwell_events=sum(line["kind"] == "dwell" for line in known.exported),
        dwell_s=sum(_stays_s(known.exported).values()),
    )


def rank(rising: Sequence[float], share: float) -> float | None:
    """The smallest value that `share` of all do not exceed (nearest rank), to a thousandth; None of nothing."""
    return round(rising[ceil(share * len(rising)) - 1], 3) if rising else None


def _stays_s(exported: Sequence[Line]) -> dict[tuple[str, int, int], int]:
    """By (epoch, box, arrival), the longest that was said of each stay: what was said before is included in it."""
    stays: dict[tuple[str, int, int], int] = {}
    for line in exported:
        if line["kind"] == "dwell":
            stay = (line["epoch"], line["box"], line["arrived_ms"])
            stays[stay] = max(stays.get(stay, 0), line["dwell_s"])
    return stays


def _repeated(exported: Sequence[Line]) -> int:
    times = Counter((line["vehicle"], line["epoch"], line["lane"], line["seq"]) for line in exported)
    return times.total() - len(times)


def _invented(truth: Sequence[Line], reads: Sequence[Line]) -> int:
    said = Counter((line["camera"], line["vrm_said"]) for line in truth if line["last_byte_mono_ns"] is not None)
    return (Counter((line["camera"], line["vrm"]) for line in reads) - said).total()


def _expected(known: Evidence) -> dict[tuple[int, str], int]:
    """(run, key) of a listed vehicle -> CLOCK_MONOTONIC of the last byte of its first whole read in that run."""
    first_ns: dict[tuple[int, str], int] = {}
    for line in known.truth:
        key = canonical(line["vrm_said"]) if line["fault"] is None else None
        if key in known.listed:
            first_ns.setdefault((_run(known, line["last_byte_mono_ns"]), key), line["last_byte_mono_ns"])
    return first_ns


def _waits_ms(known: Evidence) -> list[float]:
    first_ns = _expected(known)
    waits_ms = []
    for alert in known.alerts:
        said_ns = first_ns.get((_run(known, alert["mono_ns"]), canonical(alert["vrm"]) or ""))
        if said_ns is not None:
            waits_ms.append((alert["mono_ns"] - said_ns) / 1e6)
    return waits_ms


def _run(known: Evidence, mono_ns: int) -> int:
    return bisect(known.kills_ns, mono_ns)
