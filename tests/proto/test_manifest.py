"""Manifests, chunks and what is said of them: there and back, within bounds, and one error for anything else."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto.chunks import (
    MAX_SETS,
    Chunk,
    Having,
    Want,
    decode_chunk,
    decode_have,
    decode_want,
    encode_chunk,
    encode_have,
    encode_want,
    stick_head,
    stick_manifest_bytes,
)
from proto.control import decode_want as decode_plain_want
from proto.control import encode_want as encode_plain_want
from proto.errors import FrameError
from proto.manifest import (
    CHUNK_BYTES,
    MAX_CHUNK_BYTES,
    MAX_CHUNKS,
    MAX_MANIFEST_BYTES,
    Manifest,
    chunk_bytes_for,
    decode_signed,
    digest,
    encode_body,
    encode_signed,
    hashes_of,
    pieces,
    to_sign,
)
from proto.voi import Entry, parse
from proto.voi_lines import HEADER, delta, id_of, key_of, line_of, place_of, place_taken_out, taken_out

CONTENT = bytes(range(256)) * 5
WHOLE = Manifest("wanted", "voi", 7, 1_000, 2_000, 40, len(CONTENT), 512, hashes_of(CONTENT, 512))
DELTA = replace(WHOLE, base=6, audience=("car-1", "car-2"))


def signed(manifest: Manifest) -> bytes:
    return encode_signed(b"k" * 8, b"s" * 64, encode_body(manifest))


@pytest.mark.parametrize("manifest", [WHOLE, DELTA])
def test_a_manifest_comes_back_as_it_was(manifest: Manifest) -> None:  # [proto-8.2] [proto-8.3]
    found = decode_signed(signed(manifest))
    assert (found.manifest, found.key_id, found.signature) == (manifest, b"k" * 8, b"s" * 64)
    assert found.digest == digest(found.body)
    assert to_sign(found.body) == b"patrol-edge data set 1\0" + found.body


def test_each_chunk_is_known_by_its_hash_its_number_and_its_length() -> None:  # [proto-8.2]
    cut = list(pieces(CONTENT, 512))
    assert [WHOLE.length(n) for n in range(WHOLE.chunks)] == [512, 512, 256]
    assert all(WHOLE.is_chunk(n, piece) for n, piece in enumerate(cut))
    assert not WHOLE.is_chunk(2, cut[0])
    assert not WHOLE.is_chunk(2, cut[2] + b"\0")
    assert not WHOLE.is_chunk(3, b"")
    assert not WHOLE.is_chunk(-1, cut[2])


def test_whom_it_is_for() -> None:  # [proto-8.2]
    assert WHOLE.is_for("car-9")
    assert DELTA.is_for("car-2")
    assert not DELTA.is_for("car-9")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "../x"}, {"name": ""}, {"name": 5}, {"kind": "VOI"}, {"version": 0}, {"version": True}, {"made_ms": -1},
        {"expires_ms": 999}, {"entries": -1}, {"size": 0}, {"size": 5000}, {"chunk_bytes": 0},
        {"chunk_bytes": MAX_CHUNK_BYTES + 1}, {"hashes": b"short"}, {"base": 7}, {"base": 0}, {"audience": ()},
        {"audience": ("all",)}, {"audience": ("car-1",) * 257},
    ],
)  # fmt: skip
def test_a_manifest_that_cannot_be_is_none(wrong: dict[str, object]) -> None:  # [proto-8.2]
    with pytest.raises(FrameError):
        replace(WHOLE, **wrong)  # type: ignore[arg-type]


def test_the_longest_manifest_fits_and_a_longer_set_is_none() -> None:  # [proto-8.3] [proto-8.4]
    audience = tuple(f"{n:032}" for n in range(256))
    longest = replace(
        WHOLE, size=MAX_CHUNKS * 16, chunk_bytes=16, hashes=bytes(32 * MAX_CHUNKS), audience=audience[:200]
    )
    assert len(signed(longest)) <= MAX_MANIFEST_BYTES
    assert [chunk_bytes_for(length * MAX_CHUNKS) for length in CHUNK_BYTES] == list(CHUNK_BYTES)
    with pytest.raises(FrameError):
        chunk_bytes_for(MAX_CHUNK_BYTES * MAX_CHUNKS + 1)


def test_later_fields_are_let_by() -> None:  # [proto-8.1]
    body = encode_body(DELTA)
    assert body[0] == 0x9B  # an array of 11
    assert decode_signed(encode_signed(b"k" * 8, b"s" * 64, b"\x9c" + body[1:] + b"\x01")).manifest == DELTA


@given(st.binary(max_size=300))
def test_whatever_the_bytes_there_is_a_message_or_one_error(message: bytes) -> None:  # [proto-8.1]
    for decode in (decode_signed, decode_chunk, decode_want, decode_have, stick_manifest_bytes):
        try:
            decode(message)
        except FrameError:
            continue


def test_a_flipped_bit_of_a_message_is_a_message_or_one_error() -> None:  # [proto-8.1]
    chance = random.Random(8)
    whole = [signed(DELTA), encode_chunk(Chunk(b"d" * 16, 3, b"x" * 64)), encode_have([Having("wanted", 7, 8)])]
    for message in whole:
        for _ in range(3_000):
            flipped = bytearray(message)
            flipped[chance.randrange(len(message))] ^= 1 << chance.randrange(8)
            for decode in (decode_signed, decode_chunk, decode_have, decode_want):
                try:
                    decode(bytes(flipped))
                except FrameError:
                    continue


def test_chunks_wants_and_haves_come_back_as_they_were() -> None:  # [proto-8.5] [proto-8.6] [proto-8.7]
    chunk = Chunk(b"d" * 16, 3_499, bytes(MAX_CHUNK_BYTES))
    assert decode_chunk(encode_chunk(chunk)) == chunk
    want = Want(("wanted",), ((b"d" * 16, (0, 5, 3_499)),))
    assert decode_want(encode_want(want)) == want
    having = [Having(f"{n:032}", 2**48, 2**48) for n in range(MAX_SETS)]
    assert decode_have(encode_have(having)) == having


def test_a_want_without_chunks_is_one_of_old_and_the_other_way_round() -> None:  # [proto-8.7]
    assert decode_want(encode_plain_want(["wanted"])) == Want(("wanted",))
    assert decode_plain_want(encode_want(Want(("wanted",), ((b"d" * 16, (1,)),)))) == ["wanted"]


def test_the_head_of_a_stick() -> None:  # [proto-8.14]
    message = signed(WHOLE)
    head = stick_head(message)
    assert head[:5] == b"PEDS\x01"
    assert stick_manifest_bytes(head[:9]) == len(message)
    for wrong in (head[:8], b"PEDS\x02" + head[5:9], b"PEDS\x01\xff\xff\xff\xff", b""):
        with pytest.raises(FrameError):
            stick_manifest_bytes(wrong)


def entries(*rows: str) -> list[Entry]:
    found = list(parse([HEADER, *rows]))
    assert all(isinstance(row, Entry) for row in found)
    return [row for row in found if isinstance(row, Entry)]


@pytest.mark.parametrize(
    "row",
    [
        "ab12 cde,FORD,FOCUS,RED,SILENT,FI,stolen,1,info,Anytown,31/12/2026,P1,G,C,80,x",
        'AB12 CDE,"A ""B"", Ltd",,,,,"two\nlines",,,,,,,,,',
        "FÜ-AB 123,,,,,,,,,,,,,,,",
    ],
)
def test_an_entry_is_one_line_and_the_line_is_the_entry(row: str) -> None:  # [proto-8.12]
    (entry,) = entries(*row.splitlines()) if '"' not in row else list(parse([HEADER, *row.splitlines(keepends=True)]))
    assert isinstance(entry, Entry)
    line = line_of(entry)
    assert "\n" not in line
    (again,) = entries(line)
    assert line_of(again) == line
    assert again.key == entry.key == key_of(line)
    assert [field for field in again if field != "two lines"] == [field for field in entry if field != "two\nlines"]


def test_a_delta_takes_out_what_is_gone_and_puts_in_what_is_new() -> None:  # [proto-8.13]
    def placed(*plates: str) -> list[tuple[tuple[int, int], str, str]]:
        made = entries(*(f"{plate},,,,,,,,,,,,,,," for plate in plates))
        return sorted((place_of(entry.key, line_of(entry)), entry.key, line_of(entry)) for entry in made)

    old, new = placed("AB1", "AB2", "AB3"), placed("AB0", "AB2", "AB4", "AB5")
    lines = delta(old, new)
    assert lines[0] == "delta"
    assert [line for line in lines if line.startswith("-")] == [
        taken_out(old[0][1], old[0][2]),
        taken_out(old[2][1], old[2][2]),
    ]
    assert sorted(line for line in lines if line.startswith("+")) == sorted("+" + new[n][2] for n in (0, 2, 3))
    assert place_taken_out(lines[lines.index(taken_out(old[0][1], old[0][2]))]) == old[0][0]
    assert delta(old, old) == ["delta"]


@pytest.mark.parametrize("line", ["-", "-AB1", "-AB1 123", "-AB! 00000000", "- 00000000", f"-{'A' * 13} 00000000"])
def test_a_line_that_takes_nothing_out_is_none(line: str) -> None:  # [proto-8.13]
    with pytest.raises(FrameError):
        place_taken_out(line)


def test_the_id_is_the_crc_of_the_line() -> None:  # [proto-8.12]
    assert id_of("123456789") == 0xCBF43926  # the check value of CRC-32
