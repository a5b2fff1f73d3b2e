"""A broker's messages -> which numbered reads have arrived, in a file that the bench maps into its memory. A program of its own.

    python -m benchmarks.race.sink BROKER_PORT TOPICS FILE

It subscribes with QoS 0 over loopback and looks for plates in whatever comes (MQTT 3.1.1). Of ours it is given the receipts
in place of the reads: those arrive when headquarters has stored them. To ThingsBoard's gateway it answers as a server does.
The file: two 64-bit counts (distinct, all), then a byte for each number.
"""

import json
import mmap
import re
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from proto.control import decode_held
from proto.lanes import Lane
from proto.ranges import Ranges
from simulator.numbered import number

HEADER: Final = 16
MOST: Final = 4_000_000
SIZE: Final = HEADER + MOST
_PLATE: Final = re.compile(rb"[A-Z]{2}\d\d[A-Z]{3}")
_ASKED: Final = re.compile(rb"v1/devices/me/rpc/request/(\d+)")
_LIMITS: Final = {"maxPayloadSize": 65536, "maxInflightMessages": 100, "rateLimits": {}, "gatewayRateLimits": {}}
_RETRY_S: Final = 0.02
_KEEP_ALIVE_S: Final = 65535


class Seen:
    """The mapped file."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(SIZE))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), SIZE)

    def add_all(self, numbers: list[int]) -> None:
        """The same for many, counted at the end."""
        fresh = 0
        for seen in numbers:
            if 0 <= seen < MOST and not self._memory[HEADER + seen]:
                self._memory[HEADER + seen] = 1
                fresh += 1
        self._set(self.distinct + fresh, self.total + len(numbers))

    @property
    def distinct(self) -> int:
        return int.from_bytes(self._memory[:8], "little")

    @property
    def total(self) -> int:
        return int.from_bytes(self._memory[8:16], "little")

    def count_as(self, distinct: int) -> None:
        """So many have arrived, whichever they are."""
        self._set(distinct, max(distinct, self.total))

    def has(self, seen: int) -> bool:
        """Whether this one has arrived."""
        return bool(self._memory[HEADER + seen])

    def missing(self, upto: int) -> list[int]:
        """Numbers below `upto` that have not arrived."""
        flags = self._memory[HEADER : HEADER + upto]
        return [at for at, flag in enumerate(flags) if not flag]

    def _set(self, distinct: int, total: int) -> None:
        self._memory[:16] = distinct.to_bytes(8, "little") + total.to_bytes(8, "little")


def main() -> None:
    port, topics, path = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    seen, held = Seen(path), dict[bytes, Ranges]()
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port)) as channel:
                _subscribe(channel, topics)
                if topics.endswith("/receipt"):
                    _receipts(channel, seen, held)
                else:
                    _plates(channel, seen)
        except OSError:
            time.sleep(_RETRY_S)


def _subscribe(channel: socket.socket, topics: str) -> None:
    client = f"sink-{topics.replace('/', '-').rstrip('-#')}"
    connect = b"\x00\x04MQTT\x04\x02" + _KEEP_ALIVE_S.to_bytes(2, "big") + _text(client)
    channel.sendall(_packet(0x10, connect) + _packet(0x82, b"\x00\x01" + _text(topics) + b"\x00"))


def _plates(channel: socket.socket, seen: Seen) -> None:
    tail = b""
    while data := channel.recv(1 << 20):
        for asked in _ASKED.finditer(data):
            topic = f"v1/devices/me/rpc/response/{asked[1].decode()}"
            channel.sendall(_packet(0x30, _text(topic) + json.dumps(_LIMITS).encode()))
        data = tail + data
        found = list(_PLATE.finditer(data))
        seen.add_all([n for each in found if (n := number(each[0].decode("ascii"))) is not None])
        tail = data[max(found[-1].end() if found else 0, len(data) - 6) :]


def _receipts(channel: socket.socket, seen: Seen, held: dict[bytes, Ranges]) -> None:
    for topic_and_payload in _published(channel):
        size = int.from_bytes(topic_and_payload[:2], "big")
        for lane in decode_held(topic_and_payload[2 + size :]):
            if lane.lane is Lane.READ:
                ranges = held.setdefault(lane.epoch, Ranges())
                for first, last in lane.ranges:
                    ranges.add(first, last)
        seen.count_as(sum(ranges.count() for ranges in held.values()))


def _published(channel: socket.socket) -> Iterator[bytes]:
    """The variable headers and payloads of PUBLISH packets (QoS 0 has no packet identifier)."""
    data = b""
    while piece := channel.recv(1 << 16):
        data += piece
        while (parts := _first(data)) is not None:
            kind, body, data = parts
            if kind & 0xF0 == 0x30:
                yield body


def _first(data: bytes) -> tuple[int, bytes, bytes] | None:
    """The first packet: its first byte, what follows its length, and the rest. None: there is no whole one yet."""
    length, at = 0, 1
    while at < len(data):
        length |= (data[at] & 0x7F) << 7 * (at - 1)
        at += 1
        if data[at - 1] < 0x80:
            return (data[0], data[at : at + length], data[at + length :]) if len(data) >= at + length else None
    return None


def _packet(kind: int, body: bytes) -> bytes:
    length, size = b"", len(body)
    while True:
        size, seven = divmod(size, 128)
        length += bytes([seven | (0x80 if size else 0)])
        if not size:
            return bytes([kind]) + length + body


def _text(words: str) -> bytes:
    return len(words).to_bytes(2, "big") + words.encode()


if __name__ == "__main__":
    main()
