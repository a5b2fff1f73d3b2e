"""A broker's URL -> the real `patrol-hq serve` over one store, and what `export` and `status` say of that store."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from proto.lanes import Lane
from proto.ranges import Ranges
from tests.faults.rig.program import ROOT, Program, until
from tests.faults.rig.promised import Numbers
from tests.patience import PATIENCE_S

_NUMBERS: Final = (
    "SELECT lane, seq FROM event JOIN stream ON stream.id = event.stream JOIN epoch ON epoch.id = stream.epoch "
    "WHERE epoch.name = ? ORDER BY lane, seq"
)


class Headquarters(Program):
    """One store; its process may come and go."""

    def __init__(self, folder: Path, broker: str, tree: Path = ROOT) -> None:
        self.store = folder / "hq.db"
        self.url = f"sqlite:///{self.store}"
        words = [sys.executable, "-m", "headquarters", "serve", "--broker", broker, "--store", self.url]
        super().__init__(words, folder / "hq.log", tree=tree)
        self._starts = 0

    def start(self) -> None:
        """Does not wait; `until_ready` does."""
        super().start()
        self._starts = self.said.count('"ready": true')

    def until_ready(self) -> None:
        """Returns when this life is subscribed."""
        until(lambda: self.said.count('"ready": true') > self._starts, "headquarters is subscribed")

    def count(self) -> int:
        """How many events a second connection sees: they are committed."""
        if not self.store.exists():
            return 0
        with closing(sqlite3.connect(f"{self.store.as_uri()}?mode=ro", uri=True)) as reader:
            try:
                return int(reader.execute("SELECT count(*) FROM event").fetchone()[0])
            except sqlite3.OperationalError:  # its tables are being made
                return 0

    def accounted(self) -> dict[tuple[str, str], Ranges]:
        """By epoch and lane of every car: the numbers that a second connection sees as stored, or known to be dropped."""
        found: dict[tuple[str, str], Ranges] = {}
        if not self.store.exists():
            return found
        with closing(sqlite3.connect(f"{self.store.as_uri()}?mode=ro", uri=True)) as reader:
            for epoch, lane, first, last in reader.execute(
                "SELECT lower(hex(epoch.name)), lane, first, last FROM accounted"
                " JOIN stream ON stream.id = accounted.stream JOIN epoch ON epoch.id = stream.epoch"
            ):
                found.setdefault((epoch, Lane(lane).word), Ranges()).add(first, last)
        return found

    def events(self, lane: str | None = None) -> list[dict[str, Any]]:
        """What `patrol-hq export` prints; also while `serve` writes, and before there is a store (nothing)."""
        if not self.store.exists():
            return []
        lines = self._asked("export", *(["--lane", lane] if lane else [])).splitlines()
        return [json.loads(line) for line in lines]

    def numbers(self, epochs: Iterable[str]) -> Numbers:
        """What a second connection sees of these epochs (hexadecimal) at this moment."""
        found: Numbers = {}
        with closing(sqlite3.connect(f"{self.store.as_uri()}?mode=ro", uri=True)) as reader:
            for epoch in epochs:
                for lane, seq in reader.execute(_NUMBERS, (bytes.fromhex(epoch),)):
                    found.setdefault((epoch, Lane(lane).word), Ranges()).add(seq, seq)
        return found

    def exported(self) -> Iterator[dict[str, Any]]:
        """The same, one after the other: a million of them need no memory."""
        if not self.store.exists():
            return
        words = [sys.executable, "-m", "headquarters", "export", "--store", self.url]
        with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE) as export:
            assert export.stdout is not None
            yield from map(json.loads, export.stdout)
        assert export.returncode == 0, "export failed"

    def status(self) -> dict[str, Any]:
        """What `patrol-hq status --json` prints."""
        found: dict[str, Any] = json.loads(self._asked("status", "--json"))
        return found

    def alarm_names(self) -> set[str]:
        """Headquarters' own alarms, and those that the cars have sent."""
        sent = {event["name"] for event in self.events("urgent") if event["kind"] == "alarm"}
        return sent | {alarm["alarm"] for alarm in self.status()["alarms"]}

    def _asked(self, command: str, *words: str) -> str:
        asked = subprocess.run(
            [sys.executable, "-m", "headquarters", command, "--store", self.url, *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert not asked.stderr, asked.stderr
        return asked.stdout
