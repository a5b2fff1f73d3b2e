"""A clock that jumps by ten years while a car drives, certificates included -> nothing lost, in order, and doubt is said. [row 19]"""

import time
from collections import Counter
from random import Random
from typing import Any, Final

from simulator.free_port import free_port
from simulator.numbered import number
from tests.brokers.rig.certificates import Authority
from tests.faults.rig.campaign import Found, Order, Torture
from tests.faults.rig.clock import Clock
from tests.faults.rig.complaints import look
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig

YEARS: Final = 10
LINK_S: Final = 60.0
MISCHIEF: Final = ("nothing", "link", "car")


def run(order: Order) -> Found:
    """A cycle is one jump and back; in between the link breaks, or the daemon dies, or neither."""
    rig, clock = _encrypted(order), Clock(order.folder)
    rig.car.daemon.environment |= clock.environment
    rig.car.follower.kept = ("alarm", "dropped")
    chance, seen = Random(order.seed), Counter[str]()
    try:
        rig.start()
        for cycle in order.rounds():
            _jump(rig, clock, chance, (-YEARS, YEARS)[cycle % 2])
            rig.cycles += 1
        verdict = rig.settle()
        found = verdict.found()
        found.cycles = rig.cycles
        found.more["out_of_order"] = _out_of_order(list(rig.headquarters.exported()), seen)
        look(rig, found)
    except TimeoutError as down:
        return Found(unbootable=1, broken=[str(down)])
    finally:
        rig.end()
    found.more["events_by_clock"] = dict(seen)
    if found.more["out_of_order"]:
        found.broken.append("reads are not in the order in which they were said")
    if not seen["unset"]:
        found.broken.append("a clock that was ten years behind was believed")
    return found


def _jump(rig: Rig, clock: Clock, chance: Random, years: int) -> None:
    clock.off(years)
    rig.until_stored(1)
    time.sleep(chance.uniform(1.2, 2.5))  # the car looks at its clock every second
    match chance.choice(MISCHIEF):
        case "link":
            rig.broker.kill()
            rig.broker.start()
        case "car":
            rig.car.kill()
            rig.car.start()
        case _:
            pass
    rig.until_stored(50)
    clock.off(0)
    until(lambda: rig.car.status()["link"]["up"], "the link is up again", LINK_S)


def _encrypted(order: Order) -> Rig:
    """The car speaks TLS to the broker and believes an authority whose certificates hold for a day."""
    rig, port = Rig(order.folder, tree=order.tree), free_port()
    order.folder.chmod(0o755)
    authority = Authority(order.folder)
    own = authority.certify("broker")
    with (order.folder / "mosquitto.conf").open("a") as settings:
        settings.write(f"listener {port} 127.0.0.1\ncertfile {own}\nkeyfile {own.with_suffix('.key')}\n")
    config = rig.car.config.read_text().replace(rig.broker.url, f"mqtts://localhost:{port}")
    rig.car.config.write_text(config.replace("[broker]\n", f'[broker]\nca_file = "{authority.ca.name}"\n'))
    return rig


def _out_of_order(events: list[dict[str, Any]], seen: Counter[str]) -> int:
    """Neighbours by number, of one life, that were said the other way round."""
    lives: dict[str, list[tuple[int, int]]] = {}
    for event in events:
        seen[event["clock"]] += 1
        read = number(event["vrm"]) if event["kind"] == "read" else None
        if read is not None:
            lives.setdefault(event["epoch"], []).append((event["seq"], read))
    pairs = ((a[1], b[1]) for life in lives.values() for a, b in zip(sorted(life), sorted(life)[1:], strict=False))
    return sum(a >= b for a, b in pairs)


TORTURE: Final = Torture(
    "the wall clock jumps by ten years and back under TLS, links and daemons dying meanwhile",
    run,
    full=60,
    short=2,
    control=2,
    minutes=6,
    catches=("clock-believed",),
    row=19,
)
