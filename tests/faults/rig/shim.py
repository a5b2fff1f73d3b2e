"""shim.c and a folder -> the environment of a program whose card can stall, or whose clock stands in 1970."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.faults.rig.program import until

IS_POSSIBLE: Final = shutil.which("gcc") is not None and Path("/usr/include/dlfcn.h").exists()
REASON: Final = "gcc or the C library's headers are not installed: stalls and clocks are injected by a shim in C"
SOURCE: Final = Path(__file__).with_name("shim.c")


class Shim:
    """Compiled into the folder; where IS_POSSIBLE. `environment` is for the program."""

    def __init__(self, folder: Path) -> None:
        library = folder / "shim.so"
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
        self._trigger = folder / "stall"
        self.environment = {"LD_PRELOAD": str(library), "SHIM_STALL": str(self._trigger)}

    @contextmanager
    def stalled(self, knock: Callable[[], object]) -> Iterator[None]:
        """The card takes nothing meanwhile; entered when somebody waits for it. `knock` gives a reason to write."""
        waiting = self._trigger.with_name("stall.waiting")
        waiting.unlink(missing_ok=True)
        self._trigger.touch()
        try:
            knock()
            until(waiting.exists, "somebody waits for the card")
            yield
        finally:
            self._trigger.unlink()
