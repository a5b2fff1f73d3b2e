"""One list, one encrypted file: swapped as a whole, damaged by the page, and its sieve never says no in vain."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.matcher.listfile import PAGE_BYTES, About, EmptyListError, ListFile, open_list, write_list
from edge.matcher.sieve import Sieve, build, slot_seed
from edge.spool.database import StoreError
from proto.plates import canonical, packed
from proto.voi import Entry

ROOT = Path(__file__).parents[3]
KEY = "5a" * 32


def entry(vrm: str, reason: str | None = None) -> Entry:
    key = canonical(vrm)
    assert key is not None
    nothing: list[None] = [None] * 12
    make, model, colour, markers, nim, information, area, pnc, gpms, cad, spare, _ = nothing
    return Entry(
        key, vrm, make, model, colour, "STOP", markers, reason, nim, information, area, None, pnc, gpms, cad, 50, spare
    )


def number(vrm: str) -> int:
    found = packed(canonical(vrm) or "")
    assert found is not None
    return found


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write_(vrms: list[str], reason: str | None = None) -> Path:
        write_list(tmp_path, KEY, About("wanted", 1, 2, 0, signed=False), [entry(vrm, reason) for vrm in vrms])
        return tmp_path / "wanted.list"

    return write_


def found(list_: ListFile, vrm: str) -> list[str]:
    return [entry.vrm for entry in list_.find(number(vrm))]


def test_what_is_listed_is_found_by_its_key_and_shown_as_it_was_written(write: Callable[..., Path]) -> None:
    list_ = open_list(write(["ab12 cde", "X1 OOO"]), KEY)
    assert found(list_, "AB12CDE") == ["ab12 cde"]
    assert found(list_, "XI000") == ["X1 OOO"]
    assert found(list_, "AB12CDF") == []
    assert list_.about == About("wanted", 1, 2, 2, signed=False)
    list_.close()


def test_a_vehicle_that_is_listed_twice_has_two_entries(write: Callable[..., Path]) -> None:
    list_ = open_list(write(["AB12CDE", "AB12 CDE"]), KEY)
    assert found(list_, "AB12CDE") == ["AB12CDE", "AB12 CDE"]
    list_.close()


def test_the_sieve_says_no_to_most_of_what_is_not_listed_and_yes_to_all_that_is(write: Callable[..., Path]) -> None:
    listed = [f"AB{n:05d}" for n in range(2000)]
    list_ = open_list(write(listed), KEY)
    assert all(list_.may_hold(slot_seed(canonical(vrm) or "")) for vrm in listed)
    in_vain = sum(list_.may_hold(slot_seed(f"CD{n:05d}")) for n in range(2000))
    assert in_vain < 2000 / 8
    list_.close()


@given(st.sets(st.text("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=1, max_size=12), max_size=300))
def test_a_sieve_never_says_no_in_vain(keys: set[str]) -> None:
    sieve = Sieve(build(keys, len(keys)))
    assert all(sieve.may_hold(slot_seed(key)) for key in keys)


def test_an_empty_list_replaces_nothing(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write(["AB12CDE"])
    with pytest.raises(EmptyListError):
        write([])
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_swap_does_not_disturb_who_is_reading(write: Callable[..., Path]) -> None:
    old = open_list(write([f"OLD{n:04d}" for n in range(5000)]), KEY)
    assert found(old, "OLD0001") == ["OLD0001"]
    new = open_list(write([f"NEW{n:04d}" for n in range(5000)]), KEY)
    assert all(found(old, f"OLD{n:04d}") for n in range(5000))
    assert all(found(new, f"NEW{n:04d}") for n in range(5000))
    assert not found(new, "OLD0001")
    old.close()
    new.close()


def test_a_damaged_page_costs_what_is_on_it_and_the_rest_is_still_found(write: Callable[..., Path]) -> None:
    vrms = [f"AB{n:05d}" for n in range(5000)]
    path = write(vrms)
    with path.open("r+b") as file:
        file.seek(20 * PAGE_BYTES)
        file.write(Random(1).randbytes(PAGE_BYTES))
    list_ = open_list(path, KEY)
    missed = [vrm for vrm in vrms if not found(list_, vrm)]
    assert 0 < len(missed) < 200
    assert list_.is_damaged
    list_.close()


@pytest.mark.parametrize("length", [100, 900])
def test_every_damaged_page_is_noticed_and_none_gives_a_false_entry(write: Callable[..., Path], length: int) -> None:
    vrms = [f"AB{n:04d}" for n in range(300)]
    path = write(vrms, "R" * length)
    sound = path.read_bytes()
    without_words = 0
    for page in range(1, len(sound) // PAGE_BYTES):
        path.write_bytes(
            sound[: page * PAGE_BYTES] + Random(1).randbytes(PAGE_BYTES) + sound[(page + 1) * PAGE_BYTES :]
        )
        try:
            list_ = open_list(path, KEY)
        except StoreError:
            continue
        entries = [list_.find(number(vrm)) for vrm in vrms]
        reasons = {each[0].reason for each in entries if each}
        without_words += reasons == {None} and all(entries)
        assert reasons <= {"R" * length, None}, "a damaged page of facts costs words, not alerts"
        assert list_.is_damaged == (None in reasons or any(not each for each in entries))
        list_.close()
    assert without_words, "the page of facts, of all pages, costs no entry"


@pytest.mark.parametrize("content", [b"", b"x" * 100, bytes(PAGE_BYTES), b"garbage " * 2000])
def test_garbage_is_no_list(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wanted.list"
    path.write_bytes(content)
    with pytest.raises(StoreError):
        open_list(path, KEY)


def test_a_list_of_another_key_cannot_be_read(write: Callable[..., Path]) -> None:
    path = write(["AB12CDE"])
    with pytest.raises(StoreError):
        open_list(path, "6b" * 32)


def test_no_plate_stands_in_the_file(write: Callable[..., Path]) -> None:
    content = write([f"ZZ99ZZ{n}" for n in range(10)], "a reason").read_bytes()
    assert b"ZZ99" not in content
    assert b"a reason" not in content


def test_a_killed_import_leaves_the_old_list_and_the_next_one_sweeps(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    path = write(["AB12CDE"])
    before = path.read_bytes()
    script = (
        "import os, sys, signal; from pathlib import Path; from edge.matcher import listfile, swap\n"
        "swap.sync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from proto.voi import Entry\n"
        "entries = [Entry(f'CD{n}', f'CD{n}', *[None] * 3, 'STOP', *[None] * 11) for n in range(1000)]\n"
        "listfile.write_list(Path(sys.argv[1]), '5a' * 32, listfile.About('wanted', 2, 2, 0, False), entries)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert path.read_bytes() == before
    assert len(list(tmp_path.glob("*.new-*"))) == 1
    write(["EF34GHJ"])
    assert sorted(each.name for each in tmp_path.iterdir()) == ["wanted.list", "wanted.previous"]


def test_a_sieve_with_a_damaged_page_is_no_sieve(write: Callable[..., Path]) -> None:
    """One that said no in vain would let a wanted vehicle pass."""
    vrms = [f"AB{n:05d}" for n in range(8000)]
    path = write(vrms)
    sound = path.read_bytes()
    seeds = [slot_seed(canonical(vrm) or "") for vrm in vrms[::10]]
    refused = 0
    for page in range(1, len(sound) // PAGE_BYTES):
        path.write_bytes(
            sound[: page * PAGE_BYTES] + Random(1).randbytes(PAGE_BYTES) + sound[(page + 1) * PAGE_BYTES :]
        )
        try:
            list_ = open_list(path, KEY)
        except StoreError:
            refused += 1
            continue
        assert all(map(list_.may_hold, seeds))
        list_.close()
    assert refused > 1
