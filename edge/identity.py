"""Who this process is: an epoch drawn by chance at every start, and the boot it lives in. [proto-3]"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from proto.batches import BOOT_BYTES, EPOCH_BYTES

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


def draw_epoch(chance: Callable[[int], bytes] = os.urandom) -> bytes:
    """8 random bytes: a restored or cloned card never uses a number twice."""
    return chance(EPOCH_BYTES)


def boot_id() -> bytes:
    """The first 8 bytes of the kernel's boot id (random(4))."""
    return bytes.fromhex(_BOOT_ID.read_text("ascii").replace("-", ""))[:BOOT_BYTES]
