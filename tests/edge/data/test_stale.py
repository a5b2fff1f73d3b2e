"""`patrol-edge lists`: name, version, entries, made, age; stale by its age, and stale because a newer one is overdue."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edge.cli import main
from edge.data import holdings
from edge.matcher.listfile import About, write_list
from proto.voi import Entry, parse
from proto.voi_lines import HEADER

if TYPE_CHECKING:
    from tests.edge.data.conftest import MakeList

KEY = "5a" * 32
HOUR_MS = 3_600_000


@pytest.mark.parametrize(("made_hours", "expires_hours", "stale"), [(-2, 1, False), (-2, -1, True), (-25, 1, True)])
def test_a_list_is_stale_by_its_age_and_when_a_newer_one_is_overdue(
    tmp_path: Path,
    make_list: "MakeList",
    capsys: pytest.CaptureFixture[str],
    made_hours: int,
    expires_hours: int,
    stale: bool,
) -> None:
    now_ms = time.time_ns() // 1_000_000
    made_ms, expires_ms = now_ms + made_hours * HOUR_MS, now_ms + expires_hours * HOUR_MS
    storage = tmp_path / "store"
    (storage / holdings.FOLDER).mkdir(parents=True)
    message, _ = make_list(["ZZ99ABC"], 7, made_ms=made_ms, expires_ms=expires_ms)
    holdings.keep_manifest(storage, "wanted", message)
    entries = [entry for entry in parse([HEADER, "ZZ99ABC" + "," * 15]) if isinstance(entry, Entry)]
    write_list(storage / "lists", KEY, About("wanted", 7, made_ms, 0, signed=True), entries)
    (tmp_path / "key").write_text(KEY)
    config = tmp_path / "c.toml"
    config.write_text(
        'vehicle = "k-1"\n[broker]\nurl = "mqtt://127.0.0.1:1"\n[storage]\nfolder = "store"\nkey_file = "key"\n'
    )
    assert main(["lists", "--config", str(config), "--json"]) == int(stale)
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["name"], listed["version"], listed["entries"], listed["stale"]) == ("wanted", 7, 1, stale)
    assert 0 <= listed["age"] + made_hours * 3600 < 600
    assert listed["made"].endswith("Z")
