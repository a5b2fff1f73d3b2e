"""Reading -> sighting; the crew is warned here, before any queue or disk; then the sighting waits for the recorder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from drivers.readings import PlateSeen
from edge.clock import CarClock
from edge.hits.judgement import Judgement
from edge.intake.sighting import Alert, Sighting
from edge.intake.tracker import Track, Tracker
from edge.intake.whereabouts import Whereabouts
from edge.matcher.entry import Entry
from edge.matcher.matcher import Matcher
from edge.spool.inbox import Inbox
from proto.events import Moment, Place
from proto.plates import canonical

Warn = Callable[[Sighting, Alert], None]
Confirm = Callable[[int], None]
Advise = Callable[[Sighting, list[Entry]], None]

MOST_ADVISED: Final = 32  # keys of one track: a camera that keeps changing its mind
MOST_OTHERS: Final = 16  # entries beside the first: a screen shows a few


@dataclass(slots=True)
class Tally:
    """What the watch has seen since the process began."""

    reads: int = 0
    alerts: int = 0
    without_key: int = 0
    doubtful: int = 0
    """Reads below their camera's least confidence: kept, sent, and matched like any other."""
    advised: int = 0
    """Of reads that look like a listed plate."""


class Watch:
    """What happens to every plate, whichever camera read it."""

    def __init__(
        self,
        clock: CarClock,
        whereabouts: Whereabouts,
        matcher: Matcher,
        inbox: Inbox[Any],
        warn: Warn,
        tracker: Tracker,
        least_confidence: Mapping[str, float] | None = None,
        confirm: Confirm = lambda _: None,
        judgement: Judgement | None = None,
        advise: Advise = lambda *_: None,
    ) -> None:
        """`least_confidence`: by camera. `confirm` gets the number of a doubtful alert that a better read bears out.

        `advise` gets a sighting that raises no alert and whose plate looks like those of entries.
        """
        self._clock = clock
        self._whereabouts = whereabouts
        self._matcher = matcher
        self._inbox = inbox
        self._warn = warn
        self._tracker = tracker
        self._least_confidence = least_confidence or {}
        self._confirm = confirm
        self._judgement = judgement or Judgement(matcher)
        self._advise = advise
        self.tally = Tally()

    def saw(self, camera: str, reading: PlateSeen, read_ns: int) -> None:
        """One plate, just read. Takes some 20 us and never waits."""
        moment = self._clock.now()
        key = canonical(reading.vrm)
        track = self._tracker.follow(camera, key or reading.vrm, moment.uptime_ms / 1000)
        place = self._whereabouts.at(moment.uptime_ms)
        alert = self._alert(key, track, reading, moment, place, is_doubtful=self._is_doubtful(camera, reading))
        sighting = Sighting(camera, moment, read_ns, reading, track.number, place, alert)
        if alert is not None:
            self._warn(sighting, alert)
        self.tally.reads += 1
        self._inbox.offer(sighting, "read", urgent=alert is not None)
        if alert is None and key is not None and not track.alerted and key not in track.advised:
            self._look_alike(key, track, sighting)

    def _look_alike(self, key: str, track: Track, sighting: Sighting) -> None:
        """Once a track and key; what is listed as it was read has raised its alert, and needs no advice."""
        if len(track.advised) >= MOST_ADVISED:
            return
        track.advised.add(key)
        entries = self._judgement.advice(key, sighting.moment, sighting.place)
        if entries:
            self.tally.advised += 1
            self._advise(sighting, entries)

    def _is_doubtful(self, camera: str, reading: PlateSeen) -> bool:
        """Where either number is missing, nobody doubts."""
        if not self._least_confidence or reading.confidence is None:
            return False
        is_doubtful = reading.confidence < self._least_confidence.get(camera, 0.0)
        self.tally.doubtful += is_doubtful
        return is_doubtful

    def _alert(
        self,
        key: str | None,
        track: Track,
        reading: PlateSeen,
        moment: Moment,
        place: Place | None,
        *,
        is_doubtful: bool,
    ) -> Alert | None:
        if key is None:
            self.tally.without_key += 1
            return None
        if key in track.alerted:
            if not is_doubtful and track.doubtful and (number := track.doubtful.pop(key, None)) is not None:
                self._confirm(number)
            return None
        verdict = self._judgement.of(key, reading, moment, place)
        if verdict is None:
            return None
        track.alerted.add(key)
        if verdict.is_repeat:
            return None
        self.tally.alerts += 1
        if is_doubtful:
            track.doubtful[key] = self.tally.alerts
        first, *others = verdict.entries
        age_s = self._matcher.age_s(first.list, moment.utc_ms)
        return Alert(
            self.tally.alerts, first, age_s, is_doubtful, verdict.shown, verdict.mismatch, tuple(others[:MOST_OTHERS])
        )
