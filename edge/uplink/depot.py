"""The machine's network interfaces and addresses -> whether the car stands at its depot. Looks only, sends nothing."""

import socket
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Final

from edge.config.upkeep import Link

_INTERFACES: Final = Path("/sys/class/net")
_UP: Final = ("up", "unknown")  # "unknown": a driver that does not say, such as a tunnel's (Linux, operstates.rst)
_DISCARD: Final = 9  # any port will do: nothing is sent

Network = IPv4Network | IPv6Network


class Depot:
    """The depot's network, by the name of an interface or by a subnet."""

    def __init__(self, link: Link, interfaces: Path = _INTERFACES) -> None:
        self._interface = None if link.depot_interface is None else interfaces / link.depot_interface / "operstate"
        self._subnet = None if link.depot_subnet is None else ip_network(link.depot_subnet)

    def is_here(self) -> bool:
        """Whether either sign is there now."""
        return (self._interface is not None and _is_up(self._interface)) or (
            self._subnet is not None and _is_in(own_address_towards(self._subnet), self._subnet)
        )


def own_address_towards(subnet: Network) -> str | None:
    """This machine's address on its way to a network, by the routing table (a datagram socket's connect sends nothing)."""
    family = socket.AF_INET if subnet.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(next(iter(subnet.hosts()))), _DISCARD))
            return str(probe.getsockname()[0])
    except OSError:  # no way there, or a kernel without IPv6
        return None


def _is_up(operstate: Path) -> bool:
    try:
        return operstate.read_text("ascii").strip() in _UP
    except OSError:  # an interface that is not there
        return False


def _is_in(address: str | None, subnet: Network) -> bool:
    return address is not None and ip_address(address.partition("%")[0]) in subnet
