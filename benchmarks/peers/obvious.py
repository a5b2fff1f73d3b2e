"""A serial port's frames -> JSON over MQTT, QoS 1: the script that most people would write. It is a peer, not a part of ours.

python obvious.py PORT BROKER_PORT TOPIC
"""

import json
import sys
import time
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
import serial
from paho.mqtt.enums import CallbackAPIVersion

END_OF_FRAME = b"\x03"
HEADER = 17  # STX, 14 digits of time, two of the camera's number
RETRY_S = 1.0


def record(frame: bytes) -> str:
    """What goes on the wire for one read."""
    vrm = frame[HEADER : -len(END_OF_FRAME)].decode("ascii")
    return json.dumps({"vrm": vrm, "camera": "front", "at": datetime.now(UTC).isoformat(timespec="milliseconds")})


def forward(line: serial.Serial, client: mqtt.Client, topic: str) -> None:
    """Until the port goes away."""
    while True:
        frame = line.read_until(END_OF_FRAME)
        if frame.endswith(END_OF_FRAME):
            client.publish(topic, record(frame), qos=1)


def main() -> None:
    port, broker_port, topic = sys.argv[1:]
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect_async("127.0.0.1", int(broker_port))
    client.loop_start()
    while True:
        try:
            with serial.Serial(port, 115200, timeout=1) as line:
                forward(line, client, topic)
        except serial.SerialException as error:
            print(error, file=sys.stderr)
            time.sleep(RETRY_S)


if __name__ == "__main__":
    main()
