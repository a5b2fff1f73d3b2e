"""What a configuration calls a port -> the same in values and in words; a sentence for what is none."""

from pathlib import Path

import pytest

from drivers.ports import Port, TcpListener, TcpPort, parse_port


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("/dev/anpr-front", Path("/dev/anpr-front")),
        ("ports/front", Path("ports/front")),
        ("tcp://10.0.0.5:4001", TcpPort("10.0.0.5", 4001)),
        ("tcp://camera-1.local:65535", TcpPort("camera-1.local", 65535)),
        ("tcp://[::1]:2947", TcpPort("::1", 2947)),
        ("tcp-listen://0.0.0.0:31000", TcpListener("0.0.0.0", 31000)),
        ("tcp-listen://[::]:31000", TcpListener("::", 31000)),
    ],
)
def test_a_port_is_said_as_it_was_written(text: str, port: Port) -> None:
    assert parse_port(text) == port
    assert str(port) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "com3://x", "udp://10.0.0.5:4001", "tcp://", "tcp://:1", "tcp://10.0.0.5", "tcp://10.0.0.5:0"),
        *("tcp://10.0.0.5:65536", "tcp://10.0.0.5:x", "tcp://h:４", "tcp://10.0.0.5:4001/", "tcp://a@10.0.0.5:4001"),
        "tcp://[::1:2947",
    ],
)
def test_what_is_no_port_is_refused_with_the_right_forms(text: str) -> None:
    with pytest.raises(ValueError, match=r"/dev/anpr-front.*tcp://HOST:PORT.*tcp-listen://ADDRESS:PORT"):
        parse_port(text)


def test_a_listener_needs_an_address_of_this_machine() -> None:
    with pytest.raises(ValueError, match=r"tcp-listen://0\.0\.0\.0:31000"):
        parse_port("tcp-listen://localhost:31000")
