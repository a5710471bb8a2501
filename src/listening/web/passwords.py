"""Passwords, kept as Argon2id hashes only."""

from __future__ import annotations

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from listening.errors import ConfigurationError

LEAST, MOST = 12, 256  # characters: NIST SP 800-63B-4 asks for length, not for kinds of characters
_hasher = PasswordHasher()  # RFC 9106, low-memory profile: 64 MiB a hash
_at_once = BoundedSemaphore(2)  # so that many tries do not take all the memory


def hashed(password: str) -> str:
    """Give the hash under which a password is kept. Raises ConfigurationError when it is too short or too long."""
    if not LEAST <= len(password) <= MOST:
        raise ConfigurationError(
            f"mot de passe de {len(password)} caractères ; il en faut de {LEAST} à {MOST} : une phrase convient"
        )
    return _hasher.hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Tell whether a password is the one kept; it takes as long where none is kept, so that names do not show.

    >>> matches("une phrase de passe", hashed("une phrase de passe")), matches("une phrase de passe", None)
    (True, False)
    """
    try:
        with _at_once:
            return _hasher.verify(kept or _nobodys(), password[: MOST + 1]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _hasher.hash("le mot de passe de personne")
