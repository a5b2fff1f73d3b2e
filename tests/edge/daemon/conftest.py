"""A car with a camera and a list: for the tests of the daemon as a process."""

from typing import TYPE_CHECKING

import pytest

from tests.edge.rig.street import CAMERA, PLATE, carry

if TYPE_CHECKING:
    from tests.edge.conftest import MakeDaemon
    from tests.edge.rig.daemon import Daemon


@pytest.fixture
def car(make_daemon: "MakeDaemon") -> "Daemon":
    """A car with a camera and a list; it does not run yet."""
    daemon = make_daemon(extra=CAMERA)
    carry(daemon, PLATE)
    return daemon
