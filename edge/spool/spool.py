"""The spool: groups in, batches' worth of numbered bodies out, receipts as ranges. It *is* the queue to headquarters.

Memory knows which numbers exist and which are receipted; the file knows their bodies. All waiting is for the file.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, TypeVar

from edge.spool import quota, rows
from edge.spool.database import Connection, Database, StoreError, to_the_end
from edge.spool.group import Group, Run
from edge.spool.ledger import Ledger
from edge.spool.losses import Cutting, Kept, Losses, delete, lost_by
from edge.spool.near import AHEAD_BYTES, AHEAD_EVENTS, Ahead
from edge.spool.quota import Cut
from edge.spool.rows import Epoch, Row
from proto.control import Held
from proto.lanes import Lane
from proto.ranges import Range

RECEIPTS_AT_LEAST_S: Final = 30.0  # receipts that a kill forgets cost a batch or so; each write of them costs a page
AGED_AT_ONCE: Final = 256  # rows; a tidy step must stay short beside a commit

T = TypeVar("T")
Receipts = tuple[int, Lane, list[int], list[int]]
"""Epoch, lane, receipted and set aside, as flat ranges."""


class Spool:
    """The queue of one car: this process's epoch, and what is left of earlier ones."""

    def __init__(self, database: Database, identity: bytes, boot: bytes, quota_bytes: int, loaded: rows.Loaded) -> None:
        self.identity = identity
        """This epoch's 8 bytes; it enters the file with its first group."""
        self.ledgers: dict[tuple[int, Lane], Ledger] = {}
        self.parent = loaded.epochs[-1] if loaded.epochs else None
        self.audited = loaded.audited
        """Where the audit chain ended when the store was opened."""
        self.losses = Losses(loaded.losses)
        self.stored: Counter[Lane] = Counter()
        """Bytes of quota that this process's groups took, whatever was deleted since."""
        self._database = database
        self.boot = boot
        self._quota_bytes = quota_bytes
        self._epoch: Epoch | None = None
        self._epochs = {epoch.id: epoch for epoch in loaded.epochs}
        self._receipts_written_s = 0.0
        by_n = {epoch.n: epoch for epoch in loaded.epochs}
        for stretch in loaded.stretches:
            self._ledger(by_n[stretch.epoch], stretch.lane).load(stretch)
        for n, lane, receipted, aside in loaded.receipts:
            self._ledger(by_n[n], lane).load_receipts(receipted, aside)
        self._writing = asyncio.Lock()
        """What is to be deleted is chosen before the transaction that deletes it: one chooser at a time."""

    def lasts(self) -> tuple[tuple[int, int], ...] | None:
        """(lane, last number) of the parent epoch; None when there is no parent."""
        if self.parent is None:
            return None
        found = (ledger for ledger in self.ledgers.values() if ledger.epoch is self.parent)
        return tuple((int(ledger.lane), ledger.last) for ledger in found)

    @property
    def dropped(self) -> Counter[Lane]:
        """Numbers lost to a quota that no group reports yet."""
        return self.losses.untold

    async def add(self, group: Group, now_s: float) -> None:
        """Commits a group; when this returns, it is promised. Raises StoreError: nothing of it is in the file.

        Cancelled, it is committed or not, as a whole, and memory says so.
        """
        await to_the_end(self._add(group, now_s))

    async def _add(self, group: Group, now_s: float) -> None:
        async with self._writing:
            await self._add_alone(group, now_s)

    async def _add_alone(self, group: Group, now_s: float) -> None:
        cuts = [cut for run in group.runs if (cut := await self._cut_for(run)) is not None]
        receipts = self._news() if now_s - self._receipts_written_s >= RECEIPTS_AT_LEAST_S else []
        new = None if self._epoch else (self.identity, self.boot)
        n = self._epoch.n if self._epoch else 0
        try:
            add = partial(_add, new, n, self.identity, group, receipts, self._cutting(cuts, is_told=True))
            epoch, added, kept = await self._database.transaction(add)
        except StoreError:
            self._still_dirty(receipts)
            raise
        if epoch is not None:
            self._epoch = self._epochs[epoch.id] = epoch
        assert self._epoch is not None
        for run, row_id in added:
            self._ledger(self._epoch, run.lane).added(run, row_id)
            self.stored[run.lane] += rows.size_of(run)
        self.losses.were_told()
        self._was_cut(cuts, kept)
        if receipts:
            self._receipts_written_s = now_s

    async def flush_receipts(self) -> None:
        """Writes receipts that no group has taken along."""
        await to_the_end(self._flush_receipts())

    async def _flush_receipts(self) -> None:
        async with self._writing:
            receipts = self._news()
            try:
                await self._database.transaction(partial(_put_receipts, receipts))
            except StoreError:
                self._still_dirty(receipts)
                raise

    async def read(self, ledger: Ledger, wanted: Range, most_events: int, most_bytes: int) -> list[tuple[int, bytes]]:
        """(number, body) inside `wanted`, ascending, until either bound; numbers that are absent were dropped."""
        near = ledger.tail.read(wanted)
        if near is None and ledger.ahead is not None:
            near = ledger.ahead.read(wanted)
        if near is None:
            ledger.ahead = await self._read_ahead(ledger, wanted)
            near = ledger.ahead.read(wanted) or iter(())
        return list(_bounded(near, most_events, most_bytes))

    async def _read_ahead(self, ledger: Ledger, wanted: Range) -> Ahead:
        for other in self.ledgers.values():
            other.ahead = None  # one at a time: memory is dear
        from_id = ledger.row_id_near(wanted[0])
        read = partial(rows.read, epoch=ledger.epoch.n, lane=ledger.lane, from_id=from_id, wanted=wanted)
        numbered = await self._database.read(
            lambda connection: list(_bounded(read(connection), AHEAD_EVENTS, AHEAD_BYTES))
        )
        return Ahead((wanted[0], numbered[-1][0] if numbered else wanted[1]), numbered)

    async def tidy(self, before_s: int) -> int:
        """Deletes receipted rows older than a UTC second, at most AGED_AT_ONCE a lane; how many. 0: there are no more."""
        return await to_the_end(self._tidy(before_s))

    async def _tidy(self, before_s: int) -> int:
        async with self._writing:
            cuts = [await self._aged(lane, before_s) for lane in Lane]
            finished = self._finished()
            cut = partial(_tidied, self._cutting(cuts, is_told=False), [epoch.n for epoch in finished])
            self._was_cut(cuts, await self._database.transaction(cut))
            for epoch in finished:
                self._forget(epoch)
        return sum(len(cut.spent) for cut in cuts)

    async def _aged(self, lane: Lane, before_s: int) -> Cut:
        """Rows are in the order of their age, so one without a date is as old as a dated one behind it."""
        found = await self._database.read(partial(rows.oldest, lane=lane, limit=AGED_AT_ONCE))
        old = max(
            (at for at, row in enumerate(found, 1) if row.born_s is not None and row.born_s < before_s), default=0
        )
        spent = [row for row in found[:old] if self._is_done(lane, row) and not self._is_pinned(lane, row)]
        return Cut(lane, spent, [])

    async def read_back(self, deed: Callable[[Connection], T]) -> T:
        """Runs a short read over the file's connection, between the groups."""
        return await self._database.read(deed)

    async def pulse(self) -> None:
        """Returns when the worker thread has come by: the store is alive."""
        await self._database.read(lambda _: None)

    def free_bytes(self, lane: Lane) -> int:
        """What the lane can take before something unsent must go: receipted rows go first."""
        unsent = sum(ledger.unsent_bytes for ledger in self.ledgers.values() if ledger.lane is lane)
        return max(0, quota.quota_bytes(lane, self._quota_bytes) - unsent)

    def ledger_of(self, epoch: bytes, lane: Lane) -> Ledger | None:
        """What is known of one lane of an epoch that this file holds."""
        found = self._epochs.get(epoch)
        return self.ledgers.get((found.n, lane)) if found else None

    def held(self) -> list[Held]:
        """Everything that is receipted and could still be sent again."""
        found = ((ledger, ledger.held()) for ledger in self.ledgers.values())
        return [Held(ledger.epoch.id, ledger.lane, ranges) for ledger, ranges in found if len(ranges)]

    def _ledger(self, epoch: Epoch, lane: Lane) -> Ledger:
        key = (epoch.n, lane)
        if key not in self.ledgers:
            self.ledgers[key] = Ledger(epoch, lane)
        return self.ledgers[key]

    def _news(self) -> list[Receipts]:
        """What the file does not know yet of receipts, copied: the worker thread must not see it change."""
        dirty = [ledger for ledger in self.ledgers.values() if ledger.is_dirty]
        for ledger in dirty:
            ledger.is_dirty = False
        return [(ledger.epoch.n, ledger.lane, ledger.receipted.flat(), ledger.aside.flat()) for ledger in dirty]

    def _still_dirty(self, receipts: list[Receipts]) -> None:
        for n, lane, *_ in receipts:
            self.ledgers[n, lane].is_dirty = True

    async def _cut_for(self, run: Run) -> Cut | None:
        """What the run's lane must give up before it is added."""
        limit = quota.quota_bytes(run.lane, self._quota_bytes)
        held = sum(ledger.bytes for ledger in self.ledgers.values() if ledger.lane is run.lane)
        over = held + sum(map(rows.size_of, run.rows())) - limit
        if over <= 0:
            return None
        need = max(over, int(limit * quota.FREED_AT_ONCE))
        found = await self._database.read(partial(rows.oldest, lane=run.lane, limit=quota.LOOKED_AT))
        return quota.cut(run.lane, found, need, partial(self._is_done, run.lane), partial(self._is_pinned, run.lane))

    def _is_done(self, lane: Lane, row: Row) -> bool:
        return self.ledgers[row.epoch, lane].done.covers(row.first, row.last)

    def _is_pinned(self, lane: Lane, row: Row) -> bool:
        """The newest row of an epoch's lane proves the last number.

        It stays until the next epoch's `start` is receipted, and while any number of the lane has to be answered for.
        """
        ledger = self.ledgers[row.epoch, lane]
        return ledger.last <= row.last and (ledger.first_unsent() is not None or not self._is_succeeded(row.epoch))

    def _is_succeeded(self, n: int) -> bool:
        """Whether headquarters has the next epoch's `start`, and so knows where this one ended."""
        child = min((epoch.n for epoch in self._epochs.values() if epoch.n > n), default=None)
        start = None if child is None else self.ledgers.get((child, Lane.URGENT))
        return start is not None and 1 in start.receipted

    def _finished(self) -> list[Epoch]:
        """Epochs of which nothing is left in the file, to send, or to tell."""
        busy = {n for (n, _), ledger in self.ledgers.items() if ledger.rows or ledger.first_unsent() is not None}
        return [epoch for epoch in self._epochs.values() if epoch.n not in busy and self._is_succeeded(epoch.n)]

    def _forget(self, epoch: Epoch) -> None:
        del self._epochs[epoch.id]
        for lane in Lane:
            self.ledgers.pop((epoch.n, lane), None)

    def _cutting(self, cuts: list[Cut], *, is_told: bool) -> Cutting:
        """To be made part of a transaction. `is_told`: of the one whose group reports the losses so far."""
        lost = lost_by(cuts, lambda lane, row: self.ledgers[row.epoch, lane].done.gaps(row.first, row.last))
        return partial(delete, cuts, lost, self.losses.expected(lost.counts, is_told=is_told), self.losses.in_file)

    def _was_cut(self, cuts: list[Cut], kept: Kept) -> None:
        """`again` may have come since rows were chosen as spent: what they held is a loss then."""
        self.losses.in_file, again = kept
        self.dropped.update(again)
        for cut in cuts:
            for row in (*cut.spent, *cut.lost):
                self.dropped[cut.lane] += self.ledgers[row.epoch, cut.lane].deleted(row)


def _add(
    new: tuple[bytes, bytes] | None,
    n: int,
    identity: bytes,
    group: Group,
    receipts: list[Receipts],
    cut: Cutting,
    connection: Connection,
) -> tuple[Epoch | None, list[tuple[Run, int]], Kept]:
    kept = cut(connection)
    epoch = rows.add_epoch(connection, *new) if new else None
    added = rows.add_group(connection, epoch.n if epoch else n, group)
    rows.put_audited(connection, identity, group)
    _put_receipts(receipts, connection)
    return epoch, added, kept


def _tidied(cut: Cutting, finished: list[int], connection: Connection) -> Kept:
    kept = cut(connection)
    rows.forget_epochs(connection, finished)
    return kept


def _put_receipts(receipts: list[Receipts], connection: Connection) -> None:
    for n, lane, receipted, aside in receipts:
        rows.put_receipts(connection, n, lane, receipted, aside)


def _bounded(numbered: Iterator[tuple[int, bytes]], most_events: int, most_bytes: int) -> Iterator[tuple[int, bytes]]:
    for number, body in numbered:
        most_events -= 1
        most_bytes -= len(body)
        if most_bytes < 0:
            return
        yield number, body
        if most_events == 0:
            return
