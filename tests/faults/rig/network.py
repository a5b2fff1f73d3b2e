"""Nothing -> a network of this process's own, in which it can reach only itself and the machines it starts. Root only."""

import ctypes
import os
import subprocess
from typing import Final

_CLONE_NEWNET: Final = 0x40000000
TAP: Final = "tap0"
HERE: Final = "10.77.0.1"
THERE: Final = "10.77.0.2"


def leave() -> None:
    """From now on this thread, what it starts, and its children have a network of their own. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "no network of its own")
    for words in (
        "link set lo up",
        f"tuntap add dev {TAP} mode tap",
        f"addr add {HERE}/24 dev {TAP}",
        f"link set {TAP} up",
    ):
        subprocess.run(["ip", *words.split()], check=True, env={"PATH": f"{os.defpath}:/usr/sbin:/sbin"})
