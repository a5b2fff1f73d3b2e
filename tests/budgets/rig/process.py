"""`python -m tests.budgets.rig.process WHAT [FOLDER]`: a fresh process that has imported what the daemon imports says what it has."""

import json
import sys
from pathlib import Path
from typing import Final

KEY: Final = "5a" * 32
BESIDE: Final = ("tests", "simulator", "headquarters")  # this rig's own
OURS: Final = ("edge", "proto", "drivers", "records", "forecast")
SPARED: Final = ("_hashlib", "_sqlite3", "_ssl", "http.client", "lzma", "pydantic", "ssl", "urllib.request")
UNCOUNTED: Final = ("__main__", "_distutils_hack")  # the second is the virtual environment's


def main(what: str, folder: Path | None) -> None:
    """One JSON object."""
    if what == "pydantic":  # the regression
        import pydantic  # noqa: F401
    import edge.daemon  # noqa: F401
    from edge import lean

    with lean.spared(is_tls=what == "tls"):
        from edge import app  # noqa: F401
    from edge.logs import log_to_stdout  # noqa: F401

    modules = [name for name in sys.modules if name.partition(".")[0] not in BESIDE]
    others = [name for name in modules if name.partition(".")[0] not in OURS]
    tops = sorted({name.partition(".")[0] for name in modules} - {*sys.stdlib_module_names, *UNCOUNTED})
    told: dict[str, object] = {"rss_kb": _rss_kb(), "modules": len(others), "libraries": tops}
    told["dear"] = [name for name in SPARED if name in sys.modules]
    if folder is not None:
        told["list_kb"] = _with_list(folder, hoarding=what == "hoarding")
    print(json.dumps(told))


def _with_list(folder: Path, *, hoarding: bool) -> int:
    from edge.matcher.matcher import Matcher
    from proto.plates import canonical
    from simulator.numbered import plate

    before = _rss_kb()
    matcher = Matcher(folder, KEY, allow_unsigned=True, alarm=lambda *_: None)
    hoard = []
    for number in range(50_000):
        found = matcher.match(canonical(plate(number)) or "")
        if hoarding:  # the regression: whatever was found stays in memory
            hoard.append(found)
    return _rss_kb() - before


def _rss_kb() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else None)
