"""A PIN and its hash -> whether it is right. Takes tens of milliseconds and 19 MB: never on the event loop."""

from typing import Final

NOBODY: Final = "$argon2id$v=19$m=19456,t=2,p=1$cGF0cm9sLWVkZ2Uhbm9ib2R5$J5uVbIt3wpEPzQi5MMDbRrQ9Z5i7y1vY3P3Cw0mVbIs"
"""In place of an unknown officer's hash, so that the answer takes as long."""


def is_right(pin: str, pin_hash: str) -> bool:
    """By argon2id, with the parameters that the hash names. False as well for what is no hash."""
    from argon2 import PasswordHasher  # not before somebody logs on: it costs memory
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(pin_hash, pin)
    except (VerificationError, InvalidHashError):
        return False
