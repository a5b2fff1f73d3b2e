"""A timeline and the time -> two lines: the drive as a strip with its faults in it, and a head that moves along."""

from typing import Final

from rich.text import Text

from simulator.demo.timeline import Timeline

_DONE: Final = "grey70"
_AHEAD: Final = "grey35"
_FAULT: Final = "orange1"
_FAULT_AHEAD: Final = "dark_orange3"


def strip(when: Timeline, now_s: float, wide: int) -> tuple[Text, Text]:
    """`wide` cells each: the strip, and what its faults are called."""
    bar, names = Text(), Text()
    head = round(min(now_s, when.end_s) / when.end_s * (wide - 1))
    marks = _marks(when, wide)
    for cell in range(wide):
        name = next((name for name, first, last in marks if first <= cell <= last), None)
        is_done = cell <= head
        if cell == head and 0 < now_s < when.end_s:
            bar.append("●", style="bold bright_white")
        elif name is not None:
            bar.append("━" if name != "kill -9" else "✖", style=_FAULT if is_done else _FAULT_AHEAD)
        else:
            bar.append("─", style=_DONE if is_done else _AHEAD)
    for name, first, _ in marks:
        names.append(" " * max(1 if names else 0, first - names.cell_len))
        names.append(name, style=_FAULT if first <= head else _FAULT_AHEAD)
    end = f"{min(now_s, when.end_s):.0f} of {when.end_s:.0f} s" if now_s else ""
    names.append(" " * max(1, wide - names.cell_len - len(end)))
    return bar, names.append(end, style=_DONE)


def _marks(when: Timeline, wide: int) -> list[tuple[str, int, int]]:
    """(name, first cell, last cell) of each fault."""
    cell = (wide - 1) / when.end_s
    spans = (
        ("unplugged", when.unplug_s, when.replug_s),
        ("broker away", when.cut_s, when.back_s),
        ("kill -9", when.kill_s, when.kill_s),
    )
    return [(name, round(first_s * cell), round(last_s * cell)) for name, first_s, last_s in spans]
