"""The sections of a car's upkeep, right and wrong -> values, or an error that names line, key and cure."""

from pathlib import Path

import pytest

from edge.config.file import ConfigError, load
from edge.config.upkeep import Health, Ignition, Link

CAR = 'vehicle = "car-1"\n[broker]\nurl = "mqtt://127.0.0.1"\n[storage]\nfolder = "s"\nkey_file = "k"\n'


def loaded(folder: Path, section: str) -> object:
    path = folder / "car.toml"
    path.write_text(CAR + section)
    return load(path)


def test_a_car_that_is_told_nothing_of_its_upkeep_has_sensible_ways(tmp_path: Path) -> None:
    path = tmp_path / "car.toml"
    path.write_text(CAR)
    config = load(path)
    assert (config.health, config.ignition, config.link) == (Health(), Ignition(), Link())
    assert config.link.month_bytes is None
    assert not config.link.has_depot


def test_every_word_of_its_upkeep_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "car.toml"
    path.write_text(
        CAR
        + '[health]\nsilent_s = 60\n[ignition]\nfile = "key-off"\nrun_on_s = 5\npower_off = ["systemctl", "poweroff"]\n'
        '[link]\nmonth_mb = 500\ndepot_subnet = "10.20.0.0/16"\ndepot_interface = "wlan0"\n'
    )
    config = load(path)
    assert config.health == Health(silent_s=60)
    assert config.ignition == Ignition(tmp_path / "key-off", None, 5, ("systemctl", "poweroff"))
    assert (config.link.month_bytes, config.link.has_depot) == (500_000_000, True)


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ("[link]\nmonth_bm = 5\n", "car.toml:8: unknown key 'link.month_bm'.*month_mb"),
        ("[link]\nmonth_mb = 0\n", "car.toml:8: 'link.month_mb'"),
        ('[link]\ndepot_subnet = "10.20.0.1/16"\n', "car.toml:8: 'link.depot_subnet': give a network"),
        ('[link]\ndepot_interface = "../eth0"\n', "car.toml:8: 'link.depot_interface': give an interface"),
        ("[health]\nsilent_s = 0\n", "car.toml:8: 'health.silent_s'"),
        ("[ignition]\nrun_on = 5\n", "car.toml:8: unknown key 'ignition.run_on'.*run_on_s"),
        ('[ignition]\ngpio = "17"\n', "car.toml:8: 'ignition.gpio': give CHIP:LINE"),
        ('[ignition]\ngpio = "/dev/gpiochip0:17"\nfile = "k"\n', "car.toml:8: 'ignition.gpio': the key is known by"),
        ('[ignition]\npower_off = "poweroff"\n', "car.toml:8: 'ignition.power_off'"),
        ('[ignition]\npower_off = [""]\n', "car.toml:8: 'ignition.power_off': its first word"),
        ("[ignitoin]\nrun_on_s = 5\n", "car.toml:7: unknown key 'ignitoin'.*ignition"),
    ],
)
def test_a_wrong_word_is_refused_with_its_line_and_cure(section: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=says):
        loaded(tmp_path, section)
