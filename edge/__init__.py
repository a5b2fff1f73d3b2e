"""THE CAR: the daemon, in the order the data flows: intake, matcher, terminal, spool, uplink."""

from typing import Final

__version__: Final = "0.1.0"
