"""clock.c and a folder -> the environment of a program whose wall clock can be set while it runs."""

import subprocess
from pathlib import Path
from typing import Final

from tests.faults.rig.campaign import NotPossibleError
from tests.faults.rig.shim import IS_POSSIBLE, REASON

SOURCE: Final = Path(__file__).with_name("clock.c")
YEAR_S: Final = 31_557_600


class Clock:
    """Compiled into the folder; right at first. Raises NotPossibleError without a compiler."""

    def __init__(self, folder: Path) -> None:
        if not IS_POSSIBLE:
            raise NotPossibleError(REASON)
        library = folder / "clock.so"
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
        self._file = folder / "clock-off"
        self._file.write_bytes(bytes(8))
        self.environment = {"LD_PRELOAD": str(library), "SHIM_CLOCK": str(self._file)}

    def off(self, years: float) -> None:
        """From now on the wall clock is so far off."""
        with self._file.open("r+b") as file:
            file.write(int(years * YEAR_S).to_bytes(8, "little", signed=True))
