"""A car's parts -> its look-ups, answering on the socket and asking headquarters over the uplink."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edge import identity
from edge.audit.records import AuditRecords
from edge.config.lookups import Lookups
from edge.crew.crew import Crew
from edge.lookups.carried import Carried
from edge.lookups.desk import LookupDesk, World
from edge.lookups.seen import Seen
from edge.matcher.matcher import Matcher
from edge.terminal.stream import EventStream
from proto.events import Moment, Place
from proto.plates import canonical


class LookupPart:
    """`desk.base` is the uplink's."""

    def __init__(
        self,
        config: Lookups,
        storage: tuple[Path, str],
        boot: bytes,
        records: AuditRecords,
        crew: Crew,
        matcher: Matcher,
        now: Callable[[], Moment],
        place: Callable[[int], Place | None],
        is_link_up: Callable[[], bool],
    ) -> None:
        self._matcher = matcher
        world = World(config, now, place, is_link_up, self._lists_of, boot, identity.draw_epoch)
        self.desk = LookupDesk(world, records, crew, Carried(*storage), Seen(*storage))

    def answer_on(self, stream: EventStream) -> None:
        """The words of the socket."""
        stream.on_ask("lookup", self.desk.ask)
        stream.on_ask("lookup-more", self.desk.more)

    def _lists_of(self, vrm: str) -> list[dict[str, Any]]:
        """The entries of the carried lists, highest first."""
        key = canonical(vrm)
        return [] if key is None else [asdict(entry) for entry in self._matcher.match(key)]
