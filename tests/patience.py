"""How long tests wait. Bounds for a broken build: a sound one is never waited for in full, however busy the machine is."""

import os
from typing import Final

PATIENCE_S: Final = float(os.environ.get("PATROL_PATIENCE_S", "60"))
"""For what must come."""
STOP_S: Final = 3.0
"""Promised: a clean stop, whatever the disk or the broker does. The car gives up after 2.8 s, with exit code 1."""
KILLED_S: Final = 5.0
"""The units' TimeoutStopSec: whoever has not ended is killed by systemd."""
REPLUGGED_S: Final = 5.0
"""Promised: a camera that is plugged in again is read."""
