"""A seed and a folder -> a small forecast over the streets that the demo drives, and a key that the car trusts: what `publish` needs."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from forecast.guidance import Anchor, Orders, Square, metres, packed
from simulator.route import Route
from simulator.town import ORIGIN_LAT, ORIGIN_LON, build

FORECAST: Final = "forecast.pf"
KEY: Final = "signing.pem"
_AT_S: Final = (
    10.0,
    90.0,
    240.0,
)  # where the drive is then, there is a box: the usual demo lasts 20 s, in the first one
_EXPECTED: Final = (0.05, 0.08, 0.03)
_SIDE_M: Final = 250.0
_CELL_M: Final = 10.0
_ALLOW: Final = "allow_unsigned = true\n"


def write_forecast(folder: Path, seed: int, today: datetime | None = None) -> Path:
    """In the compact wire form; its places are invented, as the town is."""
    day = (today or datetime.now(UTC).astimezone()).date().toordinal() - datetime(
        1970, 1, 1, tzinfo=UTC
    ).date().toordinal()
    anchor = Anchor(ORIGIN_LAT, ORIGIN_LON, 0, 0, 0.0)
    orders = Orders(day, "all", sha256(f"{seed}/forecast".encode()).digest()[:8], anchor, _boxes(seed, anchor))
    path = folder / FORECAST
    path.write_bytes(packed(orders, _CELL_M))
    return path


def write_key(folder: Path, configuration: Path) -> Path:
    """A signing key of this demo's own; the car's configuration trusts it from now on."""
    key = Ed25519PrivateKey.generate()
    path = folder / KEY
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    trusted = f'trusted_keys = ["{key.public_key().public_bytes_raw().hex()}"]\n'
    text = configuration.read_text(encoding="utf-8")
    configuration.write_text(text.replace(_ALLOW, _ALLOW + trusted, 1), encoding="utf-8")
    return path


def _boxes(seed: int, anchor: Anchor) -> tuple[Square, ...]:
    """Around places of the route; one that would overlap another is left out."""
    route, boxes = Route(build(seed), seed), list[Square]()
    for at_s, expected in zip(_AT_S, _EXPECTED, strict=True):
        moment = route.at(at_s)
        x_m, y_m = (_on_lattice(middle - _SIDE_M / 2) for middle in metres(anchor, moment.lat, moment.lon))
        if all(abs(x_m - box.x_m) >= _SIDE_M or abs(y_m - box.y_m) >= _SIDE_M for box in boxes):
            boxes.append(Square(x_m, y_m, _SIDE_M, expected))
    return tuple(boxes)


def _on_lattice(value_m: float) -> float:
    return round(value_m / _CELL_M) * _CELL_M
