"""`patrol-sim demo`: options -> a drive with the real programs and three faults; its account, and the exit code that it earns."""

import argparse
import asyncio
import json
import shutil
import signal
import sys
import tempfile
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from simulator.demo.account import Evidence, Summary, summary
from simulator.demo.programs import ProgramError
from simulator.demo.timeline import LONGEST_S, SHORTEST_S, USUAL_S, USUAL_SEED, Timeline, timeline
from simulator.demo.verdict import broken_rules

if TYPE_CHECKING:
    from simulator.demo.drive import Drive

_NEEDED: Final = ("amqtt", "rich")  # the extra `simulator`; the other commands do without
_EPILOG: Final = f"""Of {USUAL_S} s, the camera is unplugged from 4 to 6, the broker is cut off from 9 to 12, the daemon is killed with
kill -9 at 15 and started again. Any other length stretches all of it. Then headquarters has up to 30 s for the rest.

exit codes: 0 nothing that was stored is lost or doubled, and nobody wanted was missed; 1 not so, and why; 2 wrong usage"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "demo",
        help="a drive to watch: the real programs, real faults, and an account",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    option = parser.add_argument
    option("--seconds", type=int, default=USUAL_S, metavar="N", help=f"{SHORTEST_S} to {LONGEST_S} (default {USUAL_S})")
    option(
        "--seed",
        type=int,
        default=USUAL_SEED,
        metavar="S",
        help="the same seed gives the same drive (default %(default)s)",
    )
    option("--json", action="store_true", help="only the summary: one JSON object on the last line of stdout")
    option("--keep", type=Path, metavar="DIR", help="keep truth, stores and logs in this new or empty folder")
    option("--picture", type=Path, metavar="FILE", help="write the view as an SVG: the crew is warned without a link")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: all went well. 1: it did not, and the logs are kept. 2: wrong options, or something is not installed."""
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        return _complain(f"needs {' and '.join(missing)}: pip install 'patrol-edge[simulator]'", 2)
    try:
        when = timeline(args.seconds)
        if args.picture and not args.picture.parent.is_dir():
            raise ValueError(f"there is no folder {args.picture.parent} for the picture")
        folder = _folder(args.keep)
    except (ValueError, OSError) as error:
        return _complain(str(error), 2)
    is_kept = args.keep is not None
    try:
        code = _drive(args, when, folder)
        is_kept |= code != 0
    finally:
        if not is_kept:
            shutil.rmtree(folder)
    return code


def _drive(args: argparse.Namespace, when: Timeline, folder: Path) -> int:
    from simulator.demo.drive import Drive
    from simulator.demo.views import views

    view = views(args.picture, json=args.json)
    drive = Drive(when, args.seed, folder, view)
    try:
        known = asyncio.run(_performed(drive))
    except ProgramError as error:
        return _complain(f"{error}\nlogs: {folder / 'logs'}", 1)
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        view.close()
    found = summary(known)
    failures = [*broken_rules(found), *drive.mishaps]
    _tell(found, failures, json_only=args.json)
    return _complain(f"{'; '.join(failures)}\nlogs: {folder / 'logs'}", 1) if failures else 0


async def _performed(drive: "Drive") -> Evidence:
    """The drive, ended cleanly by a signal. CancelledError: it was. ProgramError: something would not play its part."""
    from simulator.demo.director import perform

    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    ends = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop() -> None:
        task.cancel()
        for number in ends:  # one is enough: what was started is being ended
            loop.add_signal_handler(number, lambda: None)

    for number in ends:
        loop.add_signal_handler(number, stop)
    try:
        return await perform(drive)
    except BaseExceptionGroup as group:
        raise _program_error(group) or group from None


def _program_error(error: BaseException) -> ProgramError | None:
    if isinstance(error, BaseExceptionGroup):
        return next((found for inner in error.exceptions if (found := _program_error(inner))), None)
    return error if isinstance(error, ProgramError) else None


def _folder(keep: Path | None) -> Path:
    """A folder with nothing in it. ValueError, OSError: there is none to be had."""
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="patrol-demo-"))
    keep.mkdir(parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise ValueError(f"{keep} is not empty: what lies there would be mixed up with this drive")
    return keep.absolute()


def _tell(found: Summary, failures: list[str], *, json_only: bool) -> None:
    from rich.console import Console

    from simulator.demo.closing import closing

    if json_only:
        print(json.dumps(asdict(found)), flush=True)
    else:
        Console(highlight=False).print(closing(found, failures))


def _complain(text: str, code: int) -> int:
    print(f"patrol-sim demo: {text}", file=sys.stderr)
    return code
