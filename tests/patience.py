"""How long tests wait. Bounds for a broken build: a sound one is never waited for in full, however busy the machine is."""

import os
from typing import Final

PATIENCE_S: Final = float(os.environ.get("PATROL_PATIENCE_S", "60"))
"""For what must come."""
STOP_S: Final = 5.0
"""For a stop: the units' TimeoutStopSec, after which systemd kills. A car that has not ended by itself after 2.8 s gives up, with exit code 1."""
