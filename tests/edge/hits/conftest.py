"""Headquarters that publishes and a car that trusts it: for tests of the whole way of a hit."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from headquarters.datasets.signing import load_signer
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from tests.edge.conftest import MakeDaemon
    from tests.edge.rig.daemon import Daemon
    from tests.edge.rig.device import Device

ROOT: Final = Path(__file__).parents[3]

Hq = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def hq(tmp_path: Path) -> Hq:
    """`hq("hits", "--json")`: one `patrol-hq` command on the test's store."""

    def run(word: str, *words: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "headquarters", word, "--store", f"sqlite:///{tmp_path}/hq.db", *words]
        return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE_S)

    return run


@pytest.fixture
def publish(tmp_path: Path, hq: Hq) -> Callable[[Path], None]:
    """Signed by the key that the test's cars trust."""
    key = tmp_path / "signing.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(key)], check=True, capture_output=True)

    def put(path: Path) -> None:
        hq("publish", "--key", str(key), "voi", str(path))

    return put


@pytest.fixture
def trusting_car(
    tmp_path: Path,
    publish: Callable[[Path], None],  # noqa: ARG001 - it makes the key
    make_daemon: "MakeDaemon",
    plug: "Callable[[str], Device]",
) -> "Callable[..., tuple[Daemon, Device]]":
    """A car with a camera that takes signed lists only."""

    def make(broker: str, extra: str = "") -> "tuple[Daemon, Device]":
        camera = plug("front")
        daemon = make_daemon(broker, f'{extra}[[cameras]]\nname = "front"\ndialect = "axxon"\nport = "{camera.path}"\n')
        public = load_signer(tmp_path / "signing.pem").public.hex()
        text = daemon.config.read_text().replace("allow_unsigned = true", f'trusted_keys = ["{public}"]')
        daemon.config.write_text(text)
        return daemon, camera

    return make
