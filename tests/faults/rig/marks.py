"""A word -> a mark in the log of a device under dm-log-writes (Documentation/admin-guide/device-mapper/log-writes.rst).

`python -S -E -m tests.faults.rig.marks MODULE...` loads the drivers for it: a small system has no insmod.
"""

import os
import sys
from fcntl import ioctl
from pathlib import Path
from struct import pack
from typing import Final

CONTROL: Final = "/dev/mapper/control"
_TARGET_MSG: Final = 3 << 30 | 312 << 16 | 0xFD << 8 | 14  # DM_TARGET_MSG, linux/dm-ioctl.h
_HEAD: Final = "=3I7IQ128s129s7x"  # struct dm_ioctl
_HEAD_BYTES: Final = 312
_FINIT_MODULE: Final = 313  # finit_module(2) on x86-64


class Marks:
    """The log of one device, by its name."""

    def __init__(self, name: str) -> None:
        self._name = name.encode()
        self._control = os.open(CONTROL, os.O_RDWR)

    def put(self, text: str) -> None:
        """Everything that is in the log now was written before this. No spaces, fewer than 400 characters."""
        message = pack("=Q", 0) + b"mark " + text.encode() + b"\0"
        size = _HEAD_BYTES + len(message)
        head = pack(_HEAD, 4, 0, 0, size, _HEAD_BYTES, 0, 0, 0, 0, 0, 0, self._name, b"")
        ioctl(self._control, _TARGET_MSG, bytearray(head + message))


def load(paths: list[str]) -> None:
    """Drivers into the kernel. Raises OSError."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    for path in paths:
        with Path(path).open("rb") as module:
            if libc.syscall(_FINIT_MODULE, module.fileno(), b"", 0):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), path)


if __name__ == "__main__":
    load(sys.argv[1:])
