"""A line of the event stream -> a sentence for a person; of kinds that need none, the line as it is."""

import json
from collections.abc import Callable
from typing import Any, Final

Line = dict[str, Any]


def plain(line: Line) -> str:
    """`ALERT AB12 CDE on stolen, priority 80: firearms (0123456789abcdef-1)`."""
    said = _SENTENCES.get(line["kind"])
    return json.dumps(line) if said is None else said(line)


def _alert(line: Line) -> str:
    how = {"listed": "alert (listed)", "silent": "SILENT", "pile-up": "alert (in a pile-up)"}.get(
        line["shown"], "ALERT"
    )
    part = ", by a part of the VRM" if line["found"] == "pattern" else ""
    clone = f", PERHAPS A CLONE: other {' and '.join(line['mismatch'])}" if line["mismatch"] else ""
    unsure = f", not judged: {', '.join(line['unsure'])}" if line["unsure"] else ""
    more = f", and on {len(line['others'])} more" if line["others"] else ""
    doubtful = ", doubtful" if line["doubtful"] else ""
    return f"{how} {_entry(line)}{part}{clone}{doubtful}{unsure}{more} ({line['id']})"


def _advisory(line: Line) -> str:
    return f"looks like {line['listed_vrm']}: {_entry(line)}: advice, no alert"


def _unanswered(line: Line) -> str:
    base = line.get("base")
    told = f", base: {base['state']}" if base else ""
    return f"NOBODY ANSWERED: {_entry(line)}{told} ({line['id']})"


def _step(line: Line) -> str:
    why = f" ({line['reason']})" if line["reason"] else ""
    by = f" by {line['officer']}" if line["officer"] else ""
    return f"{line['step']}{why}{by}: {line['id']}"


def _base(line: Line) -> str:
    if line["state"] == "no answer":
        last = line["last"]
        return f"base: no answer, {'never confirmed' if last is None else 'last: ' + last['state']}: {line['id']}"
    return f"base: {line['state']}{' (late)' if line['late'] else ''}: {line['id']}"


def _pile_up(line: Line) -> str:
    first = line["first"]
    return f"PILE-UP {line['pile']}: {line['count']} alerts, first {first['vrm']} on {first['list']} ({first['id']})"


def _look_out(line: Line) -> str:
    return f"crew's list: {line['deed']} {line['vrm']}: {line['reason']}"


def _seen_before(line: Line) -> str:
    ago = "at a time not known" if line["ago_s"] is None else f"{round(line['ago_s'] / 60)} minutes ago"
    where = "" if line["metres"] is None else f", {line['metres'] / 1000:.1f} km from here"
    return f"{line['vrm']}, newly on {line['list']}, was seen {ago}{where} by {line['camera']}"


def _crew(line: Line) -> str:
    """The answer to `{"ask": "crew"}` has no step; a change of the crew has one."""
    aboard = ", ".join(f"{one['seat']} {one['officer']}" for one in line["crew"]) or "nobody"
    step = line.get("step")
    return f"on board: {aboard}" if step is None else f"shift {step}, on board: {aboard}"


def patrolled(patrol: Line) -> str:
    """Where the forecast sends the car, and how rarely it is right."""
    words: str = patrol["state"]
    if patrol["box"] is not None:
        words += f" in box {patrol['box']} for {patrol['dwell_min']} min, {patrol['minutes_useful']} min still useful"
    if (box := patrol["next"]) is not None:
        words += (
            f"; next box {box['box']}, {box['distance_m']} m at {box['bearing_deg']} degrees, right in {box['odds']}"
        )
    forecast = patrol["forecast"] or {}
    late = "".join(f", {word.upper()}" for word in ("stale", "overdue") if forecast.get(word))
    return f"{words}{late}. {patrol['notice']}" if forecast else words


def _entry(line: Line) -> str:
    priority = "" if line["priority"] is None else f", priority {line['priority']}"
    return f"{line['vrm']} on {line['list']}{priority}: {line['reason'] or 'no reason stated'}"


_SENTENCES: Final[dict[str, Callable[[Line], str]]] = {
    "alert": _alert,
    "advisory": _advisory,
    "unanswered": _unanswered,
    "step": _step,
    "base": _base,
    "note": lambda line: f"NOTE from base on {line['id']}: {line['text']}",
    "pile-up": _pile_up,
    "look-out": _look_out,
    "seen-before": _seen_before,
    "crew": _crew,
    "patrol": lambda line: f"patrol: {patrolled(line)}",
    "threshold": lambda line: f"the crew's threshold is {line['now']}, was {line['was']}",
}
