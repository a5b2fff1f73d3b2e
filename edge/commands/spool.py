"""`patrol-edge spool`: what is stored and not yet receipted; works while the daemon runs and while it does not."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from edge.commands.configured import WRONG, add_config, keyed
from edge.spool import rows
from edge.spool.database import PAGE_BYTES, SPOOL_CACHE_KB, StoreError, connect
from edge.spool.ledger import Ledger
from edge.spool.opening import path_of
from proto.lanes import Lane


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("spool", help="what is stored and not yet receipted", description=__doc__)
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Reads the spool's file itself."""
    found = keyed(args)
    if found is None:
        return WRONG
    config, key = found
    try:
        unreceipted = list(_unreceipted(path_of(config.storage.folder, key), key))
    except StoreError as error:
        print(f"the spool cannot be read: {error}; the next start of the daemon salvages it", file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps({"unreceipted": unreceipted}))
    else:
        for piece in unreceipted:
            print(f"{piece['epoch']} {piece['lane']}: {piece['first']} to {piece['last']}")
        total = sum(piece["last"] - piece["first"] + 1 for piece in unreceipted)
        print(f"{total} events wait for headquarters' receipt")
    return 0


def _unreceipted(path: Path, key: str) -> list[dict[str, Any]]:
    if not path.exists() or not path.stat().st_size:  # a daemon that was killed at its very first step
        return []
    connection = connect(path, key, page_bytes=PAGE_BYTES, cache_kb=SPOOL_CACHE_KB)
    try:
        # One snapshot: the daemon may be writing.
        connection.execute("BEGIN")
        epochs = {epoch.n: epoch for epoch in rows.epochs(connection)}
        ledgers: dict[tuple[int, Lane], Ledger] = {}
        for stretch in rows.stretches(connection):
            ledgers.setdefault((stretch.epoch, stretch.lane), Ledger(epochs[stretch.epoch], stretch.lane)).load(stretch)
        for n, lane, receipted, aside in rows.receipts(connection):
            ledgers.setdefault((n, lane), Ledger(epochs[n], lane)).load_receipts(receipted, aside)
    finally:
        connection.close()
    return [
        {"epoch": ledger.epoch.id.hex(), "lane": ledger.lane.word, "first": first, "last": last}
        for ledger in ledgers.values()
        for first, last in ledger.unreceipted()
    ]
