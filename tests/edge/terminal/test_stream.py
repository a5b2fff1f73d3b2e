"""The daemon's socket: status first, every line to every reader, nobody waits for a slow one."""

import asyncio
import json
import socket
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from edge.terminal.stream import MAX_ASK_BYTES, MAX_BEHIND_BYTES, MAX_READERS, EventStream, SocketInUseError

Eventually = Callable[..., Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "s"


@pytest.fixture
async def stream(path: Path) -> AsyncIterator[EventStream]:
    stream = EventStream()
    stream.on_ask("status", lambda _: {"vehicle": "k-0417"})
    stream.on_ask("echo", lambda request: {"heard": request.get("word")})
    async with stream.served_at(path):
        yield stream


class Reader:
    """A reader that reads when the test says so."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def next(self) -> dict[str, Any] | None:
        """None: it was cut off."""
        try:
            line = await self._reader.readline()
        except ConnectionResetError:
            return None
        return json.loads(line) if line.endswith(b"\n") else None

    async def ask(self, line: bytes) -> dict[str, Any] | None:
        self._writer.write(line + b"\n")
        return await self.next()

    def close(self) -> None:
        self._writer.transport.abort()


@asynccontextmanager
async def reading(path: Path, *, status: bool = True) -> AsyncIterator[Reader]:
    reader = Reader(*await asyncio.open_unix_connection(str(path)))
    if status:
        await reader.next()
    yield reader
    reader.close()


async def test_the_first_line_is_the_status(stream: EventStream, path: Path) -> None:
    async with reading(path, status=False) as reader:
        stream.say("alert", id="1")
        first = await reader.next()
        assert first is not None
        assert (first["kind"], first["vehicle"]) == ("status", "k-0417")
        assert first["mono_ns"] > 0


async def test_every_reader_hears_every_line_in_order(stream: EventStream, path: Path) -> None:
    async with reading(path) as one, reading(path) as other:
        for n in range(100):
            stream.say("alert", id=n)
        for reader in (one, other):
            lines = [await reader.next() for _ in range(100)]
            assert [line["id"] for line in lines if line] == list(range(100))
            times = [line["mono_ns"] for line in lines if line]
            assert times == sorted(times)


async def test_a_slow_reader_is_cut_off_and_the_others_are_served(stream: EventStream, path: Path) -> None:
    slow = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    slow.setblocking(False)
    await asyncio.get_running_loop().sock_connect(slow, str(path))
    async with reading(path) as quick:
        said = 0
        while not stream.cut_off:
            stream.say("alert", id=said, padding="x" * 10_000)
            said += 1
            line = await quick.next()
            assert line is not None
            assert line["id"] == said - 1
        assert said * 10_000 > MAX_BEHIND_BYTES
        stream.say("alert", id="after")
        line = await quick.next()
        assert line is not None
        assert line["id"] == "after"
    assert stream.cut_off == 1
    slow.close()


async def test_a_request_is_answered_and_only_to_who_asked(stream: EventStream, path: Path) -> None:
    async with reading(path) as one, reading(path) as other:
        answer = await one.ask(b'{"ask": "echo", "word": 7}')
        assert answer is not None
        assert (answer["kind"], answer["heard"]) == ("echo", 7)
        stream.say("alert", id="next")
        line = await other.next()
        assert line is not None
        assert line["kind"] == "alert"


@pytest.mark.parametrize(
    "junk", [b"", b"junk", b"[]", b"7", b'{"ask": 7}', b'{"ask": "nothing"}', b"\xff\xfe", b'{"ask":']
)
@pytest.mark.usefixtures("stream")
async def test_a_junk_request_is_answered_with_what_can_be_asked(path: Path, junk: bytes) -> None:
    async with reading(path) as reader:
        answer = await reader.ask(junk)
        assert answer is not None
        assert answer["kind"] == "error"
        assert "echo, status" in answer["reason"]
        again = await reader.ask(b'{"ask": "echo", "word": "still here"}')
        assert again is not None
        assert again["heard"] == "still here"


async def test_a_request_without_end_is_cut_off(stream: EventStream, path: Path) -> None:
    async with reading(path) as reader:
        assert await reader.ask(b"x" * (MAX_ASK_BYTES + 10)) is None
        stream.say("alert", id=1)


@pytest.mark.usefixtures("stream")
async def test_readers_are_bounded(path: Path) -> None:
    readers = [await asyncio.open_unix_connection(str(path)) for _ in range(MAX_READERS)]
    for reader, _ in readers:
        await reader.readline()
    async with reading(path, status=False) as one_more:
        assert await one_more.next() is None
    readers[0][1].transport.abort()
    for _, writer in readers:
        writer.transport.abort()


async def test_a_reader_that_is_gone_makes_room_and_harms_nothing(
    stream: EventStream, path: Path, eventually: Eventually
) -> None:
    for _ in range(3 * MAX_READERS):
        async with reading(path):
            pass
        stream.say("alert", id=1)
        await eventually(lambda: not stream._writers)


@pytest.mark.usefixtures("stream")
async def test_only_owner_and_group_may_listen(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert [each.name for each in path.parent.iterdir()] == ["s"]


@pytest.mark.usefixtures("stream")
async def test_a_second_daemon_refuses_and_leaves_the_first_alone(path: Path) -> None:
    with pytest.raises(SocketInUseError, match="another patrol-edge"):
        async with EventStream().served_at(path):
            pass
    async with reading(path):
        pass


async def test_the_socket_of_a_killed_daemon_is_replaced(path: Path) -> None:
    path.parent.mkdir()
    left_behind = socket.socket(socket.AF_UNIX)
    left_behind.bind(str(path))
    left_behind.close()
    assert path.is_socket()
    stream = EventStream()
    stream.on_ask("status", lambda _: {})
    async with stream.served_at(path), reading(path):
        pass
    assert not path.exists()


async def test_a_daemon_that_is_too_busy_to_answer_is_still_there(path: Path) -> None:
    path.parent.mkdir()
    busy = socket.socket(socket.AF_UNIX)
    busy.bind(str(path))
    busy.listen(0)
    queue = [socket.socket(socket.AF_UNIX) for _ in range(3)]
    for waiting in queue:
        waiting.setblocking(False)
        waiting.connect_ex(str(path))
    with pytest.raises(SocketInUseError):
        async with EventStream().served_at(path):
            pass
    assert path.is_socket()
    for each in (busy, *queue):
        each.close()


async def test_without_readers_nothing_is_said(stream: EventStream) -> None:
    stream.say("alert", id=object())  # not even made into a line


async def test_the_end_of_the_daemon_ends_its_readers(path: Path) -> None:
    stream = EventStream()
    stream.on_ask("status", lambda _: {})
    served: AbstractAsyncContextManager[None] = stream.served_at(path)
    async with served:
        reader = Reader(*await asyncio.open_unix_connection(str(path)))
        await reader.next()
    assert await reader.next() is None
    reader.close()


async def test_an_answer_may_come_later_and_keeps_its_place(stream: EventStream, path: Path) -> None:
    may_answer = asyncio.Event()

    async def later(_: dict[str, Any]) -> dict[str, Any]:
        await may_answer.wait()
        return {"late": True}

    stream.on_ask("later", later)
    async with reading(path) as one, reading(path) as other:
        one._writer.write(b'{"ask": "later"}\n{"ask": "echo", "word": "a"}\n')
        assert await other.ask(b'{"ask": "echo", "word": "b"}') is not None
        may_answer.set()
        first, second = await one.next(), await one.next()
        assert first is not None
        assert second is not None
        assert (first["kind"], second["kind"]) == ("later", "echo")
