"""Look-ups over a town's records in the car's encrypted file: how long, how sure, how large. The files are made once in a folder.

Set RECORDS_SCALE (1) and RECORDS_FOLDER (a temporary one) in the environment to run it smaller, or again on the same files.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final, TypeAlias

from benchmarks.misspelling import ERRORS, misspelt
from benchmarks.rig import ROOT
from edge.data.holdings import place_of
from edge.matcher.listfile import CACHE_KB, PAGE_BYTES
from edge.spool.database import connect
from records.answers import Person
from records.search import Search

AS_OF: Final = date(2026, 11, 25)
KEY: Final = "5a" * 32
QUERIES: Final = 400  # of each kind
RECALLED: Final = 500  # names of each kind of error
WITHIN: Final = 5

Ask: TypeAlias = Callable[[], object]


def lookups() -> dict[str, Any]:
    """SQLCipher, 2 MB of cache, pages of 4 kB; milliseconds a search, recall at rank <= 5, kB of memory, bytes of the file."""
    with _folder() as folder:
        made = _made(folder)
        path = place_of(folder / "car", "records", "records")
        before_kb = _rss_kb()
        connection = connect(path, KEY, page_bytes=PAGE_BYTES, cache_kb=CACHE_KB, read_only=True)
        search, chance = Search(connection), Random(1)
        timings = {name: _timed(asks(search, connection, chance)) for name, asks in _KINDS.items()}
        recall = {name: _recall(search, connection, name, Random(name)) for name in ERRORS}
        grown_kb = _rss_kb() - before_kb
        size = path.stat().st_size
        connection.close()
    load = round(os.getloadavg()[0], 1)
    return {**made, "load": load, "file_bytes": size, "rss_kb_grown": grown_kb, "ms": timings, "recall": recall}


@contextmanager
def _folder() -> Iterator[Path]:
    if kept := os.environ.get("RECORDS_FOLDER"):
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory(prefix="pe-records-") as folder:
        yield Path(folder)


def _made(folder: Path) -> dict[str, Any]:
    """Generated, imported, packed and put in place, each step by the real program, unless it is there already."""
    notes = folder / "made.json"
    if not notes.exists():
        scale, store = os.environ.get("RECORDS_SCALE", "1"), f"sqlite:///{folder / 'hq.db'}"
        csv, pack = folder / "csv", folder / "records.pack"
        files = [str(csv / f"{name}.csv") for name in ("persons", "objects", "locations", "events", "relationships")]
        steps = {
            "simulate": ("simulator", "records", "--scale", scale, "--out", str(csv)),
            "import": ("headquarters", "records", "import", "--store", store, *files),
            "pack": ("benchmarks.pack_steps", "pack", str(folder / "hq.db"), str(pack)),
            "put_in_place": ("benchmarks.pack_steps", "put", str(pack), str(folder / "car")),
        }
        made = {name: _step(words) for name, words in steps.items()}
        made["pack"]["bytes"] = pack.stat().st_size
        notes.write_text(json.dumps({"scale": float(scale), "steps": made}), "ascii")
    told: dict[str, Any] = json.loads(notes.read_text("ascii"))
    return told


def _step(words: tuple[str, ...]) -> dict[str, float]:
    """Seconds on the clock and of processor, and the most memory of this step."""
    began_s = time.monotonic()
    process = subprocess.Popen((sys.executable, "-m", *words), cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{words[0]} ended with {process.returncode}")
    return {
        "s": round(time.monotonic() - began_s, 1),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_mb": round(usage.ru_maxrss / 1024, 1),
    }


def _timed(asks: Iterator[Ask]) -> dict[str, float]:
    """Milliseconds on the clock, and of the processor: on a machine that does other work only the latter says something."""
    clock: list[float] = []
    processor: list[float] = []
    for ask in asks:
        began_ns, before_ns = time.perf_counter_ns(), time.thread_time_ns()
        ask()
        processor.append((time.thread_time_ns() - before_ns) / 1e6)
        clock.append((time.perf_counter_ns() - began_ns) / 1e6)
    return _spread("", clock) | _spread("cpu_", processor)


def _spread(name: str, taken: list[float]) -> dict[str, float]:
    taken.sort()
    at = {"p50": taken[len(taken) // 2], "p99": taken[len(taken) * 99 // 100], "worst": taken[-1]}
    return {name + word: round(ms, 2) for word, ms in at.items()}


def _drawn(connection: Any, table: str, columns: str, chance: Random, count: int = QUERIES) -> Iterator[Any]:  # noqa: ANN401 - SQLCipher's
    (most,) = connection.execute(f"SELECT max(id) FROM {table}").fetchone()
    for _ in range(count):
        yield connection.execute(f"SELECT {columns} FROM {table} WHERE id = ?", (chance.randint(1, most),)).fetchone()


def _vehicles(pattern: Callable[[str], str]) -> Callable[[Search, Any, Random], Iterator[Ask]]:
    def asks(search: Search, connection: Any, chance: Random) -> Iterator[Ask]:  # noqa: ANN401 - SQLCipher's
        for (key,) in _drawn(connection, "vehicle", "key", chance):
            if len(key) == 7:  # the form that most have
                yield partial(search.vehicle, pattern(key))

    return asks


def _persons(*, error: str | None, known: str) -> Callable[[Search, Any, Random], Iterator[Ask]]:
    def asks(search: Search, connection: Any, chance: Random) -> Iterator[Ask]:  # noqa: ANN401 - SQLCipher's
        for forenames, surname, born in _drawn(connection, "person", "forenames, surname, born", chance):
            name = f"{forenames.split()[0]} {surname}"
            said = name if error is None else misspelt(name, ERRORS[error], chance)
            born_on, age = _known(born, known)
            yield partial(search.person, said, born=born_on, age=age, as_of=AS_OF)

    return asks


def _surnames(search: Search, connection: Any, chance: Random) -> Iterator[Ask]:  # noqa: ANN401 - SQLCipher's
    for (surname,) in _drawn(connection, "person", "surname", chance):
        yield partial(search.person, surname, as_of=AS_OF)


def _addresses(*, wrong: bool) -> Callable[[Search, Any, Random], Iterator[Ask]]:
    def asks(search: Search, connection: Any, chance: Random) -> Iterator[Ask]:  # noqa: ANN401 - SQLCipher's
        for number, street in _drawn(connection, "location", "number, street", chance):
            (name, town) = connection.execute(
                "SELECT name, text FROM street JOIN word ON word.id = town WHERE street.id = ?", (street,)
            ).fetchone()
            said = misspelt(name, ERRORS["substitution"], chance) if wrong else name
            yield partial(search.place, f"{number} {said}, {town}")

    return asks


def _near(metres: int, days: int) -> Callable[[Search, Any, Random], Iterator[Ask]]:
    def asks(search: Search, connection: Any, chance: Random) -> Iterator[Ask]:  # noqa: ANN401 - SQLCipher's
        for lat_e6, lon_e6 in _drawn(connection, "location", "lat_e6, lon_e6", chance):
            yield partial(search.near, lat_e6 / 1e6, lon_e6 / 1e6, metres=metres, days=days, as_of=AS_OF)

    return asks


_KINDS: Final[dict[str, Callable[[Search, Any, Random], Iterator[Ask]]]] = {
    "vehicle, whole": _vehicles(lambda key: key),
    "vehicle, AB12*": _vehicles(lambda key: f"{key[:4]}*"),
    "vehicle, AB*": _vehicles(lambda key: f"{key[:2]}*"),
    "vehicle, *CDE": _vehicles(lambda key: f"*{key[-3:]}"),
    "vehicle, *12C*": _vehicles(lambda key: f"*{key[2:5]}*"),
    "vehicle, AB?2CDE": _vehicles(lambda key: f"{key[:2]}?{key[3:]}"),
    "person, name and birth": _persons(error=None, known="born"),
    "person, name alone": _persons(error=None, known="nothing"),
    "person, surname alone": _surnames,
    "person, misspelt, and birth": _persons(error="substitution", known="born"),
    "person, misspelt, and age": _persons(error="deletion", known="age"),
    "person, misspelt alone": _persons(error="transposition", known="nothing"),
    "place, address": _addresses(wrong=False),
    "place, misspelt": _addresses(wrong=True),
    "near, 300 m, 30 days": _near(300, 30),
    "near, 500 m, 90 days": _near(500, 90),
    "near, 1000 m, 365 days": _near(1000, 365),
}


def _known(born: int | None, known: str) -> tuple[date | None, int | None]:
    if born is None or known == "nothing":
        return None, None
    day = date.fromordinal(born)
    age = AS_OF.year - day.year - ((AS_OF.month, AS_OF.day) < (day.month, day.day))
    return (day, None) if known == "born" else (None, age)


def _recall(search: Search, connection: Any, error: str, chance: Random) -> dict[str, float]:  # noqa: ANN401 - SQLCipher's
    """Shares of persons at rank <= 5 when asked for by a misspelt name and birth, or age; and of names, when by the name alone."""
    found = dict.fromkeys(("born", "age", "nothing"), 0)
    asked = 0
    for forenames, surname, born in _drawn(connection, "person", "forenames, surname, born", chance, RECALLED):
        name = f"{forenames.split()[0]} {surname}"
        said = misspelt(name, ERRORS[error], chance)
        if said.lower() == name.lower() or born is None:
            continue
        asked += 1
        for known in found:
            born_on, age = _known(born, known)
            results = search.person(said, born=born_on, age=age, as_of=AS_OF).results[:WITHIN]
            found[known] += any(_is(one, forenames, surname, born if known == "born" else None) for one in results)
    return {"asked": asked} | {f"with {known}": round(count / asked, 4) for known, count in found.items()}


def _is(person: Person, forenames: str, surname: str, born: int | None) -> bool:
    same = (person.forenames.split()[:1], person.surname) == (forenames.split()[:1], surname)
    return same and (born is None or (person.born is not None and person.born.toordinal() == born))


def _rss_kb() -> int:
    fields = Path("/proc/self/statm").read_text("ascii").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
