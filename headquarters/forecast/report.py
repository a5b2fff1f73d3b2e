"""JSON results of `evaluate --json` -> the Markdown tables of a report and its two plots; a document keeps what people wrote around them."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from forecast.model.rolling import OURS
from headquarters.forecast import plots
from headquarters.forecast.reading import InputError

BEGIN: Final = "<!-- begin of what `patrol-hq forecast report` writes -->"
END: Final = "<!-- end of what `patrol-hq forecast report` writes -->"
Json = dict[str, Any]


def read(paths: Sequence[Path]) -> list[Json]:
    """By period and area share. Raises InputError for a file that no evaluation wrote."""
    return sorted((_read(path) for path in paths), key=lambda one: (one["from"], one["to"], one["area_share"]))


def markdown(results: Sequence[Json]) -> str:
    """A section a period, a pair of columns an area share."""
    periods = sorted({(one["from"], one["to"]) for one in results}, reverse=True)
    return "\n\n".join(_period([one for one in results if (one["from"], one["to"]) == period]) for period in periods)


def written_into(document: str, text: str) -> str:
    """The document with what stands between its two marks replaced. Raises InputError when it has none."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise InputError(f"the document lacks the lines '{BEGIN}' and '{END}', between which the tables go")
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"


def draw(result: Json, folder: Path) -> None:
    """hit-rate.svg and calibration.svg of one evaluation; the map needs its boxes: `evaluate --plots`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in (
        ("hit-rate", plots.hit_rate_curve(result)),
        ("calibration", plots.calibration_chart(result)),
    ):
        (folder / f"{name}.svg").write_text(picture, encoding="utf-8")


def _read(path: Path) -> Json:
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
        _period([result])  # every field that a report needs is there
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path.name} is no result of `patrol-hq forecast evaluate --json`") from error
    found: Json = result
    return found


def _period(results: Sequence[Json]) -> str:
    first = results[0]
    shares = [f"{100 * one['area_share']:g} %" for one in results]
    boxes = " and ".join(f"{one['boxes']} boxes ({share})" for one, share in zip(results, shares, strict=True))
    title = (
        f"### {first['from']} to {first['to']}: {first['events']} target events, {boxes} of {first['box_m']:g} m a day"
    )
    return "\n\n".join([title, _methods(results, shares), _honesty(results, shares), _volume(first["volume"])])


def _methods(results: Sequence[Json], shares: Sequence[str]) -> str:
    heads = [f"hit rate at {share} | our gain over it" for share in shares]
    names = sorted(results[0]["hit_rate"], key=lambda name: results[0]["hit_rate"][name]["value"])
    rows = [
        f"| {name} | " + " | ".join(f"{_rate(one['hit_rate'][name])} | {_gain(one, name)}" for one in results) + " |"
        for name in names
    ]
    return "\n".join([f"| method | {' | '.join(heads)} |", "|---" * (1 + 2 * len(results)) + "|", *rows])


def _honesty(results: Sequence[Json], shares: Sequence[str]) -> str:
    rows: tuple[tuple[str, Callable[[Json], str]], ...] = (
        ("expected / actual hits", lambda one: f"{one['expected_over_actual']:.4f}"),
        (f"PAI ({results[0]['box_m']:g} m boxes, these categories)", lambda one: f"{one['pai']:.2f}"),
        ("a box has a hit on so many days", lambda one: f"{100 * one['box_days_with_a_hit']:.1f} %"),
        (
            "kilometre squares flagged, never flagged",
            lambda one: f"{one['evenness']['squares_flagged']}, {one['evenness']['squares_never_flagged']}",
        ),
        ("Gini of box-days over squares with events", lambda one: f"{one['evenness']['gini_of_box_days']:.4f}"),
    )
    lines = [f"| {name} | " + " | ".join(cell(one) for one in results) + " |" for name, cell in rows]
    return "\n".join([f"| | {' | '.join(shares)} |", "|---" + "|---:" * len(results) + "|", *lines])


def _volume(volume: Json) -> str:
    if not volume["weather_given"]:
        return f"Mean error of the day's number: {volume['mean_error']} (no weather given)."
    worth, spread = volume["log_likelihood_gain_of_weather_a_day"], volume["standard_error"]
    return (
        f"Weather moves the volume only: log likelihood {worth:+.4f} a day (standard error {spread:.4f}); mean error of the"
        f" day's number {volume['mean_error']} with it, {volume['mean_error_without_weather']} without."
    )


def _rate(rate: Json) -> str:
    return f"{rate['value']:.4f} ({rate['low']:.4f} to {rate['high']:.4f})"


def _gain(result: Json, name: str) -> str:
    if name == OURS:
        return ""
    gain = result["gain_over"][name]
    value, low, high = (100 * gain[name] for name in ("value", "low", "high"))
    return f"{value:+.1f} % ({low:+.1f} to {high:+.1f})"
