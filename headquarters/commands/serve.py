"""`patrol-hq serve`: from the broker into the store, a receipt for all that is committed."""

import argparse
import asyncio
import json
import os
import random
import signal
import sqlite3
import sys
import time
from pathlib import Path
from typing import Final, NoReturn

from headquarters import addresses, logs
from headquarters.addresses import Files
from headquarters.app import Edge, Settings, serve
from headquarters.lookups.pole import PoleRecords
from headquarters.lookups.source import named
from headquarters.store.file import StoreError
from proto.topics import ALL_UP

STOP_S: Final = 2.8  # a stop takes at most 3 s, whatever a broker, a name server or a disk does meanwhile
SESSION_BYTES: Final = 8
FILES: Final = {
    "password-file": "the password of USER",
    "ca-file": "who may sign the broker's certificate, PEM (the operating system's authorities)",
    "cert-file": "headquarters' own certificate, PEM",
    "cert-key-file": "the key of --cert-file, PEM",
}


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("serve", help="take in, store and receipt what the cars send")
    parser.add_argument("--broker", required=True, metavar="URL", help="mqtt://HOST:PORT or mqtts://USER@HOST:PORT")
    for words, what in FILES.items():
        parser.add_argument(f"--{words}", type=Path, metavar="F", help=what)
    parser.add_argument("--store", required=True, metavar="URL", help="sqlite:///PATH; made when absent")
    parser.add_argument(
        "--take", default=ALL_UP, metavar="FILTER", help="MQTT topic filter of this instance's share (%(default)s)"
    )
    parser.add_argument(
        "--source", metavar="MODULE:NAME", help="a class of your own that answers look-ups (docs/own-records.md)"
    )


def run(args: argparse.Namespace) -> int:
    """0 after SIGTERM or SIGINT. 1: the store cannot be used. 2: a URL is wrong. Anything unforeseen: a traceback and 1."""
    try:
        files = Files(args.password_file, args.ca_file, args.cert_file, args.cert_key_file)
        source = PoleRecords if args.source is None else named(args.source)
        settings = Settings(addresses.broker(args.broker, files), addresses.store(args.store), args.take, source)
    except ValueError as error:
        print(f"patrol-hq serve: {error}", file=sys.stderr)
        return 2
    logs.to_stderr()
    failure: Exception | None = None
    with asyncio.Runner() as runner:
        try:
            runner.run(_until_told(settings))
            _leave(0)  # the client connects in a thread that a runner's end would wait for
        except* (StoreError, sqlite3.Error) as errors:
            failure = errors.exceptions[0]
    print(f"patrol-hq serve: {failure}", file=sys.stderr)
    return 1


async def _until_told(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told() -> None:
        stop.set()
        loop.call_later(STOP_S, _leave, 1)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told)
    edge = Edge(_now_ms, lambda: os.urandom(SESSION_BYTES), lambda most_s: random.uniform(0, most_s))
    await serve(settings, edge, stop, lambda: _say_ready(settings))


def _say_ready(settings: Settings) -> None:
    line = {"ready": True, "broker": str(settings.broker), "store": str(settings.store), "take": settings.take}
    print(json.dumps(line), flush=True)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _leave(code: int) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
