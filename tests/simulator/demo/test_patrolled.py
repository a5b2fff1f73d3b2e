"""The demo's own forecast and key: boxes on the way that is driven, and a car that trusts who signs."""

from pathlib import Path

import pytest

from forecast.guidance import received
from headquarters.datasets.building import build
from headquarters.datasets.signing import load_signer
from simulator.demo.patrolled import write_forecast, write_key
from simulator.route import Route
from simulator.town import build as town


@pytest.mark.parametrize("seed", [1, 7, 52])
def test_the_drive_is_in_the_first_box_and_the_file_can_be_published(tmp_path: Path, seed: int) -> None:
    path = write_forecast(tmp_path, seed)
    orders = received(path.read_bytes())
    moment = Route(town(seed), seed).at(10.0)
    spot = orders.spot(0.0, moment.lat, moment.lon, None)
    assert spot is not None
    assert sum(box.holds(spot.x_m, spot.y_m) for box in orders.boxes) == 1
    assert build("forecast", path, None, lambda _: None).entries == len(orders.boxes) >= 1


def test_the_car_trusts_the_key_that_signs_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    configuration = tmp_path / "patrol-edge.toml"
    configuration.write_text("[lists]\nallow_unsigned = true\n\n[gps]\n")
    key = write_key(tmp_path, configuration)
    assert f'trusted_keys = ["{load_signer(key).public.hex()}"]' in configuration.read_text()
    assert key.stat().st_mode & 0o777 == 0o600
