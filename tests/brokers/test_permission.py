"""What a car sees of a broker that takes its messages and throws them away -> the words, and how soon; times are numbers."""

import pytest

from edge.uplink.permission import MOST_HANG_UPS, NO_ANSWER_S, Permission, Verdict

UP = "pe/1/car-1/up/#"


@pytest.fixture
def permission() -> Permission:
    """Connected at second 0, and something was sent at once."""
    permission = Permission("car-1")
    permission.connected(0)
    permission.sent(0)
    assert permission.look(0, in_flight=True) is None
    return permission


def said(permission: Permission, now_s: float) -> str:
    verdict = permission.look(now_s, in_flight=True)
    return "" if verdict is None else verdict.reason


def test_silence_is_named_after_45_seconds_and_not_before(permission: Permission) -> None:
    assert permission.due_s(10) == NO_ANSWER_S
    assert permission.look(NO_ANSWER_S - 0.1, in_flight=True) is None
    verdict = permission.look(NO_ANSWER_S, in_flight=True)
    reason = f"no receipts: headquarters is away, or the broker's permissions refuse {UP} or pe/1/car-1/down/+"
    assert verdict == Verdict(reason, is_refusal=True)
    assert permission.due_s(NO_ANSWER_S) is None


def test_with_nothing_on_its_way_nobody_waits(permission: Permission) -> None:
    assert permission.look(40, in_flight=False) is None
    assert permission.due_s(40) is None
    assert permission.look(1000, in_flight=False) is None
    assert permission.look(1000, in_flight=True) is None
    assert permission.look(1044, in_flight=True) is None


def test_an_answer_settles_it_and_the_wait_begins_anew(permission: Permission) -> None:
    assert said(permission, 50)
    permission.answered()
    assert permission.look(50, in_flight=True) is None
    assert permission.look(94, in_flight=True) is None


def test_a_hello_makes_the_permissions_the_likelier_cause(permission: Permission) -> None:
    permission.greeted()
    assert permission.look(1, in_flight=True) is None
    assert said(permission, 45).startswith(
        f"no receipts though headquarters is there: likely the broker's permissions refuse {UP}"
    )


def test_a_hello_of_long_ago_says_nothing() -> None:
    permission = Permission("car-1")
    permission.greeted()
    permission.look(0, in_flight=False)
    permission.connected(1000)
    permission.look(1000, in_flight=True)
    assert said(permission, 1050).startswith("no receipts: headquarters is away, or")


def test_answers_that_cease_on_a_connection_make_headquarters_the_likelier_cause(permission: Permission) -> None:
    permission.answered()
    assert permission.look(1, in_flight=True) is None
    verdict = permission.look(46, in_flight=True)
    assert verdict is not None
    assert verdict.reason.startswith("no receipts: headquarters is away (it answered")
    assert not verdict.is_refusal


def test_a_broker_that_says_nobody_listens_makes_headquarters_the_cause(permission: Permission) -> None:
    permission.acknowledged(0x10)
    assert permission.look(44, in_flight=True) is None
    verdict = permission.look(45, in_flight=True)
    assert verdict is not None
    assert "nobody listens" in verdict.reason
    assert not verdict.is_refusal


def test_short_connections_add_up(permission: Permission) -> None:
    """A link that breaks every half minute must not hide a refusal for ever."""
    permission.lost(30)
    assert permission.due_s(30) is None
    assert permission.look(500, in_flight=True) is None
    permission.connected(500)
    assert permission.look(500, in_flight=True) is None
    assert permission.due_s(500) == 515
    assert said(permission, 515)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0x87, f"the broker's permissions refuse {UP}"),
        (0x97, f"the broker refuses what is sent to {UP}: its quota is used up"),
        (0x83, f"the broker refuses what is sent to {UP}: MQTT reason code 0x83"),
    ],
)
def test_a_reason_code_is_named_at_once(permission: Permission, code: int, words: str) -> None:
    permission.acknowledged(code)
    assert permission.look(1, in_flight=True) == Verdict(words, is_refusal=True)
    permission.answered()
    assert permission.look(2, in_flight=True) is None


def test_a_broker_that_hangs_up_on_every_batch_is_named() -> None:
    permission = Permission("car-1")
    for at in range(MOST_HANG_UPS):
        assert permission.look(at * 10, in_flight=True) is None
        permission.connected(at * 10)
        permission.sent(at * 10)
        permission.sent(at * 10 + 1)
        permission.lost(at * 10 + 1.5)
    assert said(permission, 30) == f"the broker hangs up on what is sent: its permissions may refuse {UP}"


@pytest.mark.parametrize(("answers", "lasts_s"), [(True, 1.0), (False, 5.0)])
def test_a_link_that_breaks_by_itself_is_no_hang_up(answers: bool, lasts_s: float) -> None:
    permission = Permission("car-1")
    for at in range(2 * MOST_HANG_UPS):
        permission.connected(at * 10)
        permission.sent(at * 10)
        if answers:
            permission.answered()
        permission.lost(at * 10 + lasts_s)
    assert permission.look(100, in_flight=False) is None
