"""`patrol-hq audit verify`: the store's audit chains against their heads. `patrol-hq audit heads`: the heads, to be kept elsewhere."""

import argparse
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from headquarters import addresses
from headquarters.audit import heads
from headquarters.audit.verify import Fault, Report, verify
from headquarters.store.file import StoreError, open_reader


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("audit", help="the audit records' chains", description=__doc__)
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    checked = deeds.add_parser("verify", help="find what was edited, deleted, swapped, inserted or cut off")
    checked.add_argument("--heads", type=Path, metavar="FILE", help="a copy of the heads that was kept elsewhere")
    checked.add_argument("--json", action="store_true", help="one JSON object")
    saved = deeds.add_parser("heads", help="print the heads as JSON lines")
    for deed in (checked, saved):
        deed.add_argument("--store", required=True, metavar="URL", help="sqlite:///PATH")


def run(args: argparse.Namespace) -> int:
    """0: every record is as it came. 1: one is not, or the store cannot be read. 2: a URL or FILE is wrong."""
    try:
        copy = heads.read(args.heads) if args.deed == "verify" and args.heads else []
        with closing(open_reader(addresses.store(args.store))) as connection:
            if args.deed == "heads":
                sys.stdout.writelines(f"{line}\n" for line in heads.lines(heads.heads(connection)))
                return 0
            report = verify(connection, copy)
    except ValueError as error:
        print(f"patrol-hq audit: {error}", file=sys.stderr)
        return 2
    except (StoreError, OSError, sqlite3.Error) as error:
        print(f"patrol-hq audit: {error}", file=sys.stderr)
        return 1
    print(json.dumps(_said(report)) if args.json else _told(report))
    return 1 if report.faults else 0


def _said(report: Report) -> dict[str, Any]:
    return {
        "good": not report.faults,
        "records": report.records,
        "faults": [_named(fault) for fault in report.faults],
        "breaks": [_named(fault) for fault in report.breaks],
    }


def _named(fault: Fault) -> dict[str, Any]:
    named = {"vehicle": fault.vehicle, "epoch": fault.epoch.hex(), "number": fault.number}
    return {**named, "reason": fault.reason}


def _told(report: Report) -> str:
    lines = [f"BAD {_line(fault)}" for fault in report.faults]
    lines += [f"break: {_line(fault)}" for fault in report.breaks]
    found = f"{len(report.faults)} BAD" if report.faults else "every one as it came"
    return "\n".join([*lines, f"{report.records} audit records, {found}"])


def _line(fault: Fault) -> str:
    return f"{fault.vehicle} {fault.epoch.hex()} {fault.number}: {fault.reason}"
