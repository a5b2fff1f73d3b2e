"""`patrol-edge data import LIST.csv`: a VOI file becomes the list of its name; each bad row is reported; one rename swaps it in."""

import argparse
import sys
from pathlib import Path

from edge.commands.configured import WRONG, add_config, configured
from edge.config import Config
from edge.config_file import ConfigError, key_of
from edge.matcher.importer import ImportRefusedError, import_csv
from edge.matcher.listfile import EmptyListError
from edge.terminal.client import NotRunningError, connected
from proto.voi import BadRow, HeaderError


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("data", help="lists and other data sets", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    importing = verbs.add_parser("import", help="put a VOI file in place of the list of its name", description=__doc__)
    add_config(importing)
    importing.add_argument(
        "list", type=Path, metavar="LIST.csv", help="16 columns, header required; the list's name is the file's stem"
    )
    importing.set_defaults(run=run_import)


def run_import(args: argparse.Namespace) -> int:
    """0: in place. 1: the file or the store is at fault, the old list stays. 2: not allowed, or wrong usage."""
    config = configured(args)
    if config is None:
        return WRONG
    if not config.lists.allow_unsigned:
        print(
            "this file is not signed; set [lists] allow_unsigned = true to use unsigned lists (alerts will say so)",
            file=sys.stderr,
        )
        return WRONG
    bad = 0

    def report(row: BadRow) -> None:
        nonlocal bad
        bad += row.skipped
        print(f"{args.list.name}:{row.line}: {row.reason}", file=sys.stderr)

    try:
        key = key_of(config.storage)
        about = import_csv(args.list, config.storage.folder / "lists", key, report=report, progress=_progress)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return WRONG
    except (ImportRefusedError, EmptyListError, HeaderError) as error:
        print(f"{args.list.name}: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or args.list}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"list {about.name}: {about.entries} entries in place, {bad} rows not used{_told(config)}")
    return 0


def _progress(count: int) -> None:
    print(f"  {count} rows", file=sys.stderr)


def _told(config: Config) -> str:
    """Asks the daemon to look; without one, the next start does."""
    try:
        with connected(config.local.socket) as client:
            client.ask("reload")
    except NotRunningError:
        return ""
    return "; the daemon uses it"
