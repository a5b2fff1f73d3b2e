"""`patrol-hq forecast publish` and `withdraw`: a forecast becomes a signed data set, or one without boxes; what cannot be placed is refused."""

import argparse
import datetime as dt
import subprocess
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from forecast.frame import degrees
from forecast.wire import Anchor, Box, Patrol, decode, encode
from headquarters.datasets import shelf
from headquarters.datasets.building import UnusableError, build
from headquarters.datasets.file import open_sets
from headquarters.datasets.shelf import Published
from headquarters.forecast import cli

ANCHOR = Anchor(52.1, 4.9, 102_000, 102_000, 0.5)
READY = Patrol(
    20_000, "night", 250.0, 10.0, bytes(range(8)), ANCHOR, (Box(102_000, 102_000, 0.1), Box(103_000, 101_000, 0.2))
)

Say = Callable[..., int]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "hq.db"


@pytest.fixture
def say(tmp_path: Path, store: Path) -> Say:
    """`say(action, *words)`: `patrol-hq forecast`, with a store and a key."""
    key = tmp_path / "key.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(key)], check=True, capture_output=True)

    def spoken(action: str, *words: object) -> int:
        parser = argparse.ArgumentParser()
        cli.add(parser.add_subparsers(dest="command", required=True))
        line = ["forecast", action, "--store", f"sqlite:///{store}", "--key", key, *words]
        return cli.run(parser.parse_args(list(map(str, line))))

    return spoken


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    path = tmp_path / "central.pf"
    path.write_bytes(encode(READY))
    return path


def newest(store: Path, name: str) -> tuple[Published, Patrol]:
    with closing(open_sets(store)) as connection:
        found = shelf.newest(connection, name)
        assert found is not None
        return found, decode(zlib.decompress(shelf.content(connection, found.id)))


def test_a_forecast_from_a_file_is_signed_for_whom_it_is_meant(
    say: Say, ready: Path, store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not say(
        "publish", "--from", ready, "--vehicle", "b-2", "--vehicle", "a-1", "--valid-hours", "8", "--stick", tmp_path
    )
    found, patrol = newest(store, "central")
    assert (found.manifest.kind, found.manifest.audience, found.manifest.entries) == ("forecast", ("a-1", "b-2"), 2)
    assert found.manifest.expires_ms - found.manifest.made_ms == 8 * 3_600_000
    assert patrol == decode(ready.read_bytes())
    assert (tmp_path / "central.pedata").exists()
    assert "2 boxes in" in capsys.readouterr().out


def test_one_is_made_and_published_in_one_go(say: Say, city_file: Path, store: Path) -> None:
    made = ("--events", city_file, "--as-of", "2022-06-01", "--area-share", "0.05")
    assert not say("publish", *made, "--anchor", "52.1,4.9,102000,102000,0.5", "--name", "north")
    found, patrol = newest(store, "north")
    assert patrol.anchor == ANCHOR
    assert found.manifest.entries == len(patrol.boxes) > 5
    assert patrol.day == (dt.date(2022, 6, 1) - dt.date(1970, 1, 1)).days
    lat_deg, lon_deg = degrees(ANCHOR, patrol.boxes[0].x_m, patrol.boxes[0].y_m)
    assert abs(lat_deg - 52.1) < 0.05
    assert abs(lon_deg - 4.9) < 0.05


def test_withdrawn_is_a_newer_version_without_boxes_for_the_same_cars(
    say: Say, ready: Path, store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # [proto-12.7]
    other = tmp_path / "east.pf"
    other.write_bytes(encode(READY))
    assert say("withdraw") == 2
    assert "no forecast was ever published" in capsys.readouterr().err
    assert not say("publish", "--from", ready, "--vehicle", "a-1")
    assert not say("publish", "--from", other)
    first, _ = newest(store, "central")
    assert not say("withdraw")
    last, patrol = newest(store, "central")
    assert (patrol.boxes, patrol.day, patrol.model) == ((), READY.day, READY.model)
    assert last.manifest.version > first.manifest.version
    assert last.manifest.audience == ("a-1",)
    assert newest(store, "east")[1].boxes == ()
    assert say("withdraw", "--name", "nowhere") == 2


def test_boxes_that_no_car_could_place_are_not_published(
    say: Say, ready: Path, city_file: Path, tmp_path: Path
) -> None:  # [proto-12.7]
    adrift = tmp_path / "adrift.pf"
    adrift.write_bytes(encode(Patrol(20_000, "all", 250.0, 10.0, bytes(8), None, (Box(0, 0, 0.1),))))
    assert say("publish", "--from", adrift) == 2
    with pytest.raises(UnusableError, match="--anchor"):
        build("forecast", adrift, None, lambda _: None)
    assert say("publish", "--events", city_file, "--as-of", "2022-06-01") == 2
    assert build("forecast", ready, None, lambda _: None).entries == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "give --from F.pf, or --events and --as-of"),
        (("--from", "nothing.pf"), "No such file"),
        (("--events", "CITY", "--as-of", "2022-06-01", "--anchor", "52.1,4.9,900000,0"), "km from a box"),
    ],
)
def test_what_cannot_be_published_is_said_in_one_sentence(
    say: Say, city_file: Path, words: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert say("publish", *(str(city_file) if word == "CITY" else word for word in words)) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1


def test_the_kill_switch_stops_publishing_too(say: Say, ready: Path, store: Path, tmp_path: Path) -> None:
    switch = tmp_path / "off"
    switch.touch()
    assert say("publish", "--from", ready, "--kill-switch", switch) == 1
    with closing(open_sets(store)) as connection:
        assert shelf.names(connection) == []


@pytest.mark.parametrize("text", ["52.1,4.9", "86,0,0,0", "0,181,0,0", "nan,0,0,0", "0,0,inf,0", "here,0,0,0"])
def test_an_anchor_that_ties_nothing_is_refused(say: Say, ready: Path, text: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        say("publish", "--from", ready, "--anchor", text)
