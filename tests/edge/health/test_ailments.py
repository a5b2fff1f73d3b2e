"""Virtual hours of driving, parking, traffic and dirt -> what a device is said to have, and how often it is said."""

from dataclasses import replace
from typing import Final

import pytest

from edge.config.upkeep import Health
from edge.health.ailments import Ailment, Patient, camera, receiver
from edge.health.evidence import GARBLED_LEAST, REGAINED, WINDOW_LOOKS, Look
from edge.health.usual import Usual

LIMITS: Final = Health()
DRIVING: Final = Look(1.0, 1.0)
BUSY: Final = Look(1.0, 1.0, others=1)
SPEAKS: Final = Look(1.0, 1.0, spoke=True, others=1)
READS: Final = Look(1.0, 1.0, spoke=True, readings=1, others=1)


@pytest.fixture
def front() -> Patient:
    return camera(LIMITS, Usual())


@pytest.fixture
def gps() -> Patient:
    return receiver(LIMITS)


def said(patient: Patient, look: Look, seconds: float) -> list[Ailment | None]:
    """What is said during so many equal seconds."""
    return [patient.ailment for _ in range(int(seconds)) if patient.look(look)]


def test_a_camera_that_is_silent_on_an_empty_road_at_night_is_well(front: Patient) -> None:
    assert said(front, DRIVING, LIMITS.alone_s - 1) == []


def test_a_camera_that_is_silent_while_the_car_is_parked_is_well(front: Patient) -> None:
    assert said(front, replace(BUSY, moved_s=0.0), 86_400) == []


def test_a_camera_that_is_silent_while_the_other_one_reads_is_silent(front: Patient) -> None:
    assert said(front, BUSY, LIMITS.silent_s - 1) == []
    assert said(front, BUSY, 1) == [Ailment.SILENT]


def test_the_other_cameras_plates_count_only_while_the_car_moves(front: Patient) -> None:
    said(front, replace(BUSY, moved_s=0.0, others=100), 600)
    assert said(front, DRIVING, LIMITS.silent_s + 60) == []


def test_few_plates_of_the_other_camera_blame_nobody(front: Patient) -> None:
    said(front, BUSY, LIMITS.witness_plates - 1)
    assert said(front, DRIVING, LIMITS.silent_s) == []
    assert said(front, BUSY, 1) == [Ailment.SILENT]


def test_a_byte_makes_the_other_cameras_plates_begin_anew(front: Patient) -> None:
    said(front, BUSY, LIMITS.silent_s - 1)
    said(front, READS, 1)
    assert said(front, DRIVING, LIMITS.silent_s + 60) == []


def test_no_road_is_empty_for_half_an_hour_of_driving(front: Patient) -> None:
    said(front, DRIVING, LIMITS.alone_s - 1)
    assert said(front, DRIVING, 1) == [Ailment.SILENT]


def test_a_camera_that_speaks_without_plates_is_blind(front: Patient) -> None:
    assert said(front, SPEAKS, LIMITS.blind_s - 1) == []
    assert said(front, SPEAKS, 1) == [Ailment.BLIND]


def test_a_camera_that_falls_silent_and_comes_back_without_plates_is_silent_then_blind(front: Patient) -> None:
    assert said(front, BUSY, LIMITS.blind_s) == [Ailment.SILENT]
    assert said(front, SPEAKS, 1) == [Ailment.BLIND]


def test_junk_alone_is_a_wrong_line_speed_standing_or_driving(front: Patient) -> None:
    junk = Look(1.0, 0.0, spoke=True, garbled=1)
    assert said(front, junk, GARBLED_LEAST - 1) == []
    assert said(front, junk, 1) == [Ailment.GARBLED]


def test_a_line_whose_junk_lies_between_its_readings_is_well(front: Patient) -> None:
    assert said(front, replace(READS, garbled=2), 600) == []


def test_junk_of_a_pulled_plug_is_forgotten(front: Patient) -> None:
    said(front, replace(SPEAKS, garbled=GARBLED_LEAST - 1), 1)
    said(front, DRIVING, WINDOW_LOOKS)
    assert said(front, replace(SPEAKS, garbled=GARBLED_LEAST - 1), 1) == []


def test_a_line_is_well_again_when_readings_outnumber_junk(front: Patient) -> None:
    said(front, replace(DRIVING, spoke=True, garbled=5), 60)
    assert said(front, READS, WINDOW_LOOKS // 2) == []
    assert said(front, READS, WINDOW_LOOKS) == [None]


def test_one_gleam_is_no_cure(front: Patient) -> None:
    said(front, SPEAKS, LIMITS.blind_s)
    assert said(front, READS, REGAINED - 1) == []
    assert said(front, READS, 1) == [None]


def test_a_lens_that_lets_one_plate_in_a_hundred_through_is_one_report(front: Patient) -> None:
    spoken: list[Ailment | None] = []
    for _ in range(50):
        spoken += said(front, replace(SPEAKS, others=2), LIMITS.blind_s + 20) + said(front, READS, 1)
    assert spoken == [Ailment.BLIND]


def test_a_receiver_that_stops_speaking_is_silent_wherever_the_car_is(gps: Patient) -> None:
    parked = Look(1.0)
    assert said(gps, parked, LIMITS.gps_silent_s - 1) == []
    assert said(gps, parked, 1) == [Ailment.SILENT]
    assert said(gps, Look(1.0, spoke=True, readings=1), REGAINED) == [None]


def test_a_receiver_without_a_fix_is_named_after_minutes_not_in_every_tunnel(gps: Patient) -> None:
    speaks = Look(1.0, spoke=True)
    assert said(gps, speaks, LIMITS.no_fix_s - 1) == []
    assert said(gps, speaks, 1) == [Ailment.NO_FIX]
    assert said(gps, replace(speaks, readings=1), REGAINED) == [None]
