"""What became of each read -> truth.jsonl, the independent account that others are checked against.

n                  the read's number, 0 first; lines rise in n
port, camera       "ports/front" (relative to the folder), "front"
last_byte_mono_ns  CLOCK_MONOTONIC right before the write of its last byte; null when that was never written
vrm_true, vrm_said the plate, and what the camera made of it
track              the passage: one vehicle, once in view; with --unique equal to n
hit_expected       true on a track's first whole read that says a given listed VRM
fault              null: a whole read was said to a reader. Or what hit it: a fault's word ("unplug", "cut", "noise",
                   "silence", "stuck-plate": whole, but another vehicle's), "closed" (nobody had the port open), "overflow" (the reader left no room)
"""

import json
from dataclasses import dataclass, field
from io import TextIOBase

from simulator.script import Read


@dataclass(slots=True)
class Truth:
    """The account, written line by line and flushed by the caller's tick."""

    file: TextIOBase
    reads: int = 0
    hits_expected: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    _alerted: set[tuple[int, str]] = field(default_factory=set)

    def note(self, read: Read, last_byte_mono_ns: int | None, fault: str | None) -> None:
        hit = self._hit(read) if fault is None and read.entry is not None else False
        self.reads += 1
        if fault is not None:
            self.faults[fault] = self.faults.get(fault, 0) + 1
        self.file.write(
            f'{{"n":{read.n},"port":"ports/{read.camera}","camera":"{read.camera}",'
            f'"last_byte_mono_ns":{"null" if last_byte_mono_ns is None else last_byte_mono_ns},'
            f'"vrm_true":"{read.vrm_true}","vrm_said":"{read.vrm_said}","track":{read.track},'
            f'"hit_expected":{"true" if hit else "false"},"fault":{"null" if fault is None else json.dumps(fault)}}}\n'
        )

    def flush(self) -> None:
        self.file.flush()

    def _hit(self, read: Read) -> bool:
        alert = (read.track, read.entry or "")
        if alert in self._alerted:
            return False
        self._alerted.add(alert)
        self.hits_expected += 1
        return True
