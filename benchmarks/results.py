"""Figures of runs -> docs/figures/performance/NAME.json, written anew after each run, and read back for the page."""

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.rig import ROOT

FOLDER: Final = ROOT / "docs" / "figures" / "performance"
Run = dict[str, dict[str, Any]]
"""Contestant -> figure -> value."""


class Results:
    """One row's runs, as they come."""

    def __init__(self, name: str, method: str, folder: Path = FOLDER) -> None:
        self._path = folder / f"{name}.json"
        self._said: dict[str, Any] = {"row": name, "method": " ".join(method.split()), **surroundings(), "runs": []}

    def add(self, run: Run) -> None:
        """Another run; the file holds it from now on."""
        self._said["runs"].append({"load_1min": round(os.getloadavg()[0], 1), "figures": run})
        self._write()

    def extend(self, part: Run) -> None:
        """More contestants of the run that is open; the first of them opens one."""
        runs = self._said["runs"]
        if not runs or set(part) & set(runs[-1]["figures"]):
            self.add(part)
        else:
            runs[-1]["figures"].update(part)
            self._write()

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(self._said, indent=1) + "\n", "utf-8")


def surroundings() -> dict[str, Any]:
    """Date, commit, versions and the kind of machine; nothing that names it."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}",
        "commit": _said_by("git", "rev-parse", "--short", "HEAD"),
        "versions": {
            "python": platform.python_version(),
            "mosquitto": _said_by("mosquitto", "-h").split()[2],
            "kernel": platform.release().split("-")[0],
        },
        "machine": {
            "architecture": platform.machine(),
            "cores": os.cpu_count(),
            "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        },
    }


def read(name: str, folder: Path = FOLDER) -> dict[str, Any] | None:
    """A row's file, or None when it has not run."""
    path = folder / f"{name}.json"
    if not path.exists():
        return None
    row: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return row


def values(row: dict[str, Any], contestant: str, figure: str) -> list[Any]:
    """One figure of all runs; None where it has none."""
    return [run["figures"][contestant].get(figure) for run in row["runs"] if contestant in run["figures"]]


def median(found: Iterable[float | None]) -> float | None:
    """Of those that are there."""
    there = [value for value in found if value is not None]
    return statistics.median(there) if there else None


def variation(found: Iterable[float | None]) -> float | None:
    """The coefficient of variation in percent; None of fewer than two runs, or about zero."""
    there = [value for value in found if value is not None]
    if len(there) < 2 or not (mean := statistics.mean(there)):
        return None
    return statistics.stdev(there) / mean * 100


def _said_by(*words: str) -> str:
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
