"""`dosage` there and back, its bounds, and bytes that are none; a dwell as it stands on the wire."""

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto import events
from proto.dosage import MAX_DOSES, MAX_S, BoxDose, Dosage, decode_dosage, encode_dosage, split_dosage
from proto.errors import FrameError
from proto.events import Clock, Dwell, Moment

DOSE = st.builds(
    BoxDose, st.integers(-90_000_000, 90_000_000), st.integers(-180_000_000, 180_000_000), st.integers(0, MAX_S), st.integers(0, MAX_S)
)  # fmt: skip
DWELL = Dwell(Moment(5, None, Clock.UNSET), "central", 7, 3, 1_000, 240, 240, 51_501_234, -142_000, b"\x04" * 8, 4_000)


@given(st.lists(DOSE, max_size=700))
def test_what_is_split_says_all_of_it_in_order(doses: list[BoxDose]) -> None:  # [proto-12.3]
    said = [decode_dosage(message) for message in split_dosage("central", doses)]
    assert [dose for part in said for dose in part.doses] == doses
    assert all(part.set == "central" and len(part.doses) <= MAX_DOSES for part in said)


def test_the_longest_message_fits_and_one_more_dose_does_not() -> None:
    dose = BoxDose(-90_000_000, -180_000_000, MAX_S, MAX_S)
    assert len(encode_dosage(Dosage("n" * 32, (dose,) * MAX_DOSES))) <= 8192
    with pytest.raises(FrameError, match="too many"):
        encode_dosage(Dosage("n", (dose,) * (MAX_DOSES + 1)))


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [2, "central", []],
        [True, "central", []],
        [1, "no name!", []],
        [1, "central", [[0, 0, 0]]],
        [1, "central", [[90_000_001, 0, 0, 0]]],
        [1, "central", [[0, 180_000_001, 0, 0]]],
        [1, "central", [[0, 0, -1, 0]]],
        [1, "central", [[0, 0, 0, MAX_S + 1]]],
        [1, "central", [[0, 0, True, 0]]],
        [1, "central", {"a": 1}],
    ],
)
def test_what_no_dosage_says_is_refused(parts: object) -> None:
    with pytest.raises(FrameError):
        decode_dosage(msgpack.packb(parts))


@given(st.binary(max_size=60))
def test_any_bytes_are_a_dosage_or_a_frame_error(message: bytes) -> None:
    try:
        said = decode_dosage(message)
    except FrameError:
        return
    assert len(said.doses) <= MAX_DOSES


def test_fields_of_a_later_version_are_let_by() -> None:
    assert decode_dosage(msgpack.packb([1, "a", [[1, 2, 3, 4, "new"]], None])) == Dosage("a", (BoxDose(1, 2, 3, 4),))


def test_a_dwell_says_where_since_when_and_how_long() -> None:  # [proto-12.1]
    parts = msgpack.unpackb(events.encode(DWELL))
    assert parts[:4] == [14, 5, None, 0]
    assert parts[4:] == ["central", 7, 3, 1_000, 240, 240, 51_501_234, -142_000, b"\x04" * 8, 4_000]
    assert events.decode(events.encode(DWELL)) == DWELL
    assert len(events.encode(DWELL)) < 60


def test_no_repr_shows_where_a_box_lies() -> None:
    assert "51501234" not in repr(DWELL)
    assert "51501234" not in repr(BoxDose(51_501_234, 0, 1, 1))
