"""Looks at the key -> whether the car must be switched off now. Pure; times in seconds of the event loop."""

from typing import Final

BENCH: Final = 10  # times the run-on, when the key was off all along: time to work on a bench, and yet no flat battery


class RunOn:
    """How long the computer outlives the key. A key that comes back begins everything anew."""

    def __init__(self, run_on_s: float) -> None:
        self._run_on_s = run_on_s
        self._was_on = False
        self._off_s: float | None = None
        self._lasts_s = run_on_s

    @property
    def is_running(self) -> bool:
        """The key is off, and the time not over yet when last looked."""
        return self._off_s is not None

    def look(self, now_s: float, *, is_off: bool) -> bool:
        """True when the key has been turned, or when this is the first look at one that is off."""
        was_running = self.is_running
        if not is_off:
            self._was_on, self._off_s = True, None
        elif not was_running:
            self._off_s = now_s
            self._lasts_s = self._run_on_s * (1 if self._was_on else BENCH)
        return self.is_running is not was_running

    def left_s(self, now_s: float) -> float | None:
        """What is left of it; None while the key is on."""
        return None if self._off_s is None else max(0.0, self._lasts_s - (now_s - self._off_s))
