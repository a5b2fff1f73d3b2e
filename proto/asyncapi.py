"""The language as it stands in code -> an AsyncAPI 3.0 document: `python -m proto.asyncapi > docs/asyncapi.json`.

For whoever plans an end of their own; the law is SPEC.md. Operations are those of a car.
"""

import json
from typing import Final

from proto import batches, golden, schemas, topics
from proto.lanes import Lane
from proto.schemas import Node


def document() -> Node:
    """The whole document, JSON-ready."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Patrol Edge: between car and headquarters",
            "version": f"{batches.VERSION}.0.0",
            "description": "Events of police cars, each stored at headquarters once, and the receipts for them. "
            "Operations are a car's. Bytes are written as hexadecimal digits; arrays are positional msgpack arrays.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/msgpack",
        "channels": {word: _channel(word, address) for word, address in _ADDRESSES.items()},
        "operations": {word: _operation(word, address) for word, address in _ADDRESSES.items()},
        "components": {
            "messages": {word: _message(word, payload) for word, payload in schemas.payloads().items()},
            "schemas": schemas.shared(),
        },
    }


_ADDRESSES: Final = {
    "batch": topics.up("{vehicle}", "{lane}"),
    "held": topics.up("{vehicle}", "held"),
    "want": topics.up("{vehicle}", "want"),
    "confirm": topics.up("{vehicle}", "confirm"),
    "ask": topics.up("{vehicle}", "ask"),
    "receipt": topics.down("{vehicle}", "receipt"),
    "again": topics.down("{vehicle}", "again"),
    "refused": topics.down("{vehicle}", "refused"),
    "confirmed": topics.down("{vehicle}", "confirmed"),
    "note": topics.down("{vehicle}", "note"),
    "answer": topics.down("{vehicle}", "answer"),
    "head": topics.down("{vehicle}", "head"),
    "dosage": topics.down("{vehicle}", "dosage"),
    "hello": topics.HELLO,
}
_SUMMARIES: Final = {
    "batch": "Events of one lane of one epoch: the numbers first..last. [proto-2]",
    "held": "The receipted ranges that the car still has, at every connection and every 10 minutes. [proto-4.5]",
    "want": "The states that the car lacks. [proto-4.8]",
    "confirm": "Whether the entry of a hit still stands. [proto-9.6]",
    "confirmed": "What headquarters' newest version of the list says of it. [proto-9.7]",
    "note": "What headquarters says of a hit; again until it was shown. [proto-9.8]",
    "ask": "A look-up of the crew, handed on while the car answers from what it carries. [proto-10.2]",
    "answer": "What headquarters knows of it. [proto-10.3]",
    "head": "The last audit event that headquarters holds of an epoch. [proto-11.4]",
    "receipt": "Ranges that headquarters has committed, or knows as dropped. [proto-4.4]",
    "again": "Ranges that headquarters lacks: to be sent again. [proto-4.5]",
    "refused": "A coverage that headquarters could not read: to be sent one by one. [proto-4.6]",
    "dosage": "What the boxes of a forecast have had from all cars, so that they do not follow each other. [proto-12.3]",
    "hello": "Headquarters is there (again): everything unanswered is due at once. [proto-4.7, proto-5.3]",
}
_PARAMETERS: Final = {
    "vehicle": {"description": "1 to 32 of a-z, 0-9 and hyphen, not `all`; the certificate's common name. [proto-1.3]"},
    "lane": {"enum": [lane.word for lane in Lane], "description": "Most urgent first. [proto-2.3]"},
}


def _channel(word: str, address: str) -> Node:
    parameters = {name: about for name, about in _PARAMETERS.items() if f"{{{name}}}" in address}
    return {
        "address": address,
        "messages": {word: {"$ref": f"#/components/messages/{word}"}},
        **({"parameters": parameters} if parameters else {}),
    }


def _operation(word: str, address: str) -> Node:
    return {
        "action": "send" if "/up/" in address else "receive",
        "channel": {"$ref": f"#/channels/{word}"},
        "summary": _SUMMARIES[word],
        "bindings": {"mqtt": {"qos": 0 if word == "receipt" else 1, "retain": False, "bindingVersion": "0.2.0"}},
    }


def _message(word: str, payload: Node) -> Node:
    return {
        "summary": _SUMMARIES[word],
        "payload": payload,
        "examples": [
            {"name": vector["name"], "payload": schemas.spelled(bytes.fromhex(str(vector["hex"])))}
            for vector in _vectors(word)
        ],
    }


def _vectors(word: str) -> list[Node]:
    made = golden.document()
    if word == "batch":  # of a compressed one the bytes depend on the library
        return [vector for vector in made["batches"] if not vector["zstd"]]
    return [vector for vector in made["messages"] if vector["name"] == word]


if __name__ == "__main__":
    print(json.dumps(document(), ensure_ascii=False, indent=1))
