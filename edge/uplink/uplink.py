"""Spool -> headquarters. Live beside backlog; forgotten only on headquarters' receipt; asked for again, sent again."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from typing import Final

from edge.spool.ledger import Ledger
from edge.spool.spool import Spool
from edge.uplink.downlink import Downlink, Downlinks
from edge.uplink.flight import Flight
from edge.uplink.link import WORLD, Connection, Link, RefusedError
from edge.uplink.loading import loaded
from edge.uplink.meter import CONTROL, DOWN
from edge.uplink.reason_codes import FIRST_FAILURE
from edge.uplink.standing import Alarm, Down, Standing
from edge.uplink.window import Claim, Window
from proto import control, topics
from proto.errors import FrameError
from proto.lanes import Lane

log = logging.getLogger(__name__)

MOST_EVENTS: Final = 240  # of reads, just below MOST_MESSAGE_BYTES; more in one message saves no bytes
MOST_PLAIN_BYTES: Final = 20_480
HELD_EVERY_S: Final = 600.0
POISON_EVERY_S: Final = 60.0  # an alarm about what is refused is an event, and may be refused itself

Say = Callable[..., None]


class Uplink:
    """Two tasks on one event loop: `listen` owns the connection and takes what comes down, `forward` sends."""

    def __init__(
        self, link: Link, vehicle: str, spool: Spool, window: Window, say: Say, alarm: Alarm, is_down: Down
    ) -> None:
        self.knock = asyncio.Event()
        """Set when there may be something to send: stored, receipted, connected."""
        self.junk = 0
        """Messages down that are none of this language, or are about epochs this car does not hold."""
        self.receipts = 0
        self._link = link
        self._vehicle = vehicle
        self._spool = spool
        self._window = window
        self._say = say
        self._alarm = alarm
        self._standing = Standing(vehicle, is_down, alarm)
        self.downlink: Downlink = Downlinks()
        """Who takes data sets, answers and notes, once there is somebody."""
        self._connection: Connection | None = None
        self._held_due_s = 0.0
        self._poison_due_s = 0.0
        self._session: bytes | None = None
        """Headquarters' latest, by its hello."""

    async def listen(self, is_up: Callable[[], None]) -> None:
        """One connection, from its beginning to its loss (one of link.WORLD)."""
        loop = asyncio.get_running_loop()
        try:
            async with self._link.connected(
                (topics.down(self._vehicle, "+"), topics.ALL_CARS), self._acknowledged
            ) as connection:
                self._connection = connection
                self._window.connected()
                self.downlink.connected()
                self._held_due_s = 0.0
                self._standing.connected(loop.time(), is_up)
                self.knock.set()
                try:
                    async for topic, payload in connection.messages():
                        self.take(topic, payload)
                finally:
                    self._connection = None
                    self._standing.lost(loop.time())
        except RefusedError as refusal:
            self._standing.refused(str(refusal), loop.time())
            raise

    def _acknowledged(self, code: int) -> None:
        self._standing.permission.acknowledged(code)
        if code >= FIRST_FAILURE:
            self.knock.set()

    async def forward(self) -> None:
        """Sends whatever may be sent, for ever; a lost connection is `listen`'s to report and to mend."""
        loop = asyncio.get_running_loop()
        while True:
            self._window.notice(loop.time())
            if self._connection is not None:
                await self._sent_over(self._connection, loop.time)
            self.report_poison(loop.time())
            self._standing.judge(loop.time(), in_flight=len(self._window) > 0)
            await self._wait(None if self._connection is None else self._next_due_s(loop.time()), loop.time())

    async def _sent_over(self, connection: Connection, now: Callable[[], float]) -> None:
        try:
            await self.send(connection, now)
        except WORLD as error:
            log.debug("not sent: %s", error)
            if self._connection is connection:
                self._connection = None
            else:  # there is a new one already, and what was thought to be on its way over the old one is not
                self._window.connected()
                self.knock.set()

    def report_poison(self, now_s: float) -> None:
        """One alarm a lane for what was set aside, at most every POISON_EVERY_S."""
        if not self._window.poison or now_s < self._poison_due_s:
            return
        self._poison_due_s = now_s + POISON_EVERY_S
        for lane, count in Counter(claim.ledger.lane for claim in self._window.poison).items():
            self._alarm(
                "poison", f"{count} events of lane {lane.word} are refused or never answered: set aside, not sent again"
            )
        self._window.poison.clear()

    def _next_due_s(self, now_s: float) -> float | None:
        dues = [self._window.next_due_s(now_s), self._standing.permission.due_s(now_s), self.downlink.next_due_s()]
        if self._window.poison:
            dues.append(self._poison_due_s)
        return min((due for due in dues if due is not None), default=None)

    async def _wait(self, due_s: float | None, now_s: float) -> None:
        try:
            async with asyncio.timeout(None if due_s is None else max(0.0, due_s - now_s)):
                await self.knock.wait()
        except TimeoutError:
            return
        self.knock.clear()

    async def send(self, connection: Connection, now: Callable[[], float]) -> None:
        """Everything that may go out now. Raises one of WORLD: it is lost with the connection, and goes again over the next."""
        if now() >= self._held_due_s:
            self._held_due_s = now() + HELD_EVERY_S
            for message in control.split_held(self._spool.held()):
                await self._publish(connection, CONTROL, topics.up(self._vehicle, "held"), message)
        for word, message in self.downlink.sayings(now()):
            await self._publish(connection, CONTROL, topics.up(self._vehicle, word), message)
        for flight in list(self._window.due(now())):
            await self._launch(connection, flight, now())
        while claim := self._window.claim(now()):
            flight = await self._flight(claim)
            if self._window.launched(flight, now()):
                await self._launch(connection, flight, now())

    async def _launch(self, connection: Connection, flight: Flight, now_s: float) -> None:
        flight.was_sent(now_s, self._window.answers)
        self._standing.permission.sent(now_s)
        word = flight.ledger.lane.word
        await self._publish(connection, word, topics.up(self._vehicle, word), flight.message)

    async def _publish(self, connection: Connection, word: str, topic: str, message: bytes) -> None:
        self._window.policy.count(word, topic, message)
        await connection.publish(topic, message)

    async def _flight(self, claim: Claim) -> Flight:
        ledger, (first, last) = claim.ledger, claim.wanted
        most = 1 if claim.single else MOST_EVENTS
        numbered = await self._spool.read(ledger, claim.wanted, most, MOST_PLAIN_BYTES)
        # Numbers behind the last one found are the next claim's: either more bodies, or a coverage without any.
        return loaded(claim, first, numbered[-1][0] if numbered else last, numbered)

    def take(self, topic: str, payload: bytes) -> None:
        """A message came down."""
        self._window.policy.count(DOWN, topic, payload)
        parsed = topics.parse(topic)
        word = parsed.word if parsed else ""
        try:
            if (take := _TAKES.get(word)) is not None:
                take(self, payload)
            elif word in self.downlink.words:
                self.downlink.take(word, payload, asyncio.get_running_loop().time())
                self.knock.set()
            else:
                raise FrameError("unknown topic")
        except FrameError as error:
            self.junk += 1
            log.debug("message down not understood: %s", error)

    def _answered(self) -> None:
        self._standing.permission.answered()
        self.knock.set()

    def _take_receipt(self, payload: bytes) -> None:
        for held in control.decode_held(payload):
            ledger = self._ledger(held.epoch, held.lane)
            if ledger is None:
                continue
            self.receipts += 1
            news = self._window.receipted(held, ledger)
            if len(news):
                self._say("receipt", epoch=held.epoch.hex(), lane=held.lane.word, ranges=[list(pair) for pair in news])
        self._answered()

    def _take_again(self, payload: bytes) -> None:
        for held in control.decode_held(payload):
            if (ledger := self._ledger(held.epoch, held.lane)) is not None:
                count = ledger.ask_again(held.ranges)
                log.warning("headquarters lacks %d events of lane %s again: sent anew", count, held.lane.word)
        self._answered()

    def _take_refused(self, payload: bytes) -> None:
        refused = control.decode_refused(payload)
        if (ledger := self._ledger(refused.epoch, refused.lane)) is not None:
            self._window.refused(refused, ledger)
        self._answered()

    def _take_hello(self, payload: bytes) -> None:
        session = control.decode_hello(payload)
        self._standing.permission.greeted()
        if session == self._session:
            return
        self._session = session
        self._window.connected()
        self.downlink.connected()
        self._held_due_s = 0.0
        self.knock.set()

    def _ledger(self, epoch: bytes, lane: Lane) -> Ledger | None:
        ledger = self._spool.ledger_of(epoch, lane)
        if ledger is None:
            self.junk += 1
        return ledger


_TAKES: Final[dict[str, Callable[[Uplink, bytes], None]]] = {
    "receipt": Uplink._take_receipt,
    "again": Uplink._take_again,
    "refused": Uplink._take_refused,
    "hello": Uplink._take_hello,
}
