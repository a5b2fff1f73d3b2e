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
