"""The rig for each test: a folder with broker, headquarters, car and camera, of which nothing is left at the end."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.rig.broker import mosquitto_path
from tests.faults.rig.rig import Rig, built

BuildRig = Callable[..., Rig]


@pytest.fixture
def build_rig(tmp_path: Path) -> Iterator[BuildRig]:
    """`build_rig(linger_s=)`: a rig in the test's folder; nothing runs yet."""
    if mosquitto_path() is None:
        pytest.skip("mosquitto is not installed")
    with ExitStack() as rigs:
        yield lambda **wishes: rigs.enter_context(built(tmp_path, **wishes))


@pytest.fixture
def rig(build_rig: BuildRig) -> Rig:
    """The usual one; nothing runs yet."""
    return build_rig()
