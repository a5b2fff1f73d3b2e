"""A radio link in small: a network of this process's own, another one for the car, and a cable between them that can be harmed.

Nothing of it has a name outside, so runs do not meet; the kernel takes it away with the processes. Root only.
"""

import ctypes
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from tests.faults.rig.campaign import NotPossibleError
from tests.faults.rig.program import until

HERE: Final = "10.78.0.1"
THERE: Final = "10.78.0.2"
BASE_END, CAR_END = "base", "car"
_CLONE_NEWNET: Final = 0x40000000
_PATH: Final = {"PATH": f"{os.defpath}:/usr/sbin:/sbin"}
THIN: Final = "root tbf rate 128kbit burst 4kb latency 600ms"
LOSS_PERCENT: Final = 20


class Wire:
    """Made in the main thread, before there is another one. `car_words` begin the command line of a program in the car."""

    def __init__(self) -> None:
        missing = [name for name in ("ip", "tc", "nft", "nsenter") if shutil.which(name, path=_PATH["PATH"]) is None]
        if os.geteuid() or missing:
            raise NotPossibleError(f"a network of its own needs root, iproute2 and nftables; missing: {missing}")
        if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET):
            raise NotPossibleError(os.strerror(ctypes.get_errno()))
        self._holder = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "cat"], stdin=subprocess.PIPE
        )
        self.car_words = ["nsenter", f"--net=/proc/{self._holder.pid}/ns/net"]
        self._base("ip link set lo up")
        self._until_apart()
        self._base(f"ip link add {BASE_END} type veth peer name {CAR_END} netns {self._holder.pid}")
        self._base(f"ip addr add {HERE}/30 dev {BASE_END}")
        self._base(f"ip link set {BASE_END} up")
        for words in (f"ip addr add {THERE}/30 dev {CAR_END}", f"ip link set {CAR_END} up", "ip link set lo up"):
            self._car(words)
        self._base("nft add table inet harm")
        for way in ("input", "output"):
            self._base(f"nft add chain inet harm {way} {{ type filter hook {way} priority 0 ; }}")

    def end(self) -> None:
        """The car's network is gone once nothing runs in it."""
        self._holder.kill()
        self._holder.communicate()

    def down(self) -> None:
        """The cable is out: both ends see it."""
        self._base(f"ip link set {BASE_END} down")

    def up(self) -> None:
        self._base(f"ip link set {BASE_END} up")

    def black_hole(self) -> None:
        """Every packet is lost, and nobody is told."""
        self._drop(f"iifname {BASE_END} drop", f"oifname {BASE_END} drop")

    def lossy(self, percent: int = LOSS_PERCENT) -> None:
        """Of each direction, so many packets of a hundred are lost."""
        self._drop(*(f"{way}ifname {BASE_END} numgen random mod 100 < {percent} drop" for way in "io"))

    def thin(self) -> None:
        """128 kbit/s in each direction."""
        self._base(f"tc qdisc replace dev {BASE_END} {THIN}")
        self._car(f"tc qdisc replace dev {CAR_END} {THIN}")

    def whole(self) -> None:
        """Nothing is dropped any more."""
        for way in ("input", "output"):
            self._base(f"nft flush chain inet harm {way}")

    def wide(self) -> None:
        """As fast as the machine."""
        self._base(f"tc qdisc del dev {BASE_END} root")
        self._car(f"tc qdisc del dev {CAR_END} root")

    def _drop(self, coming: str, going: str) -> None:
        self._base(f"nft add rule inet harm input {coming}")
        self._base(f"nft add rule inet harm output {going}")

    def _until_apart(self) -> None:
        """`unshare` has done its deed."""
        mine, its = Path("/proc/self/ns/net"), Path(f"/proc/{self._holder.pid}/ns/net")
        until(lambda: its.readlink() != mine.readlink(), "the car has a network of its own")

    def _base(self, words: str) -> None:
        subprocess.run(words.split(), check=True, env=_PATH)

    def _car(self, words: str) -> None:
        subprocess.run([*self.car_words, *words.split()], check=True, env=_PATH)
