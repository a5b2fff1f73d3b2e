"""Bytes -> XML messages, each ended by the closing tag of its root, whatever that is called; pictures are kept apart.

    <?xml version="1.0"?>          may lack; where there is one, a message begins
    <ANPR> ... </ANPR>             the first tag names the root; its closing tag ends the message
        <IMAGE_OCR>/9j/4AAQ...     what stands in an element of that kind does not count against the message's bound

Only tags are looked for here; what they mean is `tattile.py`'s, which hands a whole message to a real parser.
"""

import binascii
import re
from dataclasses import dataclass, field
from typing import Final

from drivers.readings import Junk, Reason

MAX_TEXT: Final = 16 * 1024  # bytes of a message without its pictures; 80 elements take 4 kB
MAX_PICTURE: Final = 400 * 1024  # characters of base64: a JPEG of 300 kB; a larger one is let go of, its message not
MAX_PICTURES: Final = 2

_OPENING: Final = re.compile(rb"<([A-Za-z_][A-Za-z0-9_.:-]*)(?:\s[^<>]*)?/?>")
_DECLARATION: Final = b"<?xml"
_PICTURE: Final = b"IMAGE_"
_LONG_TAGS: Final = {
    b"<!--": re.compile(rb".*?(?:-->|(?=<\?xml))", re.DOTALL),
    b"<![CDATA[": re.compile(rb".*?(?:\]\]>|(?=<\?xml))", re.DOTALL),
    b"<!DOCTYPE": re.compile(rb"[^\[>]*?(?:>|(?=<\?xml)|\[.*?(?:\]\s*>|(?=<\?xml)))", re.DOTALL),
}
"""Those that may hold a `<` or a `>`, and what follows their beginning: their end, or a declaration that breaks them off."""
_EDGE: Final = re.compile(rb"[<>]")
_RUN: Final = re.compile(rb"<+(?=<)")  # noise in one piece


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message without what stood in its pictures. No repr: it holds a plate."""

    text: bytes = field(repr=False)
    pictures: tuple[bytes, ...] = field(repr=False)


class Messages:
    """What waits for its closing tag."""

    def __init__(self) -> None:
        self._rest = b""
        """A tag that is not all there."""
        self._text = bytearray()
        """The message so far, its prolog too."""
        self._root: bytes | None = None
        self._pictures: list[bytearray | None] = []
        self._in_picture = False

    def feed(self, data: bytes) -> list[Message | Junk]:
        buffer, at = self._rest + data, 0
        found: list[Message | Junk] = []
        while (end := _token_end(buffer, at)) > at:
            token, at = buffer[at:end], end
            found += self._tag(token) if _is_tag(token) else self._words(token)
            if len(self._text) > MAX_TEXT:
                found += self._given_up("too long")
        self._rest = buffer[at:]
        if len(self._rest) > MAX_TEXT:
            self._text += self._rest
            self._rest = b""
            found += self._given_up("too long")
        return found

    def close(self) -> list[Junk]:
        """The message that has no end, as junk; as new afterwards."""
        self._text += self._rest
        self._rest = b""
        return self._given_up("cut off")

    def _words(self, token: bytes) -> list[Message | Junk]:
        """What stands between tags; between messages it is noise, but for line ends."""
        if self._in_picture:
            self._add_to_picture(token)
        elif self._root is not None or (self._text and not token.strip()):
            self._text += token
        else:
            noise = token.translate(None, b"\r\n")
            return [*self._given_up("cut off"), *([Junk(noise, "noise")] if noise else [])]
        return []

    def _tag(self, token: bytes) -> list[Message | Junk]:
        if token.startswith(_DECLARATION):
            cut_off = self._given_up("cut off")
            self._text += token
            return [*cut_off]
        opening = _OPENING.fullmatch(token)
        if self._root is None:
            return self._begin(token, opening)
        self._text += token
        self._in_picture = bool(opening and opening[1].startswith(_PICTURE) and not token.endswith(b"/>"))
        if self._in_picture:
            self._pictures.append(bytearray() if len(self._pictures) < MAX_PICTURES else None)
        is_end = token.startswith(b"</") and token[2:-1].strip() == self._root
        return [self._ended()] if is_end else []

    def _begin(self, token: bytes, opening: re.Match[bytes] | None) -> list[Message | Junk]:
        """A tag outside of any root."""
        if opening is None and not token.startswith((b"<?", b"<!")):
            return [*self._given_up("cut off"), Junk(token, "noise")]
        self._text += token
        self._root = opening[1] if opening else None
        return [self._ended()] if opening and token.endswith(b"/>") else []

    def _add_to_picture(self, token: bytes) -> None:
        picture = self._pictures[-1]
        if picture is not None and len(picture) + len(token) <= MAX_PICTURE:
            picture += token
        else:
            self._pictures[-1] = None

    def _ended(self) -> Message:
        message = Message(bytes(self._text), tuple(filter(None, map(_decoded, self._pictures))))
        self._given_up("noise")
        return message

    def _given_up(self, reason: Reason) -> list[Junk]:
        """All that waits, but for an unfinished tag. What stood in pictures is not counted."""
        text, self._root = bytes(self._text), None
        self._text.clear()
        self._pictures, self._in_picture = [], False
        return [Junk(text, reason)] if text else []


def _token_end(buffer: bytes, at: int) -> int:
    """Where the tag or the words that begin at `at` end; `at` when more bytes must tell."""
    opens = buffer.find(b"<", at)
    if opens != at:
        return opens if opens > 0 else len(buffer)
    for head, rest in _LONG_TAGS.items():
        if buffer.startswith(head, at):
            whole = rest.match(buffer, at + len(head))
            return whole.end() if whole else at
    if run := _RUN.match(buffer, at):
        return run.end()
    edge = _EDGE.search(buffer, at + 1)
    if edge is None:
        return at
    return edge.end() if edge[0] == b">" else edge.start()  # a tag holds no `<`: this one was broken off


def _is_tag(token: bytes) -> bool:
    return token.startswith(b"<") and token.endswith(b">")


def _decoded(picture: bytearray | None) -> bytes:
    """b"" for what is none."""
    try:
        return binascii.a2b_base64(picture or b"")
    except binascii.Error:
        return b""
