"""Ports and folders -> the settings files of the peers that are set up by JSON: their defaults, and the reason where not."""

from pathlib import Path
from typing import Any

Settings = dict[str, Any]


def thingsboard(camera: Path, folder: Path, broker_port: int) -> dict[str, Settings]:
    """ThingsBoard IoT Gateway 3.8.5. SQLite in place of memory, no remote control, and no rate limits of its own."""
    limits = ("rateLimits", "dpRateLimits", "messagesRateLimits")
    of_devices = ("deviceRateLimits", "deviceDpRateLimits", "deviceMessagesRateLimits")
    service = {
        "host": "127.0.0.1",
        "port": broker_port,
        "remoteShell": False,
        "remoteConfiguration": False,
        "statistics": {"enable": False},
        "minPackSendDelayMS": 50,
        "minPackSizeToSend": 500,
        "maxPayloadSizeBytes": 65536,  # a ThingsBoard server's own limit
        "handleDeviceRenaming": False,
        "checkConnectorsConfigurationInSeconds": 60,
        "security": {"type": "accessToken", "accessToken": "race"},
        "qos": 1,
        "reportStrategy": {"type": "ON_RECEIVED"},
        **dict.fromkeys((*limits, *of_devices), "0:0,"),
    }
    storage = {"type": "sqlite", "data_file_path": f"{folder}/data/", "messages_ttl_in_days": 7}
    connector = {"name": "cameras", "type": "serial", "class": "SerialConnector", "configuration": "serial.json"}
    device = {
        "name": "front",
        "type": "camera",
        "port": str(camera),
        "baudrate": 115200,
        "delimiter": "\x03",
        "converter": "NumberedUplinkConverter",
    }
    return {
        "tb_gateway.json": {
            "thingsboard": service,
            "storage": storage,
            "grpc": {"enabled": False},
            "connectors": [connector],
        },
        "serial.json": {"name": "cameras", "logLevel": "ERROR", "uplinkQueueSize": 100000, "devices": [device]},
        "logs.json": _logs(),
    }


def _logs() -> Settings:
    names = ("database", "service", "connector", "converter", "tb_connection", "storage", "extension")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
        "loggers": {name: {"handlers": ["console"], "level": "INFO", "propagate": False} for name in names},
        "root": {"level": "ERROR", "handlers": ["console"]},
    }


def node_red(camera: Path, broker_port: int, topic: str) -> list[Settings]:
    """Serial in, cut at ETX -> a function -> MQTT out, QoS 1."""
    port = {
        "id": "port",
        "type": "serial-port",
        "serialport": str(camera),
        "serialbaud": "115200",
        "databits": "8",
        "parity": "none",
        "stopbits": "1",
        "newline": "0x03",
        "bin": "false",
        "out": "char",
        "addchar": "",
    }
    code = (
        'msg.payload = JSON.stringify({vrm: msg.payload.substring(17).replace("\\x03", ""), camera: "front",'
        " at: new Date().toISOString()}); return msg;"
    )
    broker = {
        "id": "broker",
        "type": "mqtt-broker",
        "broker": "127.0.0.1",
        "port": str(broker_port),
        "clientid": "race-node-red",
        "autoConnect": True,
        "usetls": False,
        "protocolVersion": "4",
        "keepalive": "60",
        "cleansession": True,
    }
    return [
        {"id": "flow", "type": "tab", "label": "race", "disabled": False},
        port,
        broker,
        {"id": "in", "type": "serial in", "z": "flow", "serial": "port", "wires": [["code"]]},
        {"id": "code", "type": "function", "z": "flow", "func": code, "outputs": 1, "wires": [["out"]]},
        {"id": "out", "type": "mqtt out", "z": "flow", "topic": topic, "qos": "1", "broker": "broker", "wires": []},
    ]


def node_red_settings(port: int) -> Settings:
    """No editor and no HTTP nodes; all else as it comes."""
    return {
        "uiPort": port,
        "uiHost": "127.0.0.1",
        "httpAdminRoot": False,
        "httpNodeRoot": False,
        "logging": {"console": {"level": "warn", "metrics": False, "audit": False}},
    }
