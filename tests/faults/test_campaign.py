"""A campaign in parts: folders and seeds of their own, one end for all, and sums in which no breach is lost."""

from pathlib import Path

from tests.faults.rig.campaign import Found, Order, summed


def test_parts_have_folders_and_seeds_of_their_own_and_end_together(tmp_path: Path) -> None:
    order = Order(tmp_path, 10, 7)
    parts = [order.part(number, 5) for number in range(2)]
    assert [part.seed for part in parts] == [7000, 7001]
    assert len({part.folder for part in parts}) == 2
    assert all(part.folder.is_dir() for part in parts)
    order.told_to_end.set()
    assert [list(part.rounds()) for part in parts] == [[], []]


def test_what_parts_have_done_is_the_campaigns_progress(tmp_path: Path) -> None:
    order = Order(tmp_path, 5, 1)
    for number in range(2):
        assert list(order.part(number, number + 2).rounds()) == list(range(number + 2))
    assert order.progress.done == 5


def test_a_sum_holds_every_breach_and_every_figure() -> None:
    parts = [
        Found(promised=3, at_hq=3, cycles=2, more={"said": 4}),
        Found(promised=2, at_hq=1, lost=1, unbootable=1, cycles=1, more={"said": 2, "cuts": 1}, broken=["late"]),
    ]
    whole = summed(parts, said=0, dropped=0)
    assert (whole.cycles, whole.promised, whole.at_hq, whole.lost, whole.unbootable) == (3, 5, 4, 1, 1)
    assert whole.more == {"said": 6, "dropped": 0, "cuts": 1}
    assert whole.broken == ["late"]
    assert not whole.is_good
