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
ASKED: Final = "Of {} headquarters knows: {}."
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


def known(vehicle_: Mapping[str, Any]) -> str:
    """`black FORD TRANSIT, stolen, kept by Walric Brackham, in 2 incidents`, of what a look-up found."""
    colour = str(vehicle_.get("colour", "")).lower()
    seen = " ".join(part for part in (colour, vehicle_.get("make"), vehicle_.get("model")) if part)
    keepers = [person["name"] for person in vehicle_.get("persons", ()) if person["role"] == "keeper"]
    incidents = len(vehicle_.get("incidents", ()))
    parts = [seen, *vehicle_.get("markers", ()), *(f"kept by {name}" for name in keepers)]
    if incidents:
        parts.append(f"in {incidents} incident{'s' if incidents > 1 else ''}")
    return ", ".join(part for part in parts if part)
