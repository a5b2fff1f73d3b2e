"""A file on a stick and the configuration -> the set in place; a refusal is told to the daemon too, for it is an alarm."""

import contextlib
from pathlib import Path

from edge.clock import CarClock
from edge.config.car import Config
from edge.config.file import key_of
from edge.data import stick
from edge.data.applying import RefusedError
from edge.data.holdings import Holding
from edge.data.orders import Place
from edge.data.parts import judge_of, time_of
from edge.spool.database import StoreError
from edge.terminal.client import NotRunningError, connected


class NotLoadedError(ValueError):
    """What is held stays; the text says why."""


def load_file(config: Config, path: Path) -> Holding:
    """What is held now. Raises ConfigError, TrustedKeyError, NotLoadedError."""
    place = Place(config.storage.folder, key_of(config.storage))
    judge = judge_of(config)
    try:
        return stick.load(path, judge, time_of(place, CarClock()).now(), place)
    except RefusedError as error:
        _tell(config, path, str(error))
        raise NotLoadedError(f"refused: {error}") from error
    except StoreError as error:
        raise NotLoadedError(f"the store is at fault: {error}") from error
    except OSError as error:
        raise NotLoadedError(error.strerror or "cannot be read") from error


def _tell(config: Config, path: Path, reason: str) -> None:
    with contextlib.suppress(NotRunningError), connected(config.local.socket) as client:
        client.ask("data-refused", name=path.stem, reason=reason)
