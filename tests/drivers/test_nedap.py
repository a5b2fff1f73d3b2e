"""PROTOCOLLED frames -> `PlateSeen`: the manual's layout, both byte orders, repeats, and what the XOR catches."""

import operator
from functools import reduce
from typing import Literal

import pytest

from drivers.anpr.nedap import MAX_DATA, Nedap
from drivers.readings import Junk, PlateSeen

VECTOR = bytes.fromhex("89abcdef 00000001 00000009 414231324344450d0a 4d 12345678")
AB12CDE = PlateSeen("AB12CDE")


def frame(number: int, data: bytes, order: Literal["big", "little"] = "big", head: bytes = VECTOR[:4]) -> bytes:
    body = head + number.to_bytes(4, order) + len(data).to_bytes(4, order) + data
    return body + bytes([reduce(operator.xor, body)]) + (VECTOR[-4:] if head == VECTOR[:4] else VECTOR[:-5:-1])


def test_the_known_frame_is_read() -> None:
    assert Nedap().feed(VECTOR) == [AB12CDE]
    assert frame(1, b"AB12CDE\r\n") == VECTOR


@pytest.mark.parametrize("head", [VECTOR[:4], VECTOR[3::-1]])
@pytest.mark.parametrize("order", ["big", "little"])
@pytest.mark.parametrize("length", [0, 1, 9, 255, MAX_DATA])
def test_the_byte_order_is_found(head: bytes, order: Literal["big", "little"], length: int) -> None:
    dialect = Nedap()
    odd = frame(1, b"?" * length, order, head)
    assert dialect.feed(odd + frame(2, b"AB12CDE\r\n", order, head)) == [Junk(odd, "no plate"), AB12CDE]


def test_a_frame_that_comes_again_is_one_reading() -> None:
    dialect = Nedap()
    assert dialect.feed(VECTOR * 5) == [AB12CDE]
    assert dialect.feed(frame(2, b"AB12CDE\r\n")) == [AB12CDE]


def test_an_old_number_with_another_plate_is_a_camera_that_began_again() -> None:
    assert Nedap().feed(VECTOR + frame(1, b"J14GWN\r\n")) == [AB12CDE, PlateSeen("J14GWN")]


def test_after_the_port_was_closed_the_same_frame_is_a_reading() -> None:
    dialect = Nedap()
    assert dialect.feed(VECTOR) == [AB12CDE]
    dialect.close()
    assert dialect.feed(VECTOR) == [AB12CDE]


def test_a_wrong_xor_and_a_wrong_mark_are_told_apart() -> None:
    wrong_xor, wrong_mark = bytearray(VECTOR), bytearray(VECTOR)
    wrong_xor[-5] ^= 1
    wrong_mark[-1] ^= 1
    assert Nedap().feed(bytes(wrong_xor)) == [Junk(bytes(wrong_xor), "checksum")]
    assert Nedap().feed(bytes(wrong_mark)) == [Junk(bytes(wrong_mark), "bad field")]


def test_a_length_that_no_frame_has_costs_one_frame() -> None:
    broken = VECTOR[:8] + b"\x00\x01\x01\x00" + VECTOR[12:]
    assert Nedap().feed(broken + VECTOR) == [Junk(broken, "bad field"), AB12CDE]


def test_a_frame_inside_the_length_of_a_broken_one_is_read() -> None:
    broken = VECTOR[:8] + b"\x00\x00\x00\x7f" + VECTOR[12:]
    assert Nedap().feed(broken + VECTOR) == [Junk(broken, "cut off"), AB12CDE]


def test_a_plate_said_twice_is_two_readings() -> None:
    camera, dialect = Nedap(), Nedap()
    assert dialect.feed(camera.encode(AB12CDE) + camera.encode(AB12CDE)) == [AB12CDE, AB12CDE]
