"""A port for a server: nobody's, and none that the kernel gives to a connection meanwhile."""

import socket

import pytest

from simulator import free_port as module
from simulator.free_port import HOST, free_port


def test_a_port_is_below_those_of_connections() -> None:
    assert {free_port() < 32_768 for _ in range(50)} == {True}


def test_a_port_that_somebody_has_is_not_given_and_when_all_are_taken_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as taken:
        port = free_port()
        taken.bind((HOST, port))
        monkeypatch.setattr(module, "FIRST", port)
        monkeypatch.setattr(module, "END", port + 1)
        with pytest.raises(OSError, match="no TCP port is free"):
            free_port()
    assert free_port() == port
