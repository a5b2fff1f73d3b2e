"""A camera's frame -> one telemetry entry, for ThingsBoard IoT Gateway's serial connector: it is copied into that program.

Each entry has a timestamp of its own: values of one key with the same millisecond are merged by the gateway, silently.
"""

from time import time
from typing import Any

from thingsboard_gateway.connectors.converter import Converter
from thingsboard_gateway.gateway.entities.converted_data import ConvertedData
from thingsboard_gateway.gateway.entities.telemetry_entry import TelemetryEntry
from thingsboard_gateway.tb_utility.tb_utility import TBUtility

HEADER = 17  # STX, 14 digits of time, two of the camera's number


class NumberedUplinkConverter(Converter):  # type: ignore[misc] # a class of the program that it is copied into
    """The connector's uplink converter of one device."""

    def __init__(self, config: dict[str, Any], logger: Any) -> None:  # noqa: ANN401 - the gateway's own logger
        self._log = logger
        self._name = config["name"]
        self._key = TBUtility.convert_key_to_datapoint_key("vrm", None, config, logger)
        self._last_ms = 0

    def convert(self, config: object, data: bytes) -> ConvertedData:  # noqa: ARG002 - the gateway's signature
        """One read; half a frame is an error, which the connector logs."""
        if data[:1] != b"\x02" or data[-1:] != b"\x03":
            raise ValueError("no whole frame")
        self._last_ms = max(self._last_ms + 1, int(time() * 1000))
        converted = ConvertedData(self._name, "camera")
        converted.add_to_telemetry(TelemetryEntry({self._key: data[HEADER:-1].decode("ascii")}, self._last_ms))
        return converted
