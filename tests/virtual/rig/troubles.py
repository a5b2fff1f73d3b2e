"""What the world does to car, link, broker and headquarters: each trouble begins at a random time or step, and passes."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.virtual.rig.history import History

MARKS: Final = (
    "begun",
    "committed",
    "deleted",
    "stored",
    "published",
    "connected",
    "took receipt",
    "took again",
    "took hello",
)
"""What a process's end is aimed at: it comes a few steps after one of these."""

SLOW_STARTS: Final = 0.3


def doom(history: "History") -> None:
    """How this life ends, if by a step: far out, early, or just after something that matters."""
    chance, process = history.loop.chance, history.life.process
    kind = chance.random()
    if kind < 0.15:
        process.end_at = int(2 ** chance.uniform(0, 14))
    elif kind < 0.55:
        process.end_after = (chance.choice(MARKS), int(2 ** chance.uniform(0, 7)), chance.randint(1, 12))


def wake(history: "History") -> None:
    """A card that was cut off may be slow at first: what the last life sent is answered for while this one reads."""
    if history.loop.chance.random() < SLOW_STARTS:
        history.disk.is_slow = True
        history.later(history.loop.chance.uniform(2, 20), _disk_quick)


def _cut(history: "History") -> None:
    history.cut(history.life)


def _stop(history: "History") -> None:
    if history.life.window is not None and history.loop.chance.random() < 0.5:
        history.life.window.hurry(True)
    history.loop.call_later(history.loop.chance.choice((0.0, 5.0, 30.0)), history.life.stop)


def _disk_fails(history: "History") -> None:
    history.disk.fails = history.loop.chance.choice(("lost", "kept"))


def _disk_full(history: "History") -> None:
    history.disk.is_full = True
    history.excuse(60)
    history.later(history.loop.chance.uniform(0.5, 120), _disk_empty)


def _disk_empty(history: "History") -> None:
    history.disk.is_full = False
    history.excuse(60)


def _disk_slow(history: "History") -> None:
    history.disk.is_slow = True
    history.later(history.loop.chance.uniform(5, 90), _disk_quick)


def _disk_quick(history: "History") -> None:
    history.disk.is_slow = False
    history.excuse(60)


def _link_lost(history: "History") -> None:
    history.net.lose(at_once=history.loop.chance.random() < 0.5)


def _lossy(history: "History") -> None:
    """A broker whose queue is full, or a receipt at QoS 0."""
    history.net.to_lose = history.loop.chance.randint(1, 2)


def _radio_away(history: "History") -> None:
    history.net.has_radio = False
    history.net.lose(at_once=False)
    longest_s = 7200 if history.plan.may_drop else 1800  # so much is stored meanwhile that something must go
    history.later(history.loop.chance.choice((5, 60, longest_s)) * history.loop.chance.random(), _radio_back)


def _radio_back(history: "History") -> None:
    history.net.has_radio = True
    history.excuse(0)


def _broker_away(history: "History") -> None:
    history.net.has_broker = False
    history.net.to_headquarters = None
    history.net.lose(at_once=True)
    history.later(history.loop.chance.choice((1, 60, 900)) * history.loop.chance.random(), _broker_back)


def _broker_back(history: "History") -> None:
    history.net.has_broker = True
    history.excuse(0)
    history.later(history.loop.chance.uniform(0, 8), lambda history: history.headquarters.connect())


def _headquarters_killed(history: "History") -> None:
    history.headquarters.end_within(history.loop.chance.randint(1, 30))


def _headquarters_cut_off(history: "History") -> None:
    history.net.to_headquarters = None
    history.later(history.loop.chance.uniform(0, 300), lambda history: history.headquarters.connect())


def _backed_up(history: "History") -> None:
    history.headquarters.back_up()


def _restored(history: "History") -> None:
    if history.plan.restored:
        history.headquarters.restore()
        history.later(history.loop.chance.uniform(1, 60), lambda history: history.headquarters.boot())


def _queued(history: "History") -> None:
    """The broker is busy: what it has taken reaches headquarters later, in another order."""
    history.net.queue_s = history.loop.chance.choice((2.0, 8.0, 20.0))
    history.later(history.loop.chance.uniform(60, 1800), _flowing)


def _flowing(history: "History") -> None:
    history.net.queue_s = 0.0


def _thin(history: "History") -> None:
    history.net.bytes_a_second = history.loop.chance.choice((1000.0, 4000.0))
    history.excuse(0)
    history.later(history.loop.chance.uniform(60, 1800), _thick)


def _thick(history: "History") -> None:
    history.net.bytes_a_second = None


def _refusing(history: "History") -> None:
    if history.plan.refusing:
        history.net.refused = history.loop.chance.choice(("up/", "up/read", "up/urgent", "up/health"))
        history.later(history.loop.chance.uniform(10, 300), _allowing)


def _allowing(history: "History") -> None:
    history.net.refused = None


def _unplugged(history: "History") -> None:
    device = history.loop.chance.choice([*history.cameras.values(), history.receiver])
    device.unplug()
    history.later(history.loop.chance.uniform(0.1, 60), _plugged)


def _plugged(history: "History") -> None:
    for device in (*history.cameras.values(), history.receiver):
        device.is_plugged = True


TROUBLES: Final[tuple[tuple[int, Callable[["History"], None]], ...]] = (
    (6, _cut),
    (4, _stop),
    (2, _disk_fails),
    (2, _disk_full),
    (2, _disk_slow),
    (4, _link_lost),
    (3, _lossy),
    (3, _radio_away),
    (2, _broker_away),
    (3, _headquarters_killed),
    (2, _headquarters_cut_off),
    (2, _backed_up),
    (1, _restored),
    (4, _queued),
    (1, _thin),
    (2, _refusing),
    (1, _unplugged),
)


def heal(history: "History") -> None:
    """Everything works from now on."""
    _disk_empty(history)
    _disk_quick(history)
    history.disk.fails = None
    history.net.to_lose = 0
    _radio_back(history)
    _allowing(history)
    _thick(history)
    _flowing(history)
    _plugged(history)
    history.net.has_broker = True
    history.headquarters.boot()
    if history.net.to_headquarters is None:
        history.headquarters.connect()
