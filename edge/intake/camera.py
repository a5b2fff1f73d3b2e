"""One camera's port -> readings to the watch, junk to a count. The port may go and come back at any time."""

from collections import Counter
from collections.abc import Callable

from drivers.anpr import DIALECTS
from drivers.dialect import LineSettings
from drivers.readings import Junk, PlateSeen
from drivers.streams import open_serial
from edge.config import Camera
from edge.intake.watch import Watch


class CameraIntake:
    """Reads one camera for as long as its port is there."""

    def __init__(self, camera: Camera, watch: Watch) -> None:
        self.name = camera.name
        self.port = camera.port
        self.reads = 0
        self.junk: Counter[str] = Counter()
        self.heard_ns: int | None = None
        """CLOCK_MONOTONIC of the latest byte."""
        self._camera = camera
        self._watch = watch

    async def run(self, is_up: Callable[[], None]) -> None:
        """Ends with OSError when the port cannot be opened or is gone."""
        dialect = DIALECTS[self._camera.dialect]()
        async with open_serial(self._camera.port, line_of(dialect.line, self._camera.baud)) as stream:
            is_up()
            try:
                while True:
                    data = await stream.read()
                    self.heard_ns = stream.read_ns
                    self._take(dialect.feed(data), stream.read_ns)
            finally:
                self._take(dialect.close(), stream.read_ns)

    def _take(self, items: list[PlateSeen | Junk], read_ns: int) -> None:
        for item in items:
            if type(item) is Junk:
                self.junk[item.reason] += 1
            else:
                assert isinstance(item, PlateSeen)
                self.reads += 1
                self._watch.saw(self.name, item, read_ns)


def line_of(line: LineSettings, baud: int | None) -> LineSettings:
    """The dialect's line settings, with the configuration's speed when it names one."""
    return line if baud is None else LineSettings(baud, line.bytesize, line.parity, line.stopbits)
