"""Tattile's XML over TCP -> `PlateSeen`, one a message, whether a message has a connection of its own or not.

    <?xml version="1.0" encoding="UTF-8"?>
    <ANPR>                                              any root
      <PLATE_STRING>AB12CDE</PLATE_STRING>              the fields: see `tattile_fields.py`
      <DATE>2026-11-23</DATE><TIME>18-31-05-120</TIME>
      <OCRSCORE>093</OCRSCORE> ...
      <IMAGE_OCR>/9j/4AAQ...</IMAGE_OCR>                JPEG in base64; IMAGE_CTX too
    </ANPR>

A message ends at its root's closing tag (Vega One keeps the connection open): see `xml_messages.py`. One with a document
type is junk "unsafe markup" before anything in it is expanded or fetched. Of an element that comes twice the first counts.
Pictures are handed on with the reading when they are small enough; in junk they are not counted.

Neither readings nor junk: line ends between messages. There is no checksum of its own: it comes by TCP.
"""

from dataclasses import replace
from typing import ClassVar, Final
from xml.parsers import expat

from drivers.anpr.tattile_fields import fields_of, reading_of
from drivers.anpr.xml_messages import Message, Messages
from drivers.dialect import Guard, LineSettings
from drivers.readings import Junk, PlateSeen, Reason

_ROOT: Final = "ANPR"
_ESCAPED: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class _UnsafeError(Exception):
    """The message has a document type."""


class Tattile:
    """One camera's connection, or all that it makes one after the other."""

    name: ClassVar[str] = "tattile"
    about: ClassVar[str] = "Tattile Vega and relatives over TCP: XML messages of any root with PLATE_STRING"
    line: ClassVar[LineSettings] = LineSettings()
    checksum: ClassVar[Guard | None] = "tcp"
    greeting: ClassVar[bytes] = b""

    def __init__(self) -> None:
        self._messages = Messages()

    def feed(self, data: bytes, /) -> list[PlateSeen | Junk]:
        return [each if isinstance(each, Junk) else _understood(each) for each in self._messages.feed(data)]

    def close(self) -> list[PlateSeen | Junk]:
        return [*self._messages.close()]

    def encode(self, reading: PlateSeen, /) -> bytes:
        """Without pictures. ValueError: a value that XML cannot hold, or does not give back as it was."""
        elements = [f"  <{name}>{value.translate(_ESCAPED)}</{name}>" for name, value in fields_of(reading).items()]
        lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<{_ROOT}>", *elements, f"</{_ROOT}>", ""]
        message = "\r\n".join(lines).encode()
        got = _understood(Message(message, ()))
        if not isinstance(got, PlateSeen) or got.vrm != reading.vrm:
            raise ValueError("XML cannot say this plate")
        return message


def _understood(message: Message) -> PlateSeen | Junk:
    said = _parsed(message.text)
    seen = said if isinstance(said, str) else reading_of(said, "tcp")
    if isinstance(seen, str):
        return Junk(message.text, seen)
    if not message.pictures:
        return seen
    return replace(seen, pictures=message.pictures)


def _parsed(text: bytes) -> dict[str, str] | Reason:
    """The elements' own texts by their names, the root's aside."""
    elements = _Elements()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = elements.began
    parser.EndElementHandler = elements.ended
    parser.CharacterDataHandler = elements.said
    try:
        parser.Parse(text, True)
    except _UnsafeError:
        return "unsafe markup"
    except (expat.ExpatError, ValueError, LookupError):  # the last two: an encoding that is none, or not of one byte
        return "bad field"
    return elements.texts


class _Elements:
    """What the parser tells -> the text of each element."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self._open: list[tuple[str, list[str]]] = []

    def began(self, name: str, _: dict[str, str]) -> None:
        self._open.append((name, []))

    def said(self, text: str) -> None:
        self._open[-1][1].append(text)

    def ended(self, _: str) -> None:
        name, texts = self._open.pop()
        if self._open:
            self.texts.setdefault(name.upper(), "".join(texts))


def _refuse(*_: object) -> None:
    raise _UnsafeError
