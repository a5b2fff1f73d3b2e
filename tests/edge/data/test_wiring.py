"""The daemon beside its data sets: what it loads, what its configuration says, a key file that is gone, a child that hangs."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from edge.cli import main
from edge.config.file import ConfigError, load
from edge.data.admission import Judge, Now
from edge.data.children import ask_child
from edge.data.orders import Orders, Place

if TYPE_CHECKING:
    from tests.edge.conftest import MakeDaemon

ROOT: Final = Path(__file__).parents[3]
DIGITS: Final = "ab" * 32


def test_the_daemon_does_not_load_what_verifies_signatures() -> None:
    script = "import sys, edge.app; print([name for name in sys.modules if name.startswith('cryptography')])"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert loaded == "[]\n"


def configured(tmp_path: Path, keys: str) -> Path:
    path = tmp_path / "c.toml"
    path.write_text(
        f'vehicle = "k-1"\n[broker]\nurl = "mqtt://localhost"\n[storage]\nfolder = "s"\nkey_file = "k"\n'
        f"[lists]\ntrusted_keys = {keys}\n"
    )
    return path


def test_trusted_keys_are_digits_or_files_beside_the_configuration(tmp_path: Path) -> None:
    config = load(configured(tmp_path, f'["{DIGITS}", "{DIGITS}:2026-11-25", "hq.pem"]'))
    assert config.lists.trusted_keys == (DIGITS, f"{DIGITS}:2026-11-25", tmp_path / "hq.pem")


@pytest.mark.parametrize("keys", [f'["{DIGITS}:2026-13-25"]', '[""]', "5"])
def test_a_trusted_key_that_cannot_be_is_said_with_its_line(tmp_path: Path, keys: str) -> None:
    with pytest.raises(ConfigError, match=r"c\.toml:8: 'lists\.trusted_keys"):
        load(configured(tmp_path, keys))


def test_a_key_file_that_is_gone_is_an_alarm_and_no_reason_to_stay_down(make_daemon: "MakeDaemon") -> None:
    daemon = make_daemon()
    text = daemon.config.read_text().replace("allow_unsigned = true", 'trusted_keys = ["gone.pem"]')
    daemon.config.write_text(text)
    reader = daemon.start()
    assert reader.status["data"] == {}
    assert "trusted-keys" in daemon.output


def test_check_names_a_key_file_that_is_gone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "k").write_text("5a" * 32)
    assert main(["check", "--config", str(configured(tmp_path, '["hq.pem"]'))]) == 2
    assert "hq.pem: no trusted key can be read" in capsys.readouterr().err


async def test_a_child_that_is_not_waited_for_is_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    hung = tmp_path / "hung"
    hung.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 60\n")
    hung.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(hung))
    asking = asyncio.ensure_future(ask_child(Orders(b"", Judge("k-1", {}, frozenset()), Now(), Place(tmp_path, ""))))
    await eventually(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip())
    asking.cancel()
    await asyncio.wait([asking])
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()
