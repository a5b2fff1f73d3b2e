"""How long events wait for company, and until when they are live."""

import pytest

from edge.spool.ledger import Ledger
from edge.spool.rows import Epoch
from edge.uplink.lull import FULL_BATCH, LIVE_S, SILENCE_S, SLACK, SLOW_LANES, Lulls
from proto.lanes import Lane

LINGER_S = 5.0


@pytest.fixture
def lulls() -> Lulls:
    return Lulls(LINGER_S)


def ledger(lane: Lane = Lane.READ) -> Ledger:
    return Ledger(Epoch(1, b"epoch--1", b"boot---1"), lane)


def test_urgent_events_do_not_linger(lulls: Lulls) -> None:
    urgent = ledger(Lane.URGENT)
    urgent.last = 1
    lulls.notice(urgent, 0)
    assert lulls.is_ripe(urgent, (1, 1), 0)


def test_a_read_waits_its_linger_and_at_most_a_tenth_more_for_what_is_stored_just_then(lulls: Lulls) -> None:
    reads = ledger()
    reads.last = 1
    lulls.notice(reads, 10)
    reads.last = 2
    lulls.notice(reads, 14)
    assert not lulls.is_ripe(reads, (1, 2), 14.9)
    assert lulls.next_ripe_s(14.9) == 15.5
    assert lulls.is_ripe(reads, (1, 2), 15)


def test_a_full_batch_does_not_wait(lulls: Lulls) -> None:
    reads = ledger()
    reads.last = FULL_BATCH
    lulls.notice(reads, 0)
    assert lulls.is_ripe(reads, (1, FULL_BATCH), 0)
    assert not lulls.is_ripe(reads, (2, FULL_BATCH), 0)


def test_lanes_that_nobody_watches_wait_longer(lulls: Lulls) -> None:
    for lane, lingers in SLOW_LANES.items():
        assert lulls.linger_of(lane) == LINGER_S * lingers > LINGER_S


def test_what_is_left_behind_a_batch_has_waited_since_it_was_stored(lulls: Lulls) -> None:
    reads = ledger()
    for second in (0, 1, 2, 3):
        reads.last += 10
        lulls.notice(reads, second)
    lulls.sent(reads, 1, 16, 5, live=True)
    assert lulls.next_ripe_s(5) == 1 + LINGER_S * (1 + SLACK)  # number 17 came with the second group
    lulls.sent(reads, 17, 40, 10, live=True)
    assert lulls.next_ripe_s(10) is None


def test_the_end_of_a_burst_goes_out_as_soon_as_nothing_follows(lulls: Lulls) -> None:
    reads = ledger()
    reads.last = FULL_BATCH + 7
    lulls.notice(reads, 0)
    lulls.sent(reads, 1, FULL_BATCH, 0.1, live=True)
    reads.last += 1
    lulls.notice(reads, 0.9)
    assert not lulls.is_ripe(reads, (FULL_BATCH + 1, reads.last), 0.9 + SILENCE_S - 0.1)
    assert lulls.is_ripe(reads, (FULL_BATCH + 1, reads.last), 0.9 + SILENCE_S)


def test_a_trickle_waits_out_its_linger(lulls: Lulls) -> None:
    reads = ledger()
    reads.last = 1
    lulls.notice(reads, 0)
    lulls.sent(reads, 1, 1, 5, live=True)
    reads.last = 2
    lulls.notice(reads, 6)
    assert lulls.next_ripe_s(6) == 6 + LINGER_S * (1 + SLACK)


def test_a_backlog_that_drains_does_not_hold_back_what_is_live(lulls: Lulls) -> None:
    reads = ledger()
    reads.last = 1000
    lulls.notice(reads, 0)
    for tenth in range(1, 50):
        lulls.sent(reads, tenth, tenth, tenth / 10, live=False)
    assert lulls.is_ripe(reads, (990, 1000), 5)


def test_an_event_is_live_for_half_a_minute(lulls: Lulls) -> None:
    reads = ledger()
    reads.last = 10
    lulls.notice(reads, 0)
    reads.last = 20
    lulls.notice(reads, 20)
    assert lulls.live_from(reads, LIVE_S) == 1
    assert lulls.live_from(reads, LIVE_S + 0.1) == 11
    assert lulls.live_from(reads, 20 + LIVE_S + 0.1) == 21


def test_what_waits_by_design_is_not_old_for_it(lulls: Lulls) -> None:
    positions = ledger(Lane.POSITION)
    positions.last = 1
    lulls.notice(positions, 0)
    ripe_s = lulls.linger_of(Lane.POSITION)
    assert ripe_s > LIVE_S
    assert lulls.live_from(positions, ripe_s) == 1
    assert not lulls.is_ripe(positions, (1, 1), ripe_s - 0.1)
    assert lulls.is_ripe(positions, (1, 1), ripe_s)
    assert lulls.live_from(positions, 2 * ripe_s + 0.1) == 2


def test_memory_is_bounded_while_the_link_is_away_for_a_shift(lulls: Lulls) -> None:
    reads = ledger()
    for half_second in range(8 * 3600 * 2):
        reads.last += 1
        lulls.notice(reads, half_second / 2)
    assert len(lulls._marks[reads].stored) <= LIVE_S * 2 + 1
