"""A summary -> the account that people read when the drive is over: a table, and plain sentences."""

from collections.abc import Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simulator.demo.account import Summary

_GOOD: Final = "bold green3"
_BAD: Final = "bold orange1"


def closing(summary: Summary, failures: Sequence[str]) -> RenderableType:
    """`failures`: what went wrong, a sentence each; empty when all went well."""
    return Padding(Group(_table(summary), Text(), *_sentences(summary, failures)), (1, 1))


def _table(s: Summary) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="grey74")
    table.add_column(justify="right", style="bold")
    table.add_column(style="grey62")
    for name, count, remark in (
        ("said by the camera", s.reads_said, ""),
        ("never stored", s.unstored, "the time without a plug, and the moment of the kill"),
        ("stored on the card", s.reads_stored, ""),
        ("at headquarters", s.reads_at_hq, ""),
        ("lost", s.lost, "stored, and not at headquarters"),
        ("repeated", s.repeated_at_hq, "at headquarters twice"),
        ("dropped", s.dropped, ""),
        ("re-sent", s.resent, "the link was lost before a receipt came"),
        ("alerts", s.alerts, f"of {s.hits_expected} that were due"),
    ):
        table.add_row(name, f"{count}", remark)
    return table


def _sentences(s: Summary, failures: Sequence[str]) -> list[Text]:
    rows = []
    if s.alert_p50_ms is not None and s.alert_p99_ms is not None:
        rows.append(
            Text(
                f"After a plate's last byte, half of the alerts came within {s.alert_p50_ms:.1f} ms,"
                f" 99 % within {s.alert_p99_ms:.1f} ms."
            )
        )
    rows.append(
        Text(
            f"Unplugged and read again: {_times(s.replugs)}. Link lost and up again: {_times(s.reconnects)}."
            f" Killed: {_times(s.kills)}."
        )
    )
    rows.append(
        Text(
            f"Of the patrol in the forecast's boxes, headquarters has {s.dwell_events} events; {s.dwell_s} s of dwell."
        )
    )
    if failures:
        return [*rows, *(Text(f"FAILED: {failure}.", style=_BAD) for failure in failures)]
    return [
        *rows,
        Text("Nothing that was stored is lost or doubled, and nobody wanted was missed.", style=_GOOD),
    ]


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")
