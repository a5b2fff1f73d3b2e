"""golden.json against the code, both ways: made again from the fields, and read back from the hex."""

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgpack
import pytest

from proto import asks, base, batches, control, events, golden, heads
from proto.dosage import decode_dosage
from proto.errors import FrameError
from proto.plates import unpacked

WRITTEN: dict[str, list[dict[str, Any]]] = json.loads((Path(golden.__file__).parent / "golden.json").read_text())


def _named(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", WRITTEN[kind], ids=lambda vector: vector.get("name", vector.get("vrm")))


def _but_zstd(document: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {
        kind: [{**vector, "hex": None} if vector.get("zstd") else vector for vector in vectors]
        for kind, vectors in document.items()
    }


def test_the_file_is_what_the_code_makes() -> None:  # [proto-2.1] [proto-3.3] [proto-4.2] [proto-6.1]
    assert _but_zstd(json.loads(json.dumps(golden.document()))) == _but_zstd(WRITTEN)


@_named("bodies")
def test_a_body_reads_back(vector: dict[str, Any]) -> None:  # [proto-3.6]
    body = bytes.fromhex(vector["hex"])
    assert golden.spelled(events.decode(body)) == vector["fields"]
    assert events.encode(events.decode(body)) == body


@_named("bodies")
def test_a_body_s_array_is_its_fields_in_order(vector: dict[str, Any]) -> None:  # [proto-3.3] [proto-3.9]
    array = msgpack.unpackb(bytes.fromhex(vector["hex"]))
    *said, more = vector["fields"].values()
    epochs = {"parent", "epoch", "shift", "link", "model"} & vector["fields"].keys()
    said = [
        bytes.fromhex(value) if name in epochs and value else value
        for name, value in zip(vector["fields"], said, strict=False)
    ]
    while not more and said[-1] is None:
        said.pop()
    assert array == [*said, *more]


@_named("batches")
def test_a_batch_reads_back(vector: dict[str, Any]) -> None:  # [proto-2.1]
    message = bytes.fromhex(vector["hex"])
    assert golden.spelled_batch(batches.decode(message)) == vector["fields"]
    assert bool(msgpack.unpackb(message)[6] & 2) == vector["zstd"]


def _flat(read: Any) -> dict[str, object]:  # noqa: ANN401 - of base's three messages
    return {field.name: golden.plain(getattr(read, field.name)) for field in fields(read)}


SPELLED: dict[str, Callable[[bytes], object]] = {
    **dict.fromkeys(("receipt", "again", "held"), lambda message: golden.spelled_held(control.decode_held(message))),
    "refused": lambda message: golden.spelled_refused(control.decode_refused(message)),
    "hello": lambda message: control.decode_hello(message).hex(),
    "want": control.decode_want,
    "ask": lambda message: golden.spelled_ask(asks.decode_ask(message)),
    "answer": lambda message: golden.spelled_ask(asks.decode_answer(message)),
    "head": lambda message: golden.spelled_heads(heads.decode_heads(message)),
    "confirm": lambda message: _flat(base.decode_confirm(message)),
    "confirmed": lambda message: _flat(base.decode_confirmed(message)),
    "note": lambda message: _flat(base.decode_note(message)),
    "dosage": lambda message: golden.spelled_dosage(decode_dosage(message)),
}


@_named("messages")
def test_a_message_reads_back(vector: dict[str, Any]) -> None:
    # [proto-9.6] [proto-9.7] [proto-9.8]
    # [proto-4.2] [proto-4.6] [proto-4.7] [proto-4.8] [proto-10.2] [proto-10.3] [proto-11.4] [proto-12.3]
    assert SPELLED[vector["name"]](bytes.fromhex(vector["hex"])) == vector["fields"]


@_named("plates")
def test_a_plate_has_its_key(vector: dict[str, Any]) -> None:  # [proto-6.1] [proto-6.5]
    assert golden.plate(vector["vrm"]) == vector
    assert vector["packed"] is None or unpacked(int(vector["packed"])) == vector["key"]


@_named("none of this language")
def test_what_is_none_is_refused(vector: dict[str, Any]) -> None:  # [proto-2.13] [proto-3.13] [proto-4.1]
    decode = {"body": events.decode, "batch": batches.decode, "receipt": control.decode_held}[vector["as"]]
    with pytest.raises(FrameError):
        decode(bytes.fromhex(vector["hex"]))


def test_each_bad_batch_is_bad_for_one_reason_only() -> None:
    sound = "9901c4080123456789abcdefc408b007b007b007b00702010100c0c40101"
    assert batches.decode(bytes.fromhex(sound)).bodies == [b"\x01"]
    for vector in WRITTEN["none of this language"]:
        if vector["as"] == "batch":
            assert sum(a != b for a, b in zip(vector["hex"], sound, strict=False)) <= 2, vector["name"]
