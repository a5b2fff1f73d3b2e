"""The words of `patrol-hq forecast` -> files, a table and an exit code: 0 good, 1 switched off, 2 wrong usage or unusable input."""

import argparse
import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from forecast.model.forecaster import HistoryError
from forecast.model.rolling import Trial
from headquarters.forecast import cards, evaluating, plots, publishing, report, words, writing
from headquarters.forecast.decisions import read_decisions
from headquarters.forecast.making import Made, Order, made
from headquarters.forecast.reading import InputError, read_events, read_weather
from headquarters.store.file import StoreError

USAGE = 2


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `forecast make`, `publish`, `withdraw`, `evaluate` and `report`."""
    forecast = subparsers.add_parser("forecast", help="where and when crime is likely", epilog=words.EPILOG)
    actions = forecast.add_subparsers(dest="action", required=True, metavar="ACTION")
    words.add_make(actions.add_parser("make", help="one forecast for a day or shift", epilog=words.EPILOG))
    words.add_publish(
        actions.add_parser("publish", help="sign a forecast and hand it to the cars", epilog=words.EPILOG)
    )
    words.add_withdraw(actions.add_parser("withdraw", help="the kill switch: no boxes in any car", epilog=words.EPILOG))
    words.add_evaluate(actions.add_parser("evaluate", help="how good it would have been", epilog=words.EPILOG))
    words.add_report(actions.add_parser("report", help="results of evaluate as Markdown, with plots"))


def run(args: argparse.Namespace) -> int:
    """Runs the chosen action; bad input is one sentence on stderr."""
    try:
        return ACTIONS[args.action](args)
    except (StoreError, sqlite3.Error) as error:
        print(f"patrol-hq forecast {args.action}: {error}", file=sys.stderr)
        return 1
    except (InputError, HistoryError, ValueError, OSError) as error:
        print(f"patrol-hq forecast {args.action}: {error}", file=sys.stderr)
        return USAGE


def _make(args: argparse.Namespace) -> int:
    if _is_off(args):
        return 1
    done = _done(args)
    for path in args.out:
        _written(path, done, args)
    print(f"{len(done.boxes)} boxes, {done.expected:.2f} expected hits, model {done.model_hash[:12]}")
    return 0


def _publish(args: argparse.Namespace) -> int:
    if _is_off(args):
        return 1
    if args.ready is not None:
        packed = args.ready.read_bytes()
    elif args.events is None or args.as_of is None:
        raise InputError("give --from F.pf, or --events and --as-of to make one now")
    elif args.anchor is None:
        raise InputError("cars cannot place its boxes on the globe: give --anchor LAT,LON,X,Y[,TURN]")
    else:
        packed = writing.as_wire(_done(args), args.anchor)
    name = args.name or (publishing.NAME if args.ready is None else args.ready.stem)
    print(publishing.published(args, packed, name))
    return 0


def _withdraw(args: argparse.Namespace) -> int:
    print("\n".join(publishing.withdrawn(args)))
    return 0


def _is_off(args: argparse.Namespace) -> bool:
    """Whether the kill switch is set; that is said."""
    if args.kill_switch.exists():
        print(
            f"patrol-hq forecast {args.action}: switched off by {args.kill_switch.name}; nothing was done",
            file=sys.stderr,
        )
        return True
    return False


def _done(args: argparse.Namespace) -> Made:
    """The forecast that the words ask for; its cards are written when asked for."""
    order = Order(
        args.as_of, args.shift, args.area_share, args.box_m, args.study_before, args.audit_share, args.cap, args.cap_m
    )
    weather = read_weather(args.weather) if args.weather else {}
    decisions = read_decisions(args.decisions) if args.decisions else []
    done = made(read_events(args.events, before=args.as_of), order, weather, decisions)
    if args.anchor is not None:
        writing.check_anchor(args.anchor, done)
    if args.cards:
        _carded(args.cards, done, args.evaluation)
    return done


def _written(path: Path, done: Made, args: argparse.Namespace) -> None:
    if path.suffix == ".pf":
        if args.anchor is None:
            _progress(
                f"{path.name}: without --anchor no car can place its boxes on the globe, and it cannot be published"
            )
        path.write_bytes(writing.as_wire(done, args.anchor))
        return
    content = writing.as_geojson(done, args.anchor) if path.suffix == ".geojson" else writing.as_json(done)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _carded(folder: Path, done: Made, evaluation: Path | None) -> None:
    figures = json.loads(evaluation.read_text(encoding="utf-8")) if evaluation else None
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model-card.md").write_text(cards.model_card(done, figures), encoding="utf-8")
    record = json.dumps(cards.transparency_record(done, figures), indent=1)
    (folder / "transparency-record.json").write_text(record + "\n", encoding="utf-8")


def _evaluate(args: argparse.Namespace) -> int:
    if args.test_to < args.test_from:
        raise InputError("--test-to lies before --test-from")
    events = read_events(args.events)
    if args.test_from > int(events.day[-1]):
        raise InputError("the test begins after the last event")
    test = Trial(args.test_from, args.test_to + 1, args.area_share, args.box_m)
    weather = read_weather(args.weather) if args.weather else {}
    days, result = evaluating.evaluated(events, test, weather, args.boxes_out, _progress, args.control)
    if args.plots:
        args.plots.mkdir(parents=True, exist_ok=True)
        for name, picture in (
            ("hit-rate", plots.hit_rate_curve(result)), ("calibration", plots.calibration_chart(result)), ("map", plots.box_map(days)),
        ):  # fmt: skip
            (args.plots / f"{name}.svg").write_text(picture, encoding="utf-8")
    print(json.dumps(result, indent=1) if args.json else evaluating.table(result))
    return 0


def _report(args: argparse.Namespace) -> int:
    results = report.read(args.results)
    text = report.markdown(results)
    if args.into is None:
        print(text)
    else:
        document = args.into.read_text(encoding="utf-8")
        args.into.write_text(report.written_into(document, text), encoding="utf-8")
    if args.plots:
        latest = max(one["to"] for one in results)
        report.draw([one for one in results if one["to"] == latest][-1], args.plots)
    return 0


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


ACTIONS: Final[dict[str, Callable[[argparse.Namespace], int]]] = {
    "make": _make,
    "publish": _publish,
    "withdraw": _withdraw,
    "evaluate": _evaluate,
    "report": _report,
}
