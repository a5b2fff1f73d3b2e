"""`patrol-edge data {import|load|verify}`: lists and other data sets from files; each is in place by one rename, or refused."""

import argparse
import sys
from pathlib import Path
from typing import Final

from edge.commands.configured import WRONG, add_config, configured
from edge.config.car import Config
from edge.config.file import ConfigError, key_of
from edge.data.keys import TrustedKeyError
from edge.matcher.importer import ImportRefusedError, import_csv
from edge.matcher.listfile import EmptyListError
from edge.terminal.client import NotRunningError, connected
from proto.voi import BadRow, HeaderError

IMPORT: Final = "A VOI file becomes the unsigned list of its name; each bad row is reported."
LOAD: Final = (
    "Does what the link does: manifest and chunks are verified, the set is put in place; refused, the old one stays."
)
VERIFY: Final = "Looks at every signature, every page and every count of the sets that are held."


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("data", help="lists and other data sets", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    importing = verbs.add_parser("import", help="put a VOI file in place of the list of its name", description=IMPORT)
    add_config(importing)
    importing.add_argument(
        "list", type=Path, metavar="LIST.csv", help="16 columns, header required; the list's name is the file's stem"
    )
    importing.set_defaults(run=run_import)
    loading = verbs.add_parser("load", help="put a signed data set in place from a stick", description=LOAD)
    add_config(loading)
    loading.add_argument(
        "file", type=Path, metavar="FILE", help="NAME.pedata, as `patrol-hq publish --stick` writes it"
    )
    loading.set_defaults(run=run_load)
    verifying = verbs.add_parser("verify", help="is what is held whole and genuine?", description=VERIFY)
    add_config(verifying)
    verifying.set_defaults(run=run_verify)


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


def run_load(args: argparse.Namespace) -> int:
    """0: in place. 1: refused, or the stick or the store is at fault; the old one stays. 2: wrong usage."""
    config = configured(args)
    if config is None:
        return WRONG
    from edge.data import loading  # here: what verifies signatures takes 0.1 s to load

    try:
        held = loading.load_file(config, args.file)
    except (ConfigError, TrustedKeyError) as error:
        print(error, file=sys.stderr)
        return WRONG
    except loading.NotLoadedError as error:
        print(f"{args.file.name}: {error}; what is held stays", file=sys.stderr)
        return 1
    print(f"data set {held.name}: version {held.version}, {held.entries} entries in place{_told(config)}")
    return 0


def run_verify(args: argparse.Namespace) -> int:
    """0: all is well. 1: something is not. 2: wrong usage."""
    config = configured(args)
    if config is None:
        return WRONG
    from edge.data import verifying

    try:
        faults = verifying.faults(config, print)
    except (ConfigError, TrustedKeyError) as error:
        print(error, file=sys.stderr)
        return WRONG
    return 1 if faults else 0


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
