"""Trusted keys as people write them down: digits, digits with a day, files; of anything else it is said that it is none."""

from pathlib import Path

import pytest

from edge.data.keys import TrustedKeyError, of_text, trusted
from tests.edge.rig.sets import HOUR_MS, NOON_MS


def test_keys_are_digits_digits_with_a_day_or_files(tmp_path: Path) -> None:
    digits = "ab" * 32
    pem = tmp_path / "key.pem"
    pem.write_text(
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n-----END PUBLIC KEY-----\n"
    )
    (tmp_path / "key.txt").write_text(f"{digits}:2026-11-25\n")
    assert of_text(digits).public == bytes.fromhex(digits)
    (key,) = trusted([tmp_path / "key.txt"]).values()
    assert key.until_ms == NOON_MS + 12 * HOUR_MS
    assert list(trusted([pem])) == [of_text(digits).id]


@pytest.mark.parametrize(
    "text",
    ["", "ab", "zz" * 32, f"{'ab' * 32}:2026-13-01", "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----"],
)
def test_what_is_no_key_is_said_so(text: str, tmp_path: Path) -> None:
    with pytest.raises(TrustedKeyError):
        of_text(text)
    (tmp_path / "key").write_text(text)
    with pytest.raises(TrustedKeyError, match="key"):
        trusted([tmp_path / "key"])
