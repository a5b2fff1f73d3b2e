"""Refusals -> alarms: each once, a flood of different ones counted."""

from edge.data.admission import NEWS
from edge.data.refusals import MOST_ALARMS, WITHIN_S, Refusals


def test_each_refusal_is_an_alarm_once_and_a_flood_is_a_number() -> None:
    alarms: list[str] = []
    now_s = [0.0]
    refusals = Refusals(lambda _, detail: alarms.append(detail), lambda: now_s[0])
    refusals.note(b"x", "wanted", NEWS)
    for n in range(1000):
        refusals.note(n.to_bytes(16, "big"), "wanted", "signature wrong")
        refusals.note(n.to_bytes(16, "big"), "wanted", "signature wrong")
    assert (len(alarms), refusals.count) == (MOST_ALARMS, 2000)
    assert b"x" not in refusals
    now_s[0] = WITHIN_S
    refusals.note(b"y", None, "cut short")
    assert alarms[-1] == (
        f"a data set: cut short: refused, what is held stays (and {1000 - MOST_ALARMS} more before it, not said one by one)"
    )
