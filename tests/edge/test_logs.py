"""Log records -> JSON lines that hold no exception's text."""

import json
import logging
import sys

from edge.logs import JsonLines


def line(error: BaseException | None = None) -> str:
    exc_info = None if error is None else (type(error), error, error.__traceback__)
    return JsonLines().format(logging.LogRecord("edge.x", logging.ERROR, "x.py", 1, "says %d", (7,), exc_info))


def test_a_record_is_one_object() -> None:
    assert json.loads(line()) == {"level": "error", "from": "edge.x", "says": "says 7"}


def test_of_an_exception_only_its_type_and_place_are_said() -> None:
    plate = "ZZ99ABC"
    try:
        raise ValueError(f"bad plate {plate}")
    except ValueError:
        text = line(sys.exc_info()[1])
    assert "ZZ99" not in text
    assert json.loads(text)["at"][0].startswith("ValueError: test_of_an_exception")


def test_each_error_of_a_group_is_placed() -> None:
    group = ExceptionGroup("ZZ99", [KeyError("ZZ99"), ExceptionGroup("more", [OSError("ZZ99")])])
    said = json.loads(line(group))["at"]
    assert [each.partition(":")[0] for each in said] == ["KeyError", "OSError"]
    assert "ZZ99" not in line(group)
