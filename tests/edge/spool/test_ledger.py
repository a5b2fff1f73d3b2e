"""What memory knows of a lane: numbers, receipts, what is set aside, and where it lies."""

from collections.abc import Callable

import pytest

from edge.spool.group import Group
from edge.spool.ledger import Ledger
from edge.spool.near import Ahead
from edge.spool.rows import MARK_EVERY, ROW_COST_BYTES, Epoch, Row, Stretch
from proto.lanes import Lane
from proto.ranges import Ranges

Make = Callable[..., Group]


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(Epoch(1, b"epoch--1", b"boot---1"), Lane.READ)


@pytest.fixture
def full(ledger: Ledger, make_group: Make) -> Ledger:
    """Three rows of ten numbers."""
    for id_, first in enumerate((1, 11, 21), 1):
        ledger.added(make_group(first, 10).runs[0], id_)
    return ledger


def row(first: int, size: int = 10 * 20 + ROW_COST_BYTES) -> Row:
    return Row(first, 1, first, 10, size, None)


def test_an_empty_lane_has_nothing_to_send(ledger: Ledger) -> None:
    assert (ledger.first_unsent(), ledger.unreceipted(), list(ledger.held())) == (None, [], [])


def test_what_was_added_is_unsent_until_it_is_answered_for(full: Ledger) -> None:
    assert full.first_unsent() == 1
    assert full.receipt(Ranges([(1, 12)])) == Ranges([(1, 12)])
    assert full.first_unsent() == 13
    assert full.unreceipted() == [(13, 30)]


def test_only_news_of_a_receipt_is_given_back_and_a_repeat_is_none(full: Ledger) -> None:
    full.receipt(Ranges([(5, 8)]))
    assert full.receipt(Ranges([(4, 9)])) == Ranges([(4, 4), (9, 9)])
    full.is_dirty = False
    assert full.receipt(Ranges([(4, 9)])) == Ranges()
    assert not full.is_dirty


def test_a_receipt_beyond_the_last_number_is_not_believed(full: Ledger) -> None:
    assert full.receipt(Ranges([(25, 99), (200, 300)])) == Ranges([(25, 30)])
    assert full.done.last == 30


def test_what_is_set_aside_is_done_but_not_receipted(full: Ledger) -> None:
    full.set_aside(1, 1)
    assert full.first_unsent() == 2
    assert full.unreceipted() == [(1, 30)]
    assert full.is_dirty


def test_an_answer_that_comes_after_all_ends_the_quarantine(full: Ledger) -> None:
    full.set_aside(7, 7)
    full.receipt(Ranges([(7, 7)]))
    assert full.aside == Ranges()
    assert 7 in full.receipted


def test_what_headquarters_lacks_is_sent_again_but_only_what_is_still_here(full: Ledger) -> None:
    full.receipt(Ranges([(1, 20)]))
    full.deleted(row(1))
    assert full.ask_again(Ranges([(1, 15)])) == 5
    assert full.first_unsent() == 11
    assert full.held() == Ranges([(16, 20)])


def test_deleted_rows_leave_the_quota_and_tell_what_was_lost(full: Ledger) -> None:
    full.receipt(Ranges([(1, 4)]))
    assert full.bytes == 3 * (200 + ROW_COST_BYTES)
    assert full.deleted(row(1)) == 6
    assert (full.first, full.rows, full.bytes, full.dropped) == (11, 2, 2 * (200 + ROW_COST_BYTES), 6)


def test_a_lane_without_rows_begins_behind_its_last_number(full: Ledger) -> None:
    for first in (11, 1, 21):
        full.deleted(row(first))
    assert (full.first, full.last, full.bytes) == (31, 30, 0)


def test_receipts_alone_do_not_claim_that_rows_are_here(ledger: Ledger) -> None:
    ledger.load_receipts(Ranges([(1, 50)]), Ranges())
    assert (ledger.last, ledger.first) == (50, 51)
    assert len(ledger.held()) == 0
    assert ledger.ask_again(Ranges([(1, 50)])) == 0


def test_every_number_is_found_from_a_mark_at_or_before_its_row(ledger: Ledger, make_group: Make) -> None:
    places: dict[int, int] = {}
    for id_ in range(1, 5 * MARK_EVERY, 2):  # other lanes' rows lie between
        first = 1 + 3 * (id_ // 2)
        ledger.added(make_group(first, 3).runs[0], id_)
        places |= dict.fromkeys(range(first, first + 3), id_)
    for number, id_ in places.items():
        assert id_ - 2 * MARK_EVERY < ledger.row_id_near(number) <= id_


def test_rows_that_follow_a_loaded_lane_are_found_too(ledger: Ledger, make_group: Make) -> None:
    ledger.load(Stretch(1, Lane.READ, 1, 10, 1, 240, [(1, 1)]))
    for n in range(1, 3 * MARK_EVERY):
        ledger.added(make_group(1 + 10 * n, 10).runs[0], 1 + n)
    for n in range(1, 3 * MARK_EVERY):
        assert 1 + n - MARK_EVERY < ledger.row_id_near(1 + 10 * n) <= 1 + n


def test_where_rows_lay_that_are_gone_is_forgotten(ledger: Ledger, make_group: Make) -> None:
    """A process that runs for weeks has had millions of rows, and holds some thousand."""
    held = 2 * MARK_EVERY
    for n in range(100 * MARK_EVERY):
        ledger.added(make_group(1 + 10 * n, 10).runs[0], n + 1)
        if n >= held:
            ledger.deleted(row(1 + 10 * (n - held)))
    first, last = 1 + 10 * (100 * MARK_EVERY - held), 1000 * MARK_EVERY
    assert first - 10 * MARK_EVERY < ledger.row_id_near(first) * 10 <= first + 10
    assert last - 10 * MARK_EVERY < ledger.row_id_near(last) * 10 <= last
    assert len(ledger._marks) <= 4


def test_bodies_of_what_is_answered_for_leave_memory(full: Ledger) -> None:
    full.ahead = Ahead((1, 10), [])
    full.receipt(Ranges([(1, 9)]))
    assert full.ahead is not None
    full.receipt(Ranges([(10, 20)]))
    assert full.ahead is None
    assert full.tail.read((20, 21)) is None
    assert full.tail.read((21, 30)) is not None
