"""Webhook bodies that say more than a plate -> make and colour, when they are surer than not."""

import json

import pytest

from drivers.anpr.platerecognizer import PlateRecognizer
from drivers.readings import PlateSeen


@pytest.mark.parametrize(
    ("more", "make", "colour"),
    [
        ({"model_make": [{"make": "Ford", "score": 0.8}], "color": [{"color": "blue", "score": 0.5}]}, "Ford", "blue"),
        ({"model_make": [{"make": "Ford", "score": 0.4}], "color": []}, None, None),
        ({"model_make": "Ford", "color": [{"score": 1}]}, None, None),
        ({}, None, None),
    ],
)
def test_make_and_colour_are_taken_from_the_first_guess(
    more: dict[str, object], make: str | None, colour: str | None
) -> None:
    body = {"data": {"results": [{"plate": "ab12cde", "score": 0.9, **more}]}}
    (seen,) = PlateRecognizer().feed(json.dumps(body).encode() + b"\n")
    assert isinstance(seen, PlateSeen)
    assert (seen.make, seen.colour) == (make, colour)
