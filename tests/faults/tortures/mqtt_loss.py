"""The five ways in which MQTT was measured to lose what it had acknowledged -> nothing lost, and a denial that is an alarm. [row 8]"""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Final

from tests.faults.rig.campaign import Found, Order, Torture
from tests.faults.rig.complaints import look
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig

QUEUE: Final = 10  # messages that the broker keeps for a headquarters that does not read
READS: Final = 2_000
ALARM_S: Final = 60.0  # promised: by then a denial has a name
ALLOWED: Final = "topic readwrite #\n"
DENIED: Final = "topic readwrite pe/1/+/down/#\ntopic readwrite pe/1/all/#\ntopic read pe/1/+/up/#\n"


def queue_overflows(rig: Rig) -> None:
    """Headquarters stands still; the broker drops beyond its queue, silently (measured: 4,000 of 5,000)."""
    rig.headquarters.signal(signal.SIGSTOP)
    try:
        _say(rig)
        _let_it_send(rig)
    finally:
        rig.headquarters.signal(signal.SIGCONT)


def broker_dies(rig: Rig) -> None:
    """With everything it had acknowledged and not handed on (measured: 500 of 500)."""
    rig.kill_headquarters()
    _say(rig)
    _let_it_send(rig)
    rig.broker.kill()
    rig.start_the_dead()


def client_dies(rig: Rig) -> None:
    """While the broker is away: what a client had queued in memory is gone (measured: 300 of 300)."""
    rig.broker.kill()
    _say(rig)
    rig.car.kill()
    rig.start_the_dead()


def consumer_dies(rig: Rig) -> None:
    """With messages that it had acknowledged and not stored yet (measured: 301 of 400)."""
    then, began_s = _rows(rig), time.monotonic()
    _say(rig)
    while _rows(rig) == then and time.monotonic() < began_s + ALARM_S:
        time.sleep(0.001)
    rig.kill_headquarters()
    rig.start_the_dead()


MODES: Final[tuple[Callable[[Rig], None], ...]] = (queue_overflows, broker_dies, client_dies, consumer_dies)


def _cycle(rig: Rig) -> int:
    for mode in MODES:
        mode(rig)
        _let_everything_arrive(rig)
    return 1


def denied(rig: Rig) -> float | None:
    """Seconds until the car raised an alarm over permissions that throw its messages away behind a PUBACK (MQTT 3.1.1).

    The broker begins anew: on a connection over which headquarters has answered, silence means that it is away.
    """
    acl = rig.car.folder / "acl"
    acl.write_text(DENIED)
    rig.broker.kill()
    rig.broker.start()
    mark, began_s = rig.car.follower.mark(), time.monotonic()
    rig.feeder.say(50)
    try:
        until(lambda: [a for a in rig.car.follower.of("alarm", mark) if a["name"] == "link"], "an alarm", ALARM_S)
        return time.monotonic() - began_s
    except TimeoutError:
        return None
    finally:
        acl.write_text(ALLOWED)
        rig.broker.signal(signal.SIGHUP)


def run(order: Order) -> Found:
    """A cycle is each of the four losses once; the denial, which takes most of a minute, ends a run of several cycles."""
    with _rig(order) as rig:
        try:
            cycles = sum(_cycle(rig) for _ in order.rounds())
            alarm_s = denied(rig) if cycles > 1 else 0.0
            verdict = rig.settle()
        except TimeoutError as down:
            return Found(lost=1, broken=[str(down)])
        found = verdict.found()
        found.cycles = cycles
        look(rig, found)
    found.more["denied_alarm_s"] = None if alarm_s is None else round(alarm_s, 1)
    if alarm_s is None:
        found.broken.append(f"no alarm within {ALARM_S:.0f} s of a denial")
    return found


@contextmanager
def _rig(order: Order) -> Iterator[Rig]:
    rig = Rig(order.folder, tree=order.tree)
    (order.folder / "acl").write_text(ALLOWED)
    with (order.folder / "mosquitto.conf").open("a") as settings:
        settings.write(f"max_queued_messages {QUEUE}\nacl_file {order.folder / 'acl'}\n")
    order.folder.chmod(0o755)
    rig.car.config.write_text(rig.car.config.read_text().replace("[broker]\n", '[broker]\nmqtt = "3.1.1"\n'))
    rig.car.follower.kept = ("alarm", "dropped")
    try:
        rig.broker.start()
        rig.headquarters.start()
        rig.car.plug()
        rig.car.start()
        rig.headquarters.until_ready()
        yield rig
    finally:
        if rig.headquarters.is_running():
            os.kill(rig.headquarters.pid, signal.SIGCONT)
        rig.end()


def _say(rig: Rig) -> None:
    rig.car.until_heard()
    then = rig.car.follower.count("read")
    rig.feeder.say(READS)
    until(lambda: rig.car.follower.count("read") >= then + READS, "the reads are stored")


def _let_it_send(rig: Rig) -> None:
    """Until the car's window is as full as it may be: everything in it has its PUBACK, nothing a receipt."""
    time.sleep(1.0)
    assert rig.car.is_alive()


def _let_everything_arrive(rig: Rig) -> None:
    until(lambda: rig.car.status()["epoch"], "the store is open")
    until(lambda: not rig.car.unsent(), "everything is receipted", 180.0)


def _rows(rig: Rig) -> int:
    with closing(sqlite3.connect(f"{rig.headquarters.store.as_uri()}?mode=ro", uri=True)) as reader:
        return int(reader.execute("SELECT count(*) FROM event").fetchone()[0])


TORTURE: Final = Torture(
    "MQTT's four silent losses and a denial: queue overflow, broker, client and consumer killed, permissions",
    run,
    full=25,
    short=1,
    control=2,
    minutes=8,
    catches=("puback", "receipt-early", "denial-unsaid"),
    row=8,
)
