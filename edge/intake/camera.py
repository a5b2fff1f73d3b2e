"""One camera's port -> readings to the watch, junk to a count. The port may go and come back at any time."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from drivers.anpr import dialect as camera_dialect
from drivers.dialect import LineSettings
from drivers.readings import Junk, PlateSeen
from drivers.streams import OpenPort, open_port
from edge.config.car import Camera
from edge.intake.face import Face
from edge.intake.watch import Watch
from proto.events import Moment


class CameraIntake:
    """Reads one camera for as long as its port is there."""

    def __init__(self, camera: Camera, watch: Watch, open_: OpenPort = open_port) -> None:
        self.name = camera.name
        self.port = camera.port
        self.reads = 0
        self.junk: Counter[str] = Counter()
        self.heard_ns: int | None = None
        """CLOCK_MONOTONIC of the latest byte."""
        self._camera = camera
        self._watch = watch
        self._open = open_
        self._latest: PlateSeen | None = None
        self._latest_ns = 0

    async def run(self, is_up: Callable[[], None]) -> None:
        """Ends with OSError when the port cannot be opened or is gone."""
        dialect = camera_dialect(self._camera.dialect, self._camera.template)
        line = line_of(dialect.line, self._camera.baud)
        async with self._open(self._camera.port, line, dialect.greeting) as stream:
            is_up()
            try:
                while True:
                    if data := await stream.read():
                        self.heard_ns = stream.read_ns
                        self._take(dialect.feed(data), stream.read_ns)
                    else:
                        self._take(dialect.close(), stream.read_ns)
            finally:
                self._take(dialect.close(), stream.read_ns)

    def told(self, moment: Moment) -> dict[str, Any]:
        """For the status: how far the camera's own clock is off, as far as that can be known."""
        if self._latest is None or self._latest.camera_at is None:
            return {"clock_off_s": None, "clock": None}
        face = Face(self._latest.camera_at, self._latest_ns)
        return {"clock_off_s": face.off_s(moment), "clock": face.complaint(moment)}

    def _take(self, items: list[PlateSeen | Junk], read_ns: int) -> None:
        for item in items:
            if type(item) is Junk:
                self.junk[item.reason] += 1
                continue
            assert isinstance(item, PlateSeen)
            if item.pictures:  # nothing stores them yet, and a full queue would hold a gigabyte of them
                item = replace(item, pictures=())
            self.reads += 1
            self._latest, self._latest_ns = item, read_ns
            self._watch.saw(self.name, item, read_ns)


def line_of(line: LineSettings, baud: int | None) -> LineSettings:
    """The dialect's line settings, with the configuration's speed when it names one."""
    return line if baud is None else LineSettings(baud, line.bytesize, line.parity, line.stopbits)
