"""What was said, announced and exported -> each kind of breach, counted; and nothing where there is none."""

from typing import Any, Final

import pytest

from simulator.numbered import plate
from tests.faults.rig.judge import judge
from tests.faults.rig.promised import Numbers, Promised, add

EPOCH: Final = "e1"
FIVE: Final = {"kind": "stored", "epoch": EPOCH, "lane": "read", "first": 1, "last": 5}


def promised(*lines: dict[str, Any]) -> Promised:
    heard = Promised()
    for line in lines:
        heard.hear(line)
    return heard


def export(*reads: int, first: int = 1, epoch: str = EPOCH) -> list[dict[str, Any]]:
    return [
        {"vehicle": "car-1", "epoch": epoch, "lane": "read", "seq": seq, "kind": "read", "vrm": plate(read)}
        for seq, read in enumerate(reads, first)
    ]


def test_what_is_there_once_is_good() -> None:
    verdict = judge(range(5), promised(FIVE), export(*range(5)))
    assert verdict.is_good
    assert (verdict.stored, verdict.at_headquarters) == (5, 5)


def test_a_number_announced_twice_is_a_loss_though_it_is_there() -> None:
    again = {**FIVE, "first": 4, "last": 5}
    verdict = judge(range(7), promised(FIVE, again), export(*range(5)))
    assert (verdict.lost, verdict.is_good) == (2, False)


def test_two_cars_of_one_epoch_are_the_same() -> None:
    both = promised(FIVE)
    both.join(promised({**FIVE, "first": 5, "last": 9}))
    assert (both.given(), both.twice()) == (9, 1)
    assert judge(range(10), both, export(*range(9))).lost == 1


def test_of_receipts_each_number_counts_once() -> None:
    numbers: Numbers = {}
    receipt = {"kind": "receipt", "epoch": EPOCH, "lane": "read", "ranges": [[1, 3], [2, 5]]}
    assert [add(receipt, numbers), add(receipt, numbers)] == [5, 0]


@pytest.mark.parametrize(
    ("exported", "breach"),
    [
        (export(0, 1, 2, 3), "lost"),
        (export(0, 1, 2, 3, 4) + export(4, first=5), "doubled"),
        (export(0, 1, 2, 3, 4) + export(3, epoch="e2"), "doubled"),
        (export(0, 1, 2, 3, 77), "invented"),
        (export(0, 1, 2, 3, 5), "skipped"),
    ],
)
def test_each_breach_is_counted(exported: list[dict[str, Any]], breach: str) -> None:
    verdict = judge(range(10), promised(FIVE), exported)
    assert getattr(verdict, breach) >= 1
