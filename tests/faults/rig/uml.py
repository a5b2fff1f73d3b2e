"""A folder of tools -> a machine whose power can be cut: user-mode Linux, its kernel the newest package of Debian.

`python -m tests.faults.rig.uml` fetches it for the suite, and leaves nothing where it does not start.

Debian 12's own kernel (6.1) panics on processors with AMX, and takes twice as long for every system call. So the package of
Debian unstable is unpacked together with its C library into the folder, by apt's ordinary means, when it is not there yet.
The program's loader is looked for in the working directory: the machine is started in that folder.
"""

import contextlib
import os
import platform
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.faults.rig.campaign import TOOLS, NotPossibleError

REASON: Final = "needs root, x86-64 and apt: power is cut in user-mode Linux, whose package is fetched"
SUITE: Final = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian sid main\n"
PACKAGES: Final = ("user-mode-linux", "libc6")
LIBRARIES: Final = "usr/lib/x86_64-linux-gnu"
BOOT_S: Final = 60.0  # of a first boot; it takes one or two
NOT_THERE: Final = "user-mode Linux is not there (or not root): scripts/test and scripts/torture power fetch it"
_LOADER: Final = b"/lib64/ld-linux-x86-64.so.2\0"


def is_there(tools: Path = TOOLS) -> bool:
    """Whether a machine can be started without fetching anything."""
    return os.geteuid() == 0 and (tools / "linux.uml").exists()


def fetched(tools: Path) -> Path:
    """The kernel in the folder of tools; fetched when it is not there. Raises NotPossibleError."""
    kernel = tools / "linux.uml"
    if os.geteuid() or platform.machine() != "x86_64" or shutil.which("apt-get") is None:
        raise NotPossibleError(REASON)
    if not kernel.exists():
        tools.mkdir(parents=True, exist_ok=True)
        try:
            _unpack(tools)
        except subprocess.CalledProcessError as error:
            raise NotPossibleError(f"user-mode Linux could not be fetched: {error}") from error
        original = (tools / "usr/bin/linux.uml").read_bytes()
        (tools / "ld.so").unlink(missing_ok=True)
        (tools / "ld.so").symlink_to(f"{LIBRARIES}/ld-linux-x86-64.so.2")
        fresh = tools / "linux.uml.new"
        fresh.write_bytes(original.replace(_LOADER, b"ld.so".ljust(len(_LOADER), b"\0")))
        fresh.chmod(0o755)
        fresh.rename(kernel)
    return kernel


def _unpack(tools: Path) -> None:
    lists, cache, source = tools / "apt/lists", tools / "apt/cache", tools / "apt/sid.list"
    for folder in (lists / "partial", cache / "archives/partial"):
        folder.mkdir(parents=True, exist_ok=True)
    source.write_text(SUITE)
    places = {
        "Dir::Etc::SourceList": source,
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": lists,
        "Dir::State::status": "/dev/null",
        "Dir::Cache": cache,
        "APT::Sandbox::User": "root",
    }
    options = [word for name, value in places.items() for word in ("-o", f"{name}={value}")]
    for words in (["update"], ["download", *PACKAGES]):
        subprocess.run(["apt-get", *options, "-qq", *words], cwd=tools, check=True, stdout=subprocess.DEVNULL)
    for package in tools.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, tools], check=True)
    shutil.rmtree(tools / "apt")


class Machine:
    """One machine. It sees this machine's files, read-only; its disks are files; what its init says on ttyS0 is `out`."""

    def __init__(self, tools: Path, init: Path, log: Path, disks: Sequence[Path] = (), tap: str | None = None) -> None:
        self._tools = tools
        self._log = log
        self._words = [
            str(fetched(tools)),
            "mem=256M",
            "rootfstype=hostfs",
            "rootflags=/",
            "ro",
            f"init={init}",
            "con=null",
            "con0=null,fd:2",
            "ssl0=null,fd:1",
            *(f"ubd{letter}={disk}" for letter, disk in zip("abcd", disks, strict=False)),
            *([f"vec0:transport=tap,ifname={tap},depth=64"] if tap else []),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def modules(self) -> Path:
        """Its kernel's drivers that can be loaded."""
        return next((self._tools / "usr/lib/uml/modules").iterdir()) / "kernel/drivers"

    def start(self) -> "subprocess.Popen[bytes]":
        """Power on. What is said comes through the process's stdout."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._words,
                cwd=self._tools,
                env={"LD_LIBRARY_PATH": str(self._tools / LIBRARIES), "PATH": os.defpath, "HOME": "/root"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        return self._process

    def cut(self) -> None:
        """Power off, this instant: whatever was only in its memory is gone. Harmless when it is off."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def _starts(tools: Path, folder: Path) -> bool:
    """Whether its init comes to say a word."""
    init = folder / "init"
    init.write_text("#!/bin/sh\nstty raw -echo </dev/ttyS0\necho up >/dev/ttyS0\nsleep 60\n")
    init.chmod(0o755)
    machine = Machine(tools, init, folder / "log")
    said = machine.start().stdout
    assert said is not None
    with said:
        try:
            return bool(select.select([said], [], [], BOOT_S)[0]) and said.readline() == b"up\n"
        finally:
            machine.cut()


def main() -> None:
    """Says why not, where it is not to be had: its tests are skipped then."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            kernel = fetched(TOOLS)
        except NotPossibleError as reason:
            print(f"no user-mode Linux: {reason}", file=sys.stderr)
        else:
            if not _starts(TOOLS, Path(folder)):
                kernel.unlink()
                print("user-mode Linux does not start here", file=sys.stderr)


if __name__ == "__main__":
    main()
