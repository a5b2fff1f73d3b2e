"""A drive's map and its line on the terminal: what happened is on them."""

import io
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from rich.console import Console

from simulator.faults import parse
from simulator.live import Stage, line, view, watched
from simulator.picture import Sight, draw, sights
from simulator.route import Route
from simulator.script import Saying, script
from simulator.town import build
from simulator.truth import Truth
from simulator.world import World, cast

Perform = Callable[..., Awaitable[tuple[dict[str, Any], dict[str, list[Any]]]]]
SVG = "{http://www.w3.org/2000/svg}"


def of_class(svg: str, name: str) -> list[ElementTree.Element]:
    return [each for each in ElementTree.fromstring(svg).iter() if each.get("class") == name]


def test_the_map_has_every_street_the_route_and_the_hits_where_the_car_was() -> None:
    town = build(3)
    route = Route(town, 3)
    seen = [Sight(1.0, "read"), Sight(60.0, "hit"), Sight(120.0, "spoilt")]
    svg = draw(route, seen, 120.0)
    assert len(of_class(svg, "street")) == len(town.streets)
    (way,) = of_class(svg, "route")
    points = (way.get("points") or "").split()
    assert len(points) == 121
    (hit,) = of_class(svg, "hit")
    assert f"{hit.get('cx')},{hit.get('cy')}" == points[60]
    assert len(of_class(svg, "read")) == len(of_class(svg, "spoilt")) == 1
    assert "120 s driven; reads 3, hits 1, spoilt 1" in svg


def test_everything_lies_on_the_map() -> None:
    svg = draw(Route(build(5), 5), [], 600.0)
    _, _, wide, tall = map(float, (ElementTree.fromstring(svg).get("viewBox") or "").split())
    (way,) = of_class(svg, "route")
    for x, y in (point.split(",") for point in (way.get("points") or "").split()):
        assert 0 <= float(x) <= wide
        assert 0 <= float(y) <= tall


def test_many_reads_at_one_place_are_one_dot() -> None:
    svg = draw(Route(build(3), 3), [Sight(0.0, "read")] * 5_000, 1.0)
    assert len(of_class(svg, "read")) == 1
    assert "reads 5000" in svg


def test_a_read_that_was_never_said_has_the_time_of_the_one_before() -> None:
    lines = [
        '{"last_byte_mono_ns": 7000000000, "hit_expected": true, "fault": null}',
        '{"last_byte_mono_ns": null, "hit_expected": false, "fault": "unplug"}',
    ]
    assert [*sights(lines, 5_000_000_000)] == [Sight(2.0, "hit"), Sight(2.0, "spoilt")]


async def test_a_world_draws_its_drive_and_says_how_it_stands(tmp_path: Path, perform: Perform) -> None:
    picture = tmp_path / "drive.svg"
    options = ("--rate", "100", "--reads", "100", "--hits", "2", "--live")
    summary, _ = await perform(tmp_path, *options, "--picture", str(picture))
    svg = picture.read_text(encoding="utf-8")
    assert f"reads {summary['reads']}, hits {summary['hits_expected']}, spoilt 0" in svg


FAULTS = parse(["at 1s unplug front 2s", "broker down 9s", "at 12s noise rear 1s"], ("front", "rear", "gps"))


def a_stage(at_s: float) -> Stage:
    return Stage(Truth(io.StringIO(), reads=7, hits_expected=1, faults={"unplug": 2}), FAULTS, 100, at_s)


def drawn(stage: Stage) -> str:
    console = Console(file=io.StringIO(), width=100, force_terminal=False)
    with console.capture() as said:
        console.print(view(stage))
    return said.get()


def test_the_line_names_what_is_wrong_at_the_moment() -> None:
    assert line(a_stage(1.5)).split("   ")[-2:] == ["reads 7, hits 1, spoilt 2", "broker, front: unplug"]
    assert line(a_stage(9.5)).endswith("all is well")


def test_the_view_has_each_port_with_what_is_wrong_and_what_comes_next(make_world: Callable[..., World]) -> None:
    world, stage = make_world(faults=FAULTS), a_stage(0)
    reads = spoilt = 0
    for moment in script(world, cast(world)):
        if moment.due_s >= 2.5:
            break
        stage.hear(moment)
        if isinstance(moment, Saying) and moment.read is not None and moment.port == "front":
            reads += 1
            spoilt += moment.fault is not None
    rows = {text.split()[0]: text.rstrip() for text in drawn(stage).splitlines() if text.strip()}
    assert rows["front"].endswith("unplug")
    assert rows["front"].split()[1:3] == [str(reads), str(spoilt)]
    assert spoilt > 0
    assert rows["gps"].endswith("well")
    assert rows["broker"].endswith("until 9 s")
    assert rows["in"].endswith("rear: noise")


def test_what_is_watched_is_played_unchanged_on_a_terminal_and_in_a_file(make_world: Callable[..., World]) -> None:
    world = make_world(faults=FAULTS)
    moments = list(script(world, cast(world)))
    for terminal in (False, True):
        out = io.StringIO()
        out.isatty = lambda: terminal  # type: ignore[method-assign] # noqa: B023
        assert [*watched(moments, a_stage(0).truth, FAULTS, world.reads, out)] == moments
        assert "reads 7, hits 1, spoilt 2" in out.getvalue()
        assert ("\x1b[" in out.getvalue()) is terminal
