"""`python -m tests.brokers.rig.early --config F`: the daemon on a machine whose clock stands at 1970, as after a night without a battery."""

import asyncio
import os
import sys
import time
from pathlib import Path

from edge import app
from edge.config.file import key_of, load


def words(config: Path) -> list[str]:
    """Its command line."""
    return [sys.executable, "-m", __name__, "--config", str(config)]


if __name__ == "__main__":
    time.time_ns = lambda: 0
    orders = load(Path(sys.argv[2]))
    os._exit(asyncio.run(app.run(orders, key_of(orders.storage))))
