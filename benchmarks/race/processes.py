"""Process ids -> what the kernel has counted for them: CPU, memory, bytes to the disk, times woken (proc(5))."""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICK_S: Final = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Counted:
    """Of all of them together, since each began; memory as it is now."""

    cpu_s: float
    rss_mb: float
    pss_mb: float
    written_bytes: int
    woken: int


def counted(pids: Iterable[int]) -> Counted:
    """Those that have ended count nothing."""
    parts = [part for pid in pids if (part := _counted(Path(f"/proc/{pid}"))) is not None]
    return Counted(
        sum(part.cpu_s for part in parts),
        round(sum(part.rss_mb for part in parts), 1),
        round(sum(part.pss_mb for part in parts), 1),
        sum(part.written_bytes for part in parts),
        sum(part.woken for part in parts),
    )


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child))
    return found


def _counted(place: Path) -> Counted | None:
    with suppress(OSError):
        fields = (place / "stat").read_text().rpartition(")")[2].split()
        rollup = _keyed((place / "smaps_rollup").read_text())
        return Counted(
            (int(fields[11]) + int(fields[12])) * _TICK_S,
            rollup["Rss"] * 1024 / 1e6,
            rollup["Pss"] * 1024 / 1e6,
            _keyed((place / "io").read_text())["write_bytes"],
            sum(
                _keyed((task / "status").read_text())["voluntary_ctxt_switches"] for task in (place / "task").iterdir()
            ),
        )
    return None


def _keyed(text: str) -> dict[str, int]:
    found = {}
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if (words := value.split()) and words[0].isdigit():
            found[key] = int(words[0])
    return found
