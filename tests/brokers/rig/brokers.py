"""A folder -> a broker of one of four makers, on ports of its own of 127.0.0.1 that stay the same over its deaths."""

import base64
import hashlib
import json
import shutil
import socket
import sys
from abc import abstractmethod
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar, Final

from simulator.free_port import free_port
from tests.faults.rig.program import Program, until

MUTE: Final = "mute"  # a user of RabbitMQ and NATS who may connect and listen; the password is the name
STARTED: Final = "Server startup complete"
DEAF: Final = "deaf"  # a user of NATS who may connect and speak
PLACES: Final = "/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin:/bin"


StartMosquitto = Callable[[str], "Broker"]
"""`start_mosquitto(settings)`: lines of its configuration, with {port} where its port belongs; running."""


def installed(name: str) -> str | None:
    """Where a program is, if it is."""
    return shutil.which(name, path=PLACES)


class Broker(Program):
    """One broker; its process may come and go."""

    name: ClassVar[str]
    version: ClassVar[str]
    """The MQTT that `auto` must come to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        super().__init__(self.command(), folder / "broker.log", self.surroundings())

    @classmethod
    @abstractmethod
    def missing(cls) -> str | None:
        """What is not installed, if something is not."""

    @abstractmethod
    def command(self) -> list[str]:
        """The command line that starts it in the foreground; writes its settings."""

    def surroundings(self) -> dict[str, str]:
        """Its environment, beside the usual one."""
        return {}

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it takes connections."""
        super().start()
        until(self._takes_connections, f"{self.name} listens")

    def end(self) -> None:
        """Nothing of it runs any more."""
        self.kill()

    def _takes_connections(self) -> bool:
        assert self.is_running(), f"{self.name} ended: {self.said}"
        return accepts(self.port)


def accepts(port: int) -> bool:
    """Whether somebody listens on a port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Mosquitto(Broker):
    """Keeps nothing on disk. `settings` are further lines of its configuration, in which {port} is its port."""

    name = "mosquitto"
    version = "5"

    def __init__(self, folder: Path, settings: str = "listener {port} 127.0.0.1\nallow_anonymous true\n") -> None:
        self._settings = settings
        super().__init__(folder)

    @classmethod
    def missing(cls) -> str | None:
        return None if installed("mosquitto") else "mosquitto"

    def command(self) -> list[str]:
        settings = self.folder / "mosquitto.conf"
        fixed = "persistence false\nuser root\nlog_dest stderr\nlog_type error\nlog_type warning\n"
        settings.write_text(fixed + self._settings.format(port=self.port))
        return [str(installed("mosquitto")), "-c", str(settings)]


class Amqtt(Broker):
    """Pure Python, MQTT 3.1.1 only; the one of the demo."""

    name = "amqtt"
    version = "3.1.1"

    @classmethod
    def missing(cls) -> str | None:
        return None if find_spec("amqtt") else "amqtt (the extra `simulator`)"

    def command(self) -> list[str]:
        return [sys.executable, "-m", "simulator.broker", str(self.port)]


class Nats(Broker):
    """NATS with JetStream; a topic's `/` becomes a `.` of its own subjects, so a name with a dot would be two levels."""

    name = "nats"
    version = "3.1.1"

    @classmethod
    def missing(cls) -> str | None:
        return None if installed("nats-server") else "nats-server"

    def command(self) -> list[str]:
        settings = self.folder / "nats.conf"
        settings.write_text(
            f'host: 127.0.0.1\nport: {free_port()}\nserver_name: "car-test"\n'
            f'jetstream {{ store_dir: "{self.folder / "jetstream"}" }}\n'
            f"mqtt {{ host: 127.0.0.1, port: {self.port}, no_auth_user: guest }}\n"
            "authorization { users: [ { user: guest, password: guest }\n"
            f'{{ user: {MUTE}, password: {MUTE}, permissions: {{ publish: {{ deny: "pe.1.>" }} }} }}\n'
            f'{{ user: {DEAF}, password: {DEAF}, permissions: {{ subscribe: {{ deny: "pe.1.>" }} }} }} ] }}\n'
        )
        return [str(installed("nats-server")), "-c", str(settings)]


class Rabbit(Broker):
    """RabbitMQ as a node of its own with a port mapper of its own: the system's node, if there is one, is let be."""

    name = "rabbitmq"
    version = "3.1.1"
    server: ClassVar = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")

    def __init__(self, folder: Path) -> None:
        self._mapper_port = free_port()
        words = [str(installed("epmd")), "-port", str(self._mapper_port), "-address", "127.0.0.1"]
        self._mapper = Program(words, folder / "epmd.log")
        super().__init__(folder)

    @classmethod
    def missing(cls) -> str | None:
        return None if cls.server.exists() and installed("epmd") else "rabbitmq-server"

    def command(self) -> list[str]:
        (self.folder / "enabled_plugins").write_text("[rabbitmq_mqtt].\n")
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp = none\nmqtt.listeners.tcp.1 = 127.0.0.1:{self.port}\nmqtt.allow_anonymous = true\n"
            f"load_definitions = {self.folder / 'definitions.json'}\n"
        )
        (self.folder / "definitions.json").write_text(json.dumps(_definitions()))
        return [str(self.server)]

    def surroundings(self) -> dict[str, str]:
        return {
            "HOME": str(self.folder),
            "RUNNING_UNDER_SYSTEMD": "1",  # its script then becomes the node instead of watching over it
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_NODENAME": f"pe{self.port}@localhost",
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none",
            "ERL_EPMD_PORT": str(self._mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }

    def start(self) -> None:
        if not self._mapper.is_running():
            self._mapper.start()
            until(lambda: accepts(self._mapper_port), "epmd listens")
        starts = self.said.count(STARTED)
        super().start()
        until(lambda: self.said.count(STARTED) > starts, "rabbitmq has started")  # it listens before its vhost is up

    def end(self) -> None:
        super().end()
        self._mapper.kill()


def _definitions() -> dict[str, object]:
    """Two users: whoever gives no name, and MUTE, who may say nothing."""
    users = [{"name": name, "password_hash": _salted(name), "tags": ""} for name in ("guest", MUTE)]
    everything = {"vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}
    nothing = {"user": MUTE, "vhost": "/", "exchange": "amq.topic", "write": "^$", "read": ".*"}
    return {
        "users": users,
        "vhosts": [{"name": "/"}],
        "permissions": [{"user": user["name"], **everything} for user in users],
        "topic_permissions": [nothing],
    }


def _salted(password: str) -> str:
    """rabbitmq.com/docs/passwords: base64 of 4 bytes of salt and SHA-256 of salt and password."""
    salt = b"salt"
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
