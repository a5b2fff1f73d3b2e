"""All lists of the folder, looked up together; a list that was swapped is opened anew, one that is damaged is reported."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from edge.matcher.entry import Entry
from edge.matcher.listfile import PREVIOUS, SUFFIX, About, ListFile, open_list
from edge.matcher.lookalikes import variants
from edge.matcher.patterns import Patterns
from edge.matcher.sieve import slot_seed
from edge.spool.database import StoreError
from proto.limits import Limits
from proto.plates import MAX_KEY_CHARACTERS, packed

log = logging.getLogger(__name__)

Stamp = tuple[int, int, int]


class OwnEntries(Protocol):
    """Entries that stand in no file of the folder."""

    def __bool__(self) -> bool: ...

    def find(self, key: str) -> list[Entry]:
        """The entries for a canonical key."""
        ...


class NoEntries:
    """There are none."""

    def __bool__(self) -> bool:
        return False

    def find(self, key: str) -> list[Entry]:  # noqa: ARG002
        return []


@dataclass(slots=True)
class _Open:
    file: ListFile
    stamp: Stamp
    is_reported: bool = False


class Matcher:
    """Look-ups over every list in a folder. `alarm(name, detail)` is called once for each list that is found damaged."""

    def __init__(self, folder: Path, key: str, *, allow_unsigned: bool, alarm: Callable[[str, str], None]) -> None:
        self._folder = folder
        self._key = key
        self._allow_unsigned = allow_unsigned
        self._alarm = alarm
        self.swapped: set[str] = set()
        """Names of lists that took the place of another since somebody last cleared it."""
        self.damaged: set[str] = set()
        """Names of lists that were found damaged, until a whole one is in place."""
        self._open: dict[str, _Open] = {}
        self._refused: dict[str, Stamp] = {}
        self._patterns = Patterns(())
        self.own: OwnEntries = NoEntries()
        """What the crew itself looks out for."""
        self.unmatched = 0
        """Plates too long for any list."""
        self.reload()

    @property
    def lists(self) -> list[About]:
        """What is carried."""
        return [entry.file.about for entry in self._open.values()]

    def match(self, key: str) -> list[Entry]:
        """The entries for a canonical key, highest priority first, patterns and the crew's own among them."""
        if len(key) > MAX_KEY_CHARACTERS:
            self.unmatched += 1
            return []
        seed = slot_seed(key)
        held = [held for held in self._open.values() if held.file.may_hold(seed)]
        if not (held or self._patterns or self.own):
            return []
        found = self._found(held, key) if held else []
        if self._patterns:
            found += self._patterns.find(key)
        if self.own:
            found += self.own.find(key)
        if len(found) > 1:
            found.sort(key=lambda entry: -(entry.priority or 0))
        return found

    def look_alikes(self, key: str) -> list[Entry]:
        """The entries of keys that look like this one, a canonical key: advice, never an alarm."""
        found: list[Entry] = []
        alike = variants(key, slot_seed(key))
        for held in self._open.values():
            for at, other, _ in held.file.may_hold_of(alike):
                found += self._found([held], key[:at] + other + key[at + 1 :])
        return found

    def limits_of(self, name: str) -> tuple[Limits, ...]:
        """Where and when a list holds; none: everywhere, always."""
        held = self._open.get(name)
        return () if held is None else held.file.limits

    def _found(self, held: list["_Open"], key: str) -> list[Entry]:
        number = packed(key)
        assert number is not None
        found: list[Entry] = []
        for entry in held:
            found += entry.file.find(number)
            if entry.file.is_damaged and not entry.is_reported:
                entry.is_reported = True
                self._alarm("list-damaged", f"list {entry.file.about.name} has damaged pages; what can be read is used")
                self.damaged.add(entry.file.about.name)
        return found

    def age_s(self, name: str, utc_ms: int | None) -> int | None:
        """Seconds since a list was made; None when either clock is not known."""
        held = self._open.get(name)
        if held is None or held.file.about.made_ms is None or utc_ms is None:
            return None
        return max(0, (utc_ms - held.file.about.made_ms) // 1000)

    def reload(self) -> None:
        """Opens what is new or was swapped, closes what is gone."""
        stamps = {path: stamp for path in sorted(self._folder.glob(f"*{SUFFIX}")) if (stamp := _stamp(path))}
        gone = set(self._open) - {path.stem for path in stamps}
        for name in gone:
            self._open.pop(name).file.close()
        is_changed = bool(gone)
        for path, stamp in stamps.items():
            held = self._open.get(path.stem)
            if (held is None or held.stamp != stamp) and self._refused.get(path.stem) != stamp:
                self._swap(path, stamp)
                is_changed = True
        if is_changed:
            self._patterns = Patterns(one for held in self._open.values() for one in held.file.patterns)

    def _swap(self, path: Path, stamp: Stamp) -> None:
        self.damaged.discard(path.stem)
        fresh = self._opened(path) or self._fallen_back(path)
        if fresh is None or not (fresh.about.signed or self._allow_unsigned):
            self._refused[path.stem] = stamp
            if fresh is not None:
                fresh.close()
                self._alarm(
                    "list-unsigned", f"list {path.stem} is not signed and [lists] allow_unsigned is off: not used"
                )
            return
        if path.stem in self._open:
            self._open[path.stem].file.close()
            self.swapped.add(path.stem)
        self._open[path.stem] = _Open(fresh, stamp)
        log.info("list %s: %d entries", fresh.about.name, fresh.about.entries)

    def _opened(self, path: Path) -> ListFile | None:
        try:
            return open_list(path, self._key)
        except StoreError:
            return None

    def _fallen_back(self, path: Path) -> ListFile | None:
        """The list as it was before its last swap, when the newest file cannot be opened."""
        previous = self._opened(path.with_suffix(PREVIOUS))
        kept = "the one before it is used" if previous else "it is not used"
        self._alarm("list-damaged", f"list {path.stem} cannot be opened: {kept}; import it again")
        self.damaged.add(path.stem)
        return previous

    def close(self) -> None:
        """No look-ups any more."""
        for held in self._open.values():
            held.file.close()
        self._open.clear()


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
