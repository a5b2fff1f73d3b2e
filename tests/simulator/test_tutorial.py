"""docs/simulator.md, "write your own dialect in ten minutes": done as it is written, in a copy of the tree."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "img", "forecast.md")


def test_a_dialect_of_ones_own_is_written_in_ten_minutes(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "simulator.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text.partition("## Write your own dialect")[2], re.MULTILINE | re.DOTALL)
    assert len(blocks) == 5
    copy = tmp_path / "tree"
    shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)], cwd=copy, env={**os.environ, "PATH": tools},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    summary = json.loads((copy / "drive.log").read_text().splitlines()[-1])
    counts = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"out"')]
    (front,) = (each for each in counts if each["out"] == "front.jsonl")
    assert front["readings"] == summary["whole"] == 100
    assert "junk" not in front
    assert re.search(r"\d+ passed", done.stdout)
    assert '"vrm": "AB12CDE", "confidence": 0.9,' in done.stdout
