"""What goes first when a lane is full."""

from edge.spool.quota import SHARES, cut, quota_bytes
from edge.spool.rows import Row
from proto.lanes import Lane

ROWS = [Row(n, 1, n, 1, 100, None) for n in range(1, 11)]


def never(_: Row) -> bool:
    return False


def test_the_shares_are_of_one_whole_and_every_lane_has_one() -> None:
    assert set(SHARES) == set(Lane)
    assert abs(sum(SHARES.values()) - 1) < 1e-9
    assert quota_bytes(Lane.READ, 1000) == 500


def test_what_is_receipted_goes_first_oldest_first() -> None:
    done = {4, 6, 8}
    what = cut(Lane.READ, ROWS, 150, lambda row: row.first in done, never)
    assert [row.first for row in what.spent] == [4, 6]
    assert what.lost == []


def test_then_the_oldest_unsent_reads_and_no_more_than_needed() -> None:
    what = cut(Lane.READ, ROWS, 350, lambda row: row.first == 9, never)
    assert [row.first for row in what.spent] == [9]
    assert [row.first for row in what.lost] == [1, 2, 3]


def test_positions_are_thinned_by_half() -> None:
    assert [row.first for row in cut(Lane.POSITION, ROWS, 400, never, never).lost] == [1, 3, 5, 7]


def test_a_pinned_row_stays_whatever_is_needed() -> None:
    what = cut(Lane.READ, ROWS, 10_000, never, lambda row: row.first == 10)
    assert [row.first for row in what.lost] == list(range(1, 10))
