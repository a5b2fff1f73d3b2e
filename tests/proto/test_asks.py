"""Asks and answers against their bytes."""

from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto.asks import (
    FOUND,
    MAX_ANSWER_BYTES,
    NONE,
    OUTCOMES,
    TOO_MANY,
    WHATS,
    Answer,
    Ask,
    decode_answer,
    decode_ask,
    encode_answer,
    encode_ask,
)
from proto.errors import FrameError

ID = b"look-up1"
ASK = Ask(ID, "person", (("query", "smith john"), ("age", 40)), "4711", "Northshire", "STOP", "C-17")
ANSWER = Answer(ID, FOUND, 1_764_000_000_000, 1, {"results": [{"surname": "Smith", "markers": ["x"], "age": None}]})
TEXT = st.text(max_size=40)


@given(
    st.builds(
        Ask,
        st.binary(min_size=8, max_size=8),
        st.sampled_from(WHATS),
        st.lists(st.tuples(TEXT, TEXT | st.integers(-(2**63), 2**63 - 1)), max_size=8).map(tuple),
        TEXT,
        TEXT | st.none(),
        TEXT,
        TEXT | st.none(),
    )
)
def test_an_ask_comes_back_as_it_was(ask: Ask) -> None:  # [proto-10.2]
    assert decode_ask(encode_ask(ask)) == ask


@pytest.mark.parametrize("answer", [ANSWER, *(Answer(ID, outcome) for outcome in OUTCOMES if outcome != FOUND)])
def test_an_answer_comes_back_as_it_was(answer: Answer) -> None:  # [proto-10.3]
    assert decode_answer(encode_answer(answer)) == answer


def test_fields_of_a_later_version_are_let_by() -> None:  # [proto-10.1]
    for message, decode in ((encode_ask(ASK), decode_ask), (encode_answer(ANSWER), decode_answer)):
        decoded: Any = decode(msgpack.packb([*msgpack.unpackb(message), "new"]))
        assert decoded in (ASK, ANSWER)


def test_more_than_an_answer_holds_is_said_as_too_many() -> None:  # [proto-10.3]
    with pytest.raises(FrameError, match="too long"):
        encode_answer(Answer(ID, FOUND, None, 1, {"results": ["x" * MAX_ANSWER_BYTES]}))
    assert decode_answer(encode_answer(Answer(ID, TOO_MANY, found=500))).result is None


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [2, ID, "person", [], "1", None, "STOP", None],
        [1, b"short", "person", [], "1", None, "STOP", None],
        [1, ID, "planet", [], "1", None, "STOP", None],
        [1, ID, "person", [["query"]], "1", None, "STOP", None],
        [1, ID, "person", [["query", 1.5]], "1", None, "STOP", None],
        [1, ID, "person", [["age", True]], "1", None, "STOP", None],
        [1, ID, "person", [["query", "x" * 129]], "1", None, "STOP", None],
        [1, ID, "person", [["query", "x"]] * 9, "1", None, "STOP", None],
        [1, ID, "person", [], None, None, "STOP", None],
        [1, ID, "person", [], "1", None, "STOP"],
    ],
)
def test_what_is_no_ask_is_one_error(parts: list[object]) -> None:  # [proto-10.1]
    with pytest.raises(FrameError):
        decode_ask(msgpack.packb(parts))


@pytest.mark.parametrize(
    "parts",
    [
        [1, ID, "perhaps", None, 0, None],
        [1, ID, NONE, None, 0, {}],
        [1, ID, FOUND, None, 0, None],
        [1, ID, FOUND, -1, 0, {}],
        [1, ID, FOUND, None, -1, {}],
        [1, ID, FOUND, None, 0, {"a": [[[[[[[[[[]]]]]]]]]]}],
        [1, ID, FOUND],
    ],
)
def test_what_is_no_answer_is_one_error(parts: list[object]) -> None:  # [proto-10.1]
    with pytest.raises(FrameError):
        decode_answer(msgpack.packb(parts))


@given(st.binary(max_size=64))
def test_any_bytes_are_an_ask_or_one_error(message: bytes) -> None:  # [proto-10.1]
    for decode in (decode_ask, decode_answer):
        try:
            decode(message)
        except FrameError:
            continue


def test_no_repr_shows_who_asked_or_what() -> None:
    assert not any(word in repr((ASK, ANSWER)) for word in ("smith", "Smith", "4711", "C-17"))
