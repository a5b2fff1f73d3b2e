"""A drive that is over -> everything that is known of it: the truth, the card, headquarters' export, and what was witnessed."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from proto.plates import canonical
from simulator.demo.account import Evidence, Identity
from simulator.demo.drive import Drive
from simulator.demo.programs import Programs
from simulator.demo.witness import LANE
from simulator.folder import LIST, TRUTH


async def evidence(drive: Drive, started: Programs) -> Evidence:
    """Every program has ended: what the card and the store hold is what there is. ProgramError: one cannot be read."""
    spool = json.loads(await said_by(started, "spool", "edge", "spool", "--config", drive.config, "--json"))
    exported = await said_by(started, "export", "headquarters", "export", "--store", drive.store)
    witness = drive.witness
    return Evidence(
        truth=_lines((drive.folder / TRUTH).read_text(encoding="ascii")),
        listed=_listed(drive.folder / LIST),
        kills_ns=tuple(drive.kills_ns),
        announced=witness.announced(),
        on_card=frozenset(_on_card(spool["unreceipted"])),
        exported=_lines(exported),
        alerts=witness.alerts,
        dropped=witness.dropped,
        resent=witness.resent,
        junk=witness.junk,
        reconnects=witness.reconnects,
        replugs=witness.replugs,
    )


async def said_by(started: Programs, name: str, module: str, *words: object) -> str:
    """What a command says that ends by itself. ProgramError: it ends with a fault."""
    return await (await started.start(name, module, *words)).finished()


def _lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def _on_card(pieces: Iterable[dict[str, Any]]) -> Iterable[Identity]:
    for piece in pieces:
        if piece["lane"] == LANE:
            yield from ((piece["epoch"], number) for number in range(piece["first"], piece["last"] + 1))


def _listed(path: Path) -> frozenset[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return frozenset(key for row in csv.DictReader(file) if (key := canonical(row["vrm"])))
