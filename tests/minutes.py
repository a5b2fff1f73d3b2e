"""Reports of tests -> a table of minutes per part of the suite, before pytest's last lines. Loaded by scripts/test."""

from collections import defaultdict
from operator import itemgetter
from pathlib import PurePath
from typing import Final

import pytest

_spent_s: Final[dict[str, float]] = defaultdict(float)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Adds a set-up, call or tear-down to its part: the folder below tests/, or the file that lies there alone."""
    path = PurePath(report.nodeid.partition("::")[0])
    _spent_s["/".join(path.parts[:2])] += report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table, longest first."""
    terminalreporter.section("minutes per part")
    for part, spent_s in sorted(_spent_s.items(), key=itemgetter(1), reverse=True):
        terminalreporter.write_line(f"{part:<32} {spent_s / 60:6.2f}")
