"""A text -> the file of a car's configuration."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def write_(text: str) -> Path:
        path = tmp_path / "patrol-edge.toml"
        path.write_text(text)
        return path

    return write_
