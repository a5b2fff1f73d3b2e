"""`patrol-hq forecast report`: the document's own figures are what its results say, and bad files get a sentence."""

import argparse
import json
import shutil
from pathlib import Path

import pytest

from headquarters.forecast import cli, report
from headquarters.forecast.reading import InputError

DOCS = Path(__file__).parents[2] / "docs"
RESULTS = sorted((DOCS / "forecast").glob("*-*.json"))


def said(*words: object) -> int:
    parser = argparse.ArgumentParser()
    cli.add(parser.add_subparsers(dest="command", required=True))
    return cli.run(parser.parse_args(["forecast", "report", *map(str, words)]))


def test_the_documents_tables_and_plots_are_those_of_its_results(tmp_path: Path) -> None:
    """Otherwise: patrol-hq forecast report docs/forecast/*-*.json --into docs/forecast.md --plots docs/forecast"""
    copy = tmp_path / "forecast.md"
    shutil.copy(DOCS / "forecast.md", copy)
    assert said(*RESULTS, "--into", copy, "--plots", tmp_path) == 0
    assert copy.read_text() == (DOCS / "forecast.md").read_text()
    for name in ("hit-rate.svg", "calibration.svg"):
        assert (tmp_path / name).read_text() == (DOCS / "forecast" / name).read_text()


def test_periods_have_sections_and_shares_have_columns(capsys: pytest.CaptureFixture[str]) -> None:
    year = [DOCS / "forecast" / f"2019-{share}.json" for share in (1, 5)]
    assert said(*year) == 0
    text = capsys.readouterr().out
    assert (
        "### 2019-01-01 to 2019-12-31: 14266 target events, 27 boxes (1 %) and 136 boxes (5 %) of 250 m a day" in text
    )
    assert "| naive counts, free boxes | 0.0822 (0.0770 to 0.0880) | +11.4 % (+6.8 to +16.2) | 0.2362" in text
    assert text.count("| this forecast |") == 1


def test_what_is_no_result_or_has_no_marks_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad, document = tmp_path / "bad.json", tmp_path / "d.md"
    for content in ("", "[]", '{"from": 1}', json.dumps({**json.loads(RESULTS[0].read_text()), "volume": None})):
        bad.write_text(content)
        assert said(bad) == 2
        assert "is no result of" in capsys.readouterr().err
    document.write_text("# Mine\n")
    assert said(RESULTS[0], "--into", document) == 2
    assert document.read_text() == "# Mine\n"
    with pytest.raises(InputError):
        report.written_into(report.BEGIN, "x")
    assert (
        report.written_into(f"a {report.BEGIN} old {report.END} z", "new")
        == f"a {report.BEGIN}\n\nnew\n\n{report.END} z"
    )
