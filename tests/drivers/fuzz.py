"""`python tests/drivers/fuzz.py DIALECT --runs N`: bytes that atheris thinks up -> a dialect, which must not raise, lie or hoard.

Atheris mutates what the captures hold and follows what each mutation reaches. It is no dependency: `pip install atheris`.
Exit code 0: nothing found; 1: the input that broke it is in the folder it was started from; 2: it cannot run.
"""

import argparse
import pickle
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
CAPTURES: Final = ROOT / "tests" / "captures"
HELD_MAX: Final = 2 * 1024 * 1024  # two pictures at most
HELD_MIN: Final = 4096  # a short input cannot fill anything
SECONDS_A_RUN: Final = 1  # a hang; a sound run takes microseconds
ABSENT: Final = "atheris is not installed: pip install atheris (nothing of Patrol Edge needs it but this)"


def one_input(dialect: type[Any], template: str | None, data: bytes) -> None:
    """The first byte says where the rest is cut in two: a boundary is where parsers of streams break."""
    speaker = dialect() if template is None else dialect(template)
    cut, said = (data[0] * len(data) // 256, data[1:]) if data else (0, b"")
    items = speaker.feed(said[:cut]) + speaker.feed(said[cut:])
    if len(said) > HELD_MIN:
        assert len(pickle.dumps(speaker)) < HELD_MAX
    items += speaker.close()
    assert sum(len(item.data) for item in items if hasattr(item, "reason")) <= len(said)
    for item in items:
        assert "vrm=" not in repr(item)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("dialect")
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--template", help="for a dialect that has one")
    parser.add_argument(
        "--longest", type=int, default=16_384, metavar="BYTES", help="of an input; short ones run faster"
    )
    args = parser.parse_args()
    try:
        atheris = import_module("atheris")
    except ImportError:
        print(ABSENT, file=sys.stderr)
        return 2
    sys.path.insert(0, str(ROOT))
    with atheris.instrument_imports(include=["drivers"]):
        anpr, gps = import_module("drivers.anpr"), import_module("drivers.gps")
    table = {**anpr.DIALECTS, **gps.DIALECTS}
    if args.dialect not in table:
        print(f"there is no dialect {args.dialect!r}; known: {', '.join(table)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as seeds:
        for capture in (CAPTURES / args.dialect).glob("*.bin"):
            Path(seeds, capture.stem).write_bytes(b"\x80" + capture.read_bytes())
        options = [
            f"-atheris_runs={args.runs}",
            f"-timeout={SECONDS_A_RUN}",
            f"-max_len={args.longest}",
            "-print_final_stats=1",
        ]
        atheris.Setup([sys.argv[0], *options, seeds], lambda data: one_input(table[args.dialect], args.template, data))
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
