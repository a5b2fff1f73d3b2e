"""One listed vehicle, as the crew is told of it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a list. Its repr shows no plate, for a repr may end in a log."""

    list: str
    vrm: str = field(repr=False)
    action: str | None = None
    """STOP or SILENT."""
    reason: str | None = field(default=None, repr=False)
    markers: str | None = field(default=None, repr=False)
    make: str | None = field(default=None, repr=False)
    model: str | None = field(default=None, repr=False)
    colour: str | None = field(default=None, repr=False)
    priority: int | None = None
    """0 to 100, 100 most urgent."""
    signed: bool = False
    weed_day: int | None = None
    """The last day on which it holds, as `date.toordinal` counts."""
    id: int = 0
    """Among those of its key in its list: the CRC-32 of its line when the list is signed. [proto-8.12]"""
    is_pattern: bool = False
    unsure: tuple[str, ...] = ()
    """What could not be judged when it was matched: words of `weed date`, `hours`, `area`."""

    @property
    def is_silent(self) -> bool:
        """Not shown on the driver's view, and without a tone."""
        return self.action == "SILENT"
