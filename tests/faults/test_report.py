"""docs/reliability.md is what its command writes of the campaigns' own lines, and nothing in them is left out."""

from typing import Any

from tests.faults.rig import report

LINE: dict[str, Any] = {
    "torture": "kill9", "broken": None, "cycles": 7, "seed": 1, "promised": 1234, "at_hq": 1234, "lost": 0, "invented": 0,
    "repeated": 0, "corrupt": 0, "unbootable": 0, "good": True, "breaches": [], "said": 5678, "commit": "abc", "date": "2026-11-25",
    "seconds": 9.0,
}  # fmt: skip


def test_the_document_is_what_the_command_writes() -> None:
    assert report.DOCUMENT.read_text("utf-8") == report.document(report.lines())


def test_a_campaign_says_what_was_reached_beside_what_was_ordered() -> None:
    written = report.document([LINE])
    assert "| 1 | `kill9` | 10,000 cycles | 7 | 1,234 | 0 | 0 | 0 | 0 | 0 | yes | abc, 2026-11-25 |" in written
    assert "said 5,678" in written


def test_a_promise_that_was_broken_and_a_control_that_was_not_caught_stand_out() -> None:
    written = report.document([LINE | {"good": False, "lost": 3}, LINE | {"broken": "puback"}])
    assert "| 3 | 0 | 0 | 0 | 0 | **no** |" in written
    assert written.count("**no**") == 2


def test_what_was_not_run_is_said() -> None:
    written = report.document([])
    assert "| 7 | `ledger` | 1,000,000 events | not run |" in written
    assert "`kill9 --broken puback`" in written
