"""CSV files of officers against the set that is made of them."""

import sqlite3
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from headquarters.cli import main
from proto.officers import officer_of

HEADER = "collar,name,force,roles,valid_until,pin\n"
GOOD = HEADER + "4711,Ann Officer,Northshire,patrol;sergeant,2027-01-31,271828\n0815,Bea Other,,,,314159\n"


def made(tmp_path: Path, text: str) -> tuple[int, Path]:
    source, out = tmp_path / "officers.csv", tmp_path / "force"
    source.write_text(text, "utf-8")
    return main(["officers", str(source), "--out", str(out)]), out


def test_the_set_holds_hashes_in_place_of_pins(tmp_path: Path) -> None:  # [proto-11.7]
    code, out = made(tmp_path, GOOD)
    assert code == 0
    text = out.read_text()
    assert "271828" not in text
    assert "314159" not in text
    other, ann = map(officer_of, text.splitlines())
    assert (ann.collar, ann.name, ann.force, ann.roles) == ("4711", "Ann Officer", "Northshire", ("patrol", "sergeant"))
    assert (other.collar, other.force, other.roles, other.valid_until) == ("0815", None, (), None)
    assert PasswordHasher().verify(ann.pin_hash, "271828")
    assert out.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (GOOD + "4711,Again,,,,123456\n", "officers.csv:4: this collar number stands there twice"),
        (GOOD + "1,N,,,,12345\n", "officers.csv:4: a PIN is 6 to 12 digits"),
        (GOOD + "1,N,,,,111111\n", "officers.csv:4: a PIN is 6 to 12 digits, and not all of them the same"),
        (GOOD + "1,N,,,31/01/2027,271828\n", "officers.csv:4: valid_until is YYYY-MM-DD or empty"),
        (GOOD + "1,N\n", "officers.csv:4: too few or too many columns"),
        (GOOD + "4 7,N,,,,271828\n", "officers.csv:4: a collar number is"),
        ("collar,name\n1,N\n", "the columns must be"),
        (HEADER, "no officer in it"),
    ],
)
def test_a_row_that_is_wrong_makes_nothing_and_is_named_without_its_pin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, reason: str
) -> None:
    code, out = made(tmp_path, text)
    assert (code, out.exists()) == (1, False)
    said = capsys.readouterr().err
    assert reason in said
    assert "271828" not in said


def test_a_file_that_was_not_made_so_is_not_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "force.csv"
    source.write_text(GOOD)
    store = tmp_path / "hq.db"
    sqlite3.connect(store).close()
    key = tmp_path / "key.pem"
    key.write_bytes(_pem())
    assert main(["publish", "officers", str(source), "--store", f"sqlite:///{store}", "--key", str(key)]) == 1
    assert "no officers as `patrol-hq officers` writes them" in capsys.readouterr().err


def _pem() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
