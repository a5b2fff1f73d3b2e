"""Topics: what is one, what is none, and that both directions agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto import topics
from proto.lanes import BY_WORD, Lane
from proto.topics import Topic, is_vehicle, parse

NAME = st.from_regex(r"[a-z0-9-]{1,32}", fullmatch=True).filter(lambda name: name != "all")


@given(NAME, NAME)
def test_a_topic_comes_back_as_its_parts(vehicle: str, word: str) -> None:  # [proto-1.2] [proto-1.3]
    assert parse(topics.up(vehicle, word)) == Topic(vehicle, "up", word)
    assert parse(topics.down(vehicle, word)) == Topic(vehicle, "down", word)
    assert parse(f"pe/1/all/{word}") == Topic(None, "all", word)


@given(st.text(max_size=60) | st.from_regex(r"pe/1/[^/]*/(up|down)/.*", fullmatch=True))
def test_any_text_is_a_topic_or_none(text: str) -> None:  # [proto-1.5]
    topic = parse(text)
    if topic is None:
        return
    if topic.way == "all":
        assert text == f"pe/1/all/{topic.word}"
    else:
        assert text == f"pe/1/{topic.vehicle}/{topic.way}/{topic.word}"


@pytest.mark.parametrize(
    "text",
    [
        "", "pe/1", "pe/2/car/up/read", "pe/1/all/up/read", "pe/1/car/up/read/x", "pe/1/car/up", "pe/1/car/up/", "pe/1//up/read",
        "/pe/1/car/up/read", "pe/1/car/sideways/read", "pe/1/CAR/up/read", "pe/1/car.1/up/read", "pe/1/+/up/read", "pe/1/car/up/#",
        "pe/1/car\n/up/read", "pe/1/car/up/read\n", "pe/1/cär/up/read", "pe/1/٣/up/read", "pe/1/" + "c" * 33 + "/up/read",
    ],
)  # fmt: skip
def test_no_topic_of_this_language(text: str) -> None:  # [proto-1.3] [proto-1.5]
    assert parse(text) is None


@pytest.mark.parametrize("name", ["all", "", "Car", "a.b", "a/b", "a+", "a#", "a b", "a\n", "c" * 33, "é"])
def test_no_vehicle(name: str) -> None:  # [proto-1.3]
    assert not is_vehicle(name)


def test_the_words_that_are_spoken() -> None:  # [proto-1.4]
    words = [*BY_WORD, "held", "want"]
    assert [parse(topics.up("car-1", word)) for word in words] == [Topic("car-1", "up", word) for word in words]
    assert parse(topics.HELLO) == Topic(None, "all", "hello")
    assert topics.ALL_UP == "pe/1/+/up/#"


def test_lanes_are_numbered_by_urgency() -> None:  # [proto-2.3]
    assert [lane.word for lane in sorted(Lane)] == ["urgent", "audit", "read", "position", "health", "image"]
    assert [int(lane) for lane in Lane] == [0, 1, 2, 3, 4, 5]
    assert all(BY_WORD[lane.word] is lane for lane in Lane)
