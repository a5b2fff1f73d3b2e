"""Whatever fixes come, in whatever order: no second is counted twice, nothing raises, and every stay that began is ended. [proto-12.1]"""

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.patrol.carried import Carried
from edge.patrol.doses import Doses
from edge.patrol.guide import SAID_EVERY_S, Guide, Stay
from forecast.guidance import COOL_DOWN_S, CREDIT_S, Orders, Spot, Square
from forecast.wire import Anchor

ANCHOR = Anchor(53.8, -5.0, 0, 0, 0.0)
BOXES = (Square(0, 0, 250, 0.1), Square(250, 0, 250, 0.1), Square(1000, 500, 250, 0.3))  # the first two touch

wild_moves = st.lists(
    st.tuples(
        st.floats(-30, 200),  # seconds since the fix before: time goes back, too
        st.one_of(st.floats(-100, 1400), st.floats(-1e7, 1e7)),  # a receiver that teleports
        st.one_of(st.floats(-100, 900), st.floats(-1e7, 1e7)),
        st.one_of(st.none(), st.floats(0, 90)),
        st.booleans(),  # whether the patrol looks a while later without a fix
    ),
    max_size=80,
)


def guide() -> Guide:
    orders = Orders(20_000, "all", bytes(8), ANCHOR, BOXES)
    return Guide(Carried("central", 1, 0, orders), Doses(orders), lambda: 0.5)


def driven(of: Guide, moves: list[tuple[float, float, float, float | None, bool]]) -> tuple[list[Stay], float]:
    stays: list[Stay] = []
    now_s = latest_s = 0.0
    for wait_s, x_m, y_m, accuracy_m, silent in moves:
        now_s = max(0.0, now_s + wait_s)
        latest_s = max(latest_s, now_s)
        stays += of.moved(Spot(now_s, x_m, y_m, accuracy_m))
        if silent:
            stays += of.looked(latest_s + 61)
    stays += of.closed()
    return stays, latest_s


@given(wild_moves)
@settings(max_examples=200)
def test_stays_are_told_in_order_and_never_count_more_than_the_time_that_passed(
    moves: list[tuple[float, float, float, float | None, bool]],
) -> None:
    stays, span_s = driven(guide(), moves)
    over = [stay.visit for stay in stays if stay.is_over]
    assert sum(visit.dwell_s for visit in over) <= span_s + 1e-6
    assert all(0 <= visit.credit_s <= CREDIT_S for visit in over)
    open_ = None
    for stay in stays:
        assert open_ is None or (stay.visit.box, stay.visit.from_s) == open_
        open_ = None if stay.is_over else (stay.visit.box, stay.visit.from_s)
    assert open_ is None


@given(wild_moves)
@settings(max_examples=100)
def test_the_car_is_sent_to_a_box_that_there_is_and_never_to_the_one_it_stands_in(
    moves: list[tuple[float, float, float, float | None, bool]],
) -> None:
    of = guide()
    now_s = 0.0
    for wait_s, x_m, y_m, accuracy_m, _ in moves:
        now_s = max(0.0, now_s + wait_s)
        list(of.moved(Spot(now_s, x_m, y_m, accuracy_m)))
        assert of.next is None or 0 <= of.next < len(BOXES)
        assert of.next is None or not of.course.dwell_s or of.next != of.course.box


def steady(of: Guide, x_m: float, y_m: float, from_s: int, seconds: int) -> Iterable[Stay]:
    for second in range(seconds):
        yield from of.moved(Spot(from_s + second, x_m, y_m, 5.0))


def test_a_stay_is_told_at_its_beginning_every_five_minutes_and_at_its_end() -> None:
    of = guide()
    stays = [*steady(of, 100, 100, 0, 1000), *of.closed()]
    assert [(round(stay.visit.dwell_s), stay.is_over) for stay in stays] == [
        (1, False), (301, False), (601, False), (901, False), (999, True),
    ]  # fmt: skip
    assert SAID_EVERY_S == 300


def test_boxes_that_touch_are_two_stays_without_a_second_in_both() -> None:
    of = guide()
    stays = [*steady(of, 100, 100, 0, 300), *steady(of, 400, 100, 300, 300), *of.closed()]
    over = [stay.visit for stay in stays if stay.is_over]
    assert [visit.box for visit in over] == [0, 1]
    assert sum(visit.dwell_s for visit in over) <= 600


def test_a_tour_takes_every_box_before_it_takes_one_twice() -> None:
    of, at_s, seen = guide(), 0, []
    for _ in range(3):
        list(of.moved(Spot(at_s, 600, 600, 5.0)))
        assert of.next is not None
        box = BOXES[of.next]
        seen.append(of.next)
        list(steady(of, box.x_m + 125, box.y_m + 125, at_s + 60, 910))
        at_s += 1100
    assert sorted(seen) == [0, 1, 2]
    list(of.moved(Spot(at_s, 600, 600, 5.0)))
    assert of.next is None
    list(of.moved(Spot(at_s + COOL_DOWN_S, 600, 600, 5.0)))
    assert of.next is not None
