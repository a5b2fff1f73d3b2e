"""A file or a GPIO line -> whether the car's key is off. Each raises OSError when it cannot say."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final

from edge.config.upkeep import Ignition

ON: Final = (b"on", b"1")
MOST_BYTES: Final = 16

Key = Callable[[], bool]
"""True: off."""


def key_of(ignition: Ignition) -> Key | None:
    """How the configuration lets the key be known; None when it does not."""
    if ignition.file is not None:
        return FileKey(ignition.file)
    return None if ignition.gpio is None else GpioKey(ignition.gpio)


class FileKey:
    """Off while the file is there and does not begin with one of ON: made by a script, or a line of sysfs (`value`: 0 or 1)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> bool:
        try:
            with self._path.open("rb") as file:
                return not file.read(MOST_BYTES).strip().lower().startswith(ON)
        except FileNotFoundError:
            return False


class GpioKey:
    """Off while the line is low, read through libgpiod 2 (Python package gpiod, not needed by any other car)."""

    def __init__(self, chip_and_line: str) -> None:
        self._chip, _, line = chip_and_line.rpartition(":")
        self._line = int(line)
        self._read: Key | None = None

    def __call__(self) -> bool:
        if self._read is None:
            self._read = _requested(self._chip, self._line)
        return self._read()


def _requested(chip: str, line: int) -> Key:
    try:
        gpiod, of_line = import_module("gpiod"), import_module("gpiod.line")
    except ModuleNotFoundError as error:
        raise OSError(f"gpio needs the Python package {error.name}, which is not installed") from error
    settings = gpiod.LineSettings(direction=of_line.Direction.INPUT)
    request = gpiod.request_lines(chip, consumer="patrol-edge", config={line: settings})
    return lambda: request.get_value(line) is of_line.Value.INACTIVE
