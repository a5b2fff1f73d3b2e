"""What a car does not use is not loaded; whoever wants it later gets the real one."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from edge.lean import in_place_of

ROOT = Path(__file__).parents[2]
LOADED = ("from edge import lean", "with lean.spared(is_tls=False): from edge import app")


def says(*lines: str) -> str:
    """What a fresh process prints."""
    return subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_who_asks_later_gets_the_real_module() -> None:
    asked = "import ssl, sqlite3, urllib.request, annotated_types; from annotated_types import Ge"
    told = "print(ssl.SSLContext.__name__, sqlite3.connect(':memory:').total_changes, urllib.request.urlopen.__name__, Ge(1).ge)"
    assert says(*LOADED, asked, told) == "SSLContext 0 urlopen 1"


def test_the_names_of_the_stand_in_are_those_that_the_mqtt_client_catches() -> None:
    tried = "import socket, paho.mqtt.client as paho; a, b = socket.socketpair(); a.setblocking(False); client = paho.Client(); client._sock = a"
    # An empty pipe raises BlockingIOError, which paho tells from what TLS raises.
    assert says(*LOADED, tried, "try: client._sock_recv(1)", "except BlockingIOError: print('waits')") == "waits"


def test_what_is_loaded_already_is_not_replaced() -> None:
    with in_place_of("sys", None):
        import sys as again
    assert again is sys


def test_a_module_that_is_not_to_be_had_is_so_only_meanwhile() -> None:
    with in_place_of("this", None), pytest.raises(ImportError):
        import_module("this")
    assert "this" not in sys.modules
