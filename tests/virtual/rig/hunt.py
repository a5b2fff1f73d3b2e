"""Every broken copy of ourselves -> how many virtual hours it lived. `python -m tests.virtual.rig.hunt [--hours N] [NAME ...]`."""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from tests.faults.rig.broken import BROKEN, broken_tree
from tests.faults.tortures.virtual import TORTURE, simulated

HOURS: Final = 600.0


def main() -> int:
    """One JSON line each. Exit code 1: one of them survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--hours", type=float, default=HOURS)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    survived = 0
    for name in args.names or TORTURE.catches:
        told = hunted(name, args.hours, args.seed)
        survived += told["is_alive"]
        print(json.dumps(told), flush=True)
    return 1 if survived else 0


def hunted(name: str, hours: float, seed: int) -> dict[str, Any]:
    """One of them, in a folder of which nothing is left."""
    folder = Path(tempfile.mkdtemp(prefix="hunt-"))
    try:
        told = simulated(broken_tree(name, folder), hours, seed)
    finally:
        shutil.rmtree(folder)
    by = told["found"][0] if told["found"] else {"seed": None, "broken": None}
    return {
        "broken": name,
        "about": BROKEN[name].about,
        "is_alive": told["good"],
        "hours": told["hours"],
        "history": by["seed"],
        "breach": by["broken"],
    }


if __name__ == "__main__":
    sys.exit(main())
