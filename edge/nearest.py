"""A word that is not known -> the nearest one that is, as the end of a sentence."""


def nearest(word: str, words: list[str]) -> str:
    """`, did you mean 'x'?`, or nothing when no known word is like it."""
    from difflib import get_close_matches  # only when somebody has mistyped

    near = get_close_matches(word, words, 1, 0.5)
    return f", did you mean {near[0]!r}?" if near else ""
