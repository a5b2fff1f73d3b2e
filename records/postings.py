"""Ascending numbers <-> bytes: the steps between them, seven bits a byte, the last byte of a step below 128."""

from collections.abc import Iterable


class Growing:
    """One list of numbers as it is written."""

    __slots__ = ("_last", "bytes")

    def __init__(self) -> None:
        self._last = 0
        self.bytes = bytearray()

    def add(self, number: int) -> None:
        """A number that is not below the one before; the same again is passed over."""
        step, self._last = number - self._last, number
        if step == 0:
            return
        while step > 127:
            self.bytes.append(step & 127 | 128)
            step >>= 7
        self.bytes.append(step)


def encoded(numbers: Iterable[int]) -> bytes:
    """Positive numbers, ascending."""
    growing = Growing()
    for number in numbers:
        growing.add(number)
    return bytes(growing.bytes)


def decoded(written: bytes) -> list[int]:
    """What `encoded` made these bytes of."""
    numbers: list[int] = []
    number = step = shift = 0
    for byte in written:
        if byte > 127:
            step |= (byte & 127) << shift
            shift += 7
        else:
            number += step | byte << shift
            numbers.append(number)
            step = shift = 0
    return numbers
