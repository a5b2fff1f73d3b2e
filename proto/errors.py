"""The one exception of this language: bytes that are no message."""


class FrameError(ValueError):
    """Bytes that are no message of this language; the text is a reason of a few words and holds none of the bytes."""
