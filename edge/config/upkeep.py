"""What a car is told of its upkeep: when a device counts as sick, what the key does, what the radio link may cost."""

import re
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from annotated_types import Ge, Gt, Le, MaxLen

_STRICT: Final[dict[str, Any]] = {"extra": "forbid"}
_LINE: Final = re.compile(r"[^:]+:[0-9]{1,5}")
MB: Final = 1_000_000  # as tariffs count

Seconds = Annotated[float, Gt(0), Le(86_400)]


@dataclass(frozen=True, slots=True)
class Health:
    """When a device counts as sick.

    A camera that is silent at night on an empty road is well. So its seconds count only while the car moves, and only
    against another camera that reads; a camera without such a witness has `alone_s`.
    """

    __pydantic_config__: ClassVar = _STRICT
    silent_s: Seconds = 120
    """Of driving without a byte from a camera, while another camera reads."""
    blind_s: Seconds = 180
    """Of driving with bytes and without a plate, while another camera reads."""
    alone_s: Seconds = 1800
    """The same two, where no other camera reads."""
    witness_plates: Annotated[int, Ge(1), Le(10_000)] = 10
    """How many plates the other cameras must have read meanwhile."""
    gps_silent_s: Seconds = 10
    """Without a byte from a receiver, which speaks every second."""
    no_fix_s: Seconds = 300
    """With bytes and without a fix: a garage, a tunnel, or an aerial that is off."""


@dataclass(frozen=True, slots=True)
class Ignition:
    """How the car's key is known, and what follows when it is off. Without `file` and `gpio` there is no key.

    `file`: off while it is there, unless it begins with `on` or `1`. `gpio`: CHIP:LINE, such as /dev/gpiochip0:17, off
    while the line is low; needs the Python package gpiod.
    """

    __pydantic_config__: ClassVar = _STRICT
    file: Path | None = None
    gpio: str | None = None
    run_on_s: Annotated[float, Ge(0), Le(86_400)] = 60
    power_off: Annotated[tuple[str, ...], MaxLen(64)] = ()
    """The command that takes the power away, word by word; no shell reads it."""

    def __post_init__(self) -> None:
        if self.file is not None and self.gpio is not None:
            raise ValueError("gpio: the key is known by a file or by a line, not by both: give one")
        if self.gpio is not None and not _LINE.fullmatch(self.gpio):
            raise ValueError("gpio: give CHIP:LINE, such as /dev/gpiochip0:17")
        if self.power_off and not self.power_off[0]:
            raise ValueError("power_off: its first word is a program")


@dataclass(frozen=True, slots=True)
class Link:
    """What the radio link may cost in a month (UTC), and where a link costs nothing."""

    __pydantic_config__: ClassVar = _STRICT
    month_mb: Annotated[int, Ge(1), Le(1_000_000)] | None = None
    """Of 1,000,000 bytes; none: no budget."""
    depot_interface: str | None = None
    """At the depot while this network interface is up: for a Wi-Fi that knows no other network."""
    depot_subnet: str | None = None
    """At the depot while this machine has an address in this network."""

    def __post_init__(self) -> None:
        if self.depot_subnet is not None:
            try:
                ip_network(self.depot_subnet)
            except ValueError:
                raise ValueError("depot_subnet: give a network, such as 10.20.0.0/16") from None
        if self.depot_interface is not None and (not self.depot_interface or "/" in self.depot_interface):
            raise ValueError("depot_interface: give an interface's name, such as wlan0")

    @property
    def month_bytes(self) -> int | None:
        """The budget in bytes."""
        return None if self.month_mb is None else self.month_mb * MB

    @property
    def has_depot(self) -> bool:
        """Whether there is a depot to wait for."""
        return self.depot_interface is not None or self.depot_subnet is not None
