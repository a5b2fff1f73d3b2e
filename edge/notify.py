"""State of the daemon -> systemd's notification socket (sd_notify(3)); silence where there is none."""

import os
import socket


def notify(state: str) -> None:
    """Sends e.g. "READY=1", "WATCHDOG=1" or "STATUS=...". Never raises: a service manager that is gone is no fault of ours."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.setblocking(False)
        try:
            channel.sendto(state.encode(), "\0" + address[1:] if address[0] == "@" else address)
        except OSError:
            return
