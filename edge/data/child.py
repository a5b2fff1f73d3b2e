"""Orders on stdin -> one verdict on stdout: a manifest verified, or a set put in place; then this process ends.

A process of its own, so that the daemon keeps its memory and its event loop: `python -m edge.data.child`. Orders and
verdict are one pickle and one JSON object; both ends are this program.
"""

import contextlib
import json
import os
import pickle
import sys
from typing import Any, Final

from edge.data.applying import RefusedError, admitted, put_in_place
from edge.data.coming import Shelf
from edge.data.orders import Orders
from edge.spool.database import StoreError, is_full

NICE: Final = 10  # behind the daemon, before a backup


def verdict(orders: Orders) -> dict[str, Any]:
    """{"good": true} | {"refused": reason} | {"failed": reason}: the world's fault, to be tried again."""
    try:
        if orders.name is None:
            admitted(orders.message, orders.judge, orders.now, orders.place)
        else:
            shelf = Shelf(orders.place.storage, orders.place.key)
            put_in_place(orders.message, shelf.pieces(orders.name), orders.judge, orders.now, orders.place)
    except RefusedError as error:
        return {"refused": str(error)}
    except StoreError as error:
        return {"failed": "disk full" if is_full(error) else "store damaged"}
    except OSError as error:
        return {"failed": error.strerror or "disk"}
    return {"good": True}


def main() -> None:
    """Reads orders, writes the verdict."""
    with contextlib.suppress(OSError):  # a sandbox may forbid it
        os.nice(NICE)
    orders = pickle.load(sys.stdin.buffer)
    print(json.dumps(verdict(orders)))


if __name__ == "__main__":
    main()
