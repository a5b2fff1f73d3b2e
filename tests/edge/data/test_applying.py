"""What came -> in place: whole lists, what changed in them, other kinds; a lost file or power that goes is made good."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edge.data import admission, holdings
from edge.data.applying import RefusedError
from edge.data.kinds import read_blob
from edge.data.orders import Place
from edge.matcher.importer import import_csv
from edge.matcher.listfile import open_list
from proto.plates import packed
from tests.edge.rig.sets import CHANGED, PLATES

if TYPE_CHECKING:
    from tests.edge.data.conftest import Apply, MakeList


def found(place: Place, plate: str) -> bool:
    opened = open_list(place.storage / "lists" / "wanted.list", place.key)
    number = packed(plate)
    assert number is not None
    with closing(opened):
        return bool(opened.find(number))


def test_a_whole_list_and_then_what_changed(
    apply: "Apply", make_list: "MakeList", place: Place
) -> None:  # [proto-8.12] [proto-8.13]
    apply(make_list(PLATES, 1))
    assert found(place, PLATES[0])
    apply(make_list(CHANGED, 2, before=PLATES, base=1))
    assert [found(place, plate) for plate in (PLATES[0], PLATES[1], "ZZ99NEW")] == [False, True, True]
    held = holdings.held(place.storage)["wanted"]
    assert (held.version, held.entries, held.is_there) == (2, 40, True)


def test_any_other_kind_is_kept_as_it_is_and_encrypted(apply: "Apply", make_list: "MakeList", place: Place) -> None:
    text = "one,zz99 secret\n" * 40_000
    apply(make_list(PLATES, kind="officers", name="staff", text=text, chunk_bytes=4096))
    path = holdings.place_of(place.storage, "officers", "staff")
    assert b"".join(read_blob(path, place.key)) == text.encode()
    assert b"zz99" not in path.read_bytes()


def test_a_set_that_was_meant_for_this_car_comes_in(apply: "Apply", make_list: "MakeList", place: Place) -> None:
    apply(make_list(CHANGED, 2, audience=("k-0417", "k-0418")))
    assert found(place, "ZZ99NEW")


def test_a_delta_is_not_put_on_a_list_that_somebody_else_put_there(
    apply: "Apply", make_list: "MakeList", place: Place, write_voi: Callable[..., Path]
) -> None:
    apply(make_list(PLATES, 1))
    import_csv(write_voi(PLATES), place.storage / "lists", place.key, report=print, progress=print)
    with pytest.raises(RefusedError, match=admission.BASE):
        apply(make_list([*PLATES, "ZZ99NEW"], 2, before=PLATES, base=1))
    apply(make_list(CHANGED, 2))
    assert found(place, "ZZ99NEW")


def test_a_list_whose_file_is_lost_is_taken_again(apply: "Apply", make_list: "MakeList", place: Place) -> None:
    apply(make_list(PLATES, 1))
    (place.storage / "lists" / "wanted.list").unlink()
    assert not holdings.held(place.storage)["wanted"].is_there
    apply(make_list(PLATES, 1))
    assert found(place, PLATES[0])


def test_power_that_goes_between_the_list_and_its_manifest_costs_nothing(
    apply: "Apply", make_list: "MakeList", place: Place
) -> None:
    apply(make_list(PLATES, 1))
    manifest = place.storage / "data" / "wanted.held"
    before = manifest.read_bytes()
    change = make_list(CHANGED, 2, before=PLATES, base=1)
    apply(change)
    manifest.write_bytes(before)
    apply(change)
    assert holdings.held(place.storage)["wanted"].version == 2
    assert found(place, "ZZ99NEW")
