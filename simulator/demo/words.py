"""Sights and reasons -> the words that every view and the summary use, so that they tell the same story."""

from collections.abc import Mapping
from typing import Any, Final

FAULTS: Final = {"unplug": "unplugged", "closed": "nobody listens", "overflow": "no room"}
STARTING: Final = "Broker, headquarters, town and car are started."
UNPLUGGED: Final = "The front camera is unplugged: what it says now, nobody hears."
REPLUGGED: Final = "The front camera is plugged in again."
CUT: Final = "The broker is cut off: records wait on the card; the crew is warned as before."
BACK: Final = "The broker is back."
KILLED: Final = "The daemon is killed with kill -9, and started again at once."
DRAINING: Final = "The drive is over: headquarters gets what is still on the card."
READ_AGAIN: Final = "The camera is read again."
LINKED_AGAIN: Final = "The link is up again: what waited is sent."
DWELLS: Final = "The car is in a box of the forecast: its minutes count there. A box gives no ground for a stop."
ALIVE_AGAIN: Final = "The daemon is back, {:.1f} s after the kill."


def reason(alert: Mapping[str, Any]) -> str:
    """`STOP · FIREARMS MARKER · FI`."""
    return " · ".join(str(alert[name]) for name in ("action", "reason", "markers") if alert[name])


def vehicle(alert: Mapping[str, Any]) -> str:
    """`black FORD TRANSIT`, as far as the list knows it."""
    colour = (alert["colour"] or "").lower()
    return " ".join(part for part in (colour, alert["make"], alert["model"]) if part)


def wait(ms: float | None) -> str:
    """`0.9 ms`, or nothing."""
    return "" if ms is None else f"{ms:.1f} ms"
