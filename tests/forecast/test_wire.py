"""Patrols in, compact bytes and back; damaged bytes in, WireError out."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.frame import degrees, metres
from forecast.wire import MAX_BOXES, Anchor, Box, Patrol, WireError, decode, encode

MODEL = bytes(range(8))


def _patrol(count: int, anchor: Anchor | None = None) -> Patrol:
    # A city of 12 by 28 km in a national frame, boxes on a 10 m lattice.
    boxes = sorted(
        (265_000 + (n * 7919) % 12_000 // 10 * 10, 299_000 + (n * 104_729) % 28_000 // 10 * 10) for n in range(count)
    )
    return Patrol(
        17_897, "night", 250.0, 10.0, MODEL, anchor, tuple(Box(x, y, 0.2 / (n + 1)) for n, (x, y) in enumerate(boxes))
    )


def test_what_was_sent_arrives_but_for_the_last_digits_of_expected_hits() -> None:  # [proto-12.6]
    sent = _patrol(27, Anchor(38.6270025, -90.1994042, 270_000, 313_000, 0.25))
    got = decode(encode(sent))
    assert (got.day, got.shift, got.side_m, got.cell_m, got.model, got.anchor) == (
        17_897,
        "night",
        250,
        10,
        MODEL,
        sent.anchor,
    )
    assert [(b.x_m, b.y_m) for b in got.boxes] == [(b.x_m, b.y_m) for b in sent.boxes]
    assert all(abs(a.expected - b.expected) <= 0.2 / 255 for a, b in zip(got.boxes, sent.boxes, strict=True))


@pytest.mark.parametrize(("count", "most"), [(27, 512), (136, 2048), (0, 40)])
def test_one_and_five_percent_of_a_city_fit_their_budgets(count: int, most: int) -> None:
    assert len(encode(_patrol(count))) <= most


@given(st.lists(st.tuples(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6)), unique=True, max_size=40))
@settings(max_examples=60)
def test_any_corners_come_back(corners: list[tuple[int, int]]) -> None:
    boxes = tuple(Box(i * 12.5, j * 12.5, 0.1) for i, j in sorted(corners))
    assert decode(encode(Patrol(0, "all", 312.5, 12.5, MODEL, None, boxes))).boxes == boxes


@given(st.binary(max_size=80))
@settings(max_examples=200)
def test_noise_is_refused_or_decoded_but_never_breaks(noise: bytes) -> None:
    for packed in (noise, b"PF\x01" + noise):
        with contextlib.suppress(WireError):
            assert len(decode(packed).boxes) <= MAX_BOXES


def test_a_forecast_cut_short_is_refused_at_every_byte() -> None:
    whole = encode(_patrol(5))
    for end in range(len(whole)):
        with pytest.raises(WireError):
            decode(whole[:end])
    with pytest.raises(WireError):
        decode(whole + b"\x00")


def test_corners_off_the_lattice_are_refused_before_they_are_sent() -> None:
    with pytest.raises(ValueError, match="whole cells"):
        encode(Patrol(0, "all", 250.0, 10.0, MODEL, None, (Box(5.0, 0.0, 0.1),)))


@given(st.floats(-20_000, 20_000), st.floats(-20_000, 20_000), st.floats(-60, 60), st.floats(-3, 3))
@settings(max_examples=60)
def test_a_point_comes_back_from_degrees(dx: float, dy: float, lat: float, turn: float) -> None:
    anchor = Anchor(lat, 10.0, 500_000, 4_000_000, turn)
    back = metres(anchor, *degrees(anchor, 500_000 + dx, 4_000_000 + dy))
    assert list(back) == pytest.approx([500_000 + dx, 4_000_000 + dy], abs=1e-3)


def test_north_of_the_anchor_is_north() -> None:
    north = degrees(Anchor(52.0, 5.0, 0, 0, 0.0), 0.0, 11_126.0)
    # A tenth of a degree of latitude at 52 N is 11,126 m (WGS 84 meridian arc).
    assert list(north) == pytest.approx([52.1, 5.0], abs=2e-4)


@pytest.mark.parametrize(
    ("anchor", "point", "place"),
    [
        # By PROJ: EPSG:26996 (Missouri East), 32631 (UTM 31N), 27700 (British National Grid), each with its meridian convergence.
        (Anchor(38.6535308, -90.2529915, 271500, 313000, 0.1543), (251500, 333000), (38.8339653, -90.4827234)),
        (Anchor(52.3411753, 4.4678782, 600000, 5800000, 1.1622), (615000, 5788000), (52.2303961, 4.6838689)),
        (Anchor(52.3411753, 4.4678782, 600000, 5800000, 1.1622), (580000, 5820000), (52.5242253, 4.1791669)),
        (Anchor(51.5039908, -0.1283539, 530000, 180000, 1.4651), (510000, 200000), (51.6879907, -0.4101198)),
    ],
)
def test_frames_of_real_surveys_are_met_within_ten_metres(
    anchor: Anchor, point: tuple[int, int], place: tuple[float, float]
) -> None:
    assert list(metres(anchor, *place)) == pytest.approx(point, abs=10)
    assert list(degrees(anchor, *point)) == pytest.approx(place, abs=1.5e-4)


def test_a_frame_on_the_date_line_has_no_seam() -> None:
    anchor = Anchor(-17.0, 179.99, 0, 0, 0.0)
    x_m, _ = metres(anchor, -17.0, -179.99)
    assert 2_000 < x_m < 2_300
