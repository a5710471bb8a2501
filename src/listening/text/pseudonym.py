"""Keyed hashes: who wrote stays recognisable to us, and unknown to whoever reads the store."""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

from listening.errors import ConfigurationError


def has_key(file: Path) -> bool:
    """Tell whether the secret key is there, so that `read_key` makes no new one."""
    return bool(os.environ.get("LISTENING_KEY")) or file.is_file()


def read_key(file: Path) -> bytes:
    """Give the secret key: `LISTENING_KEY` from the environment, else the file's, made with mode 0600 if absent."""
    if given := os.environ.get("LISTENING_KEY"):
        return given.encode()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if key := file.read_bytes():
            return key
        raise ConfigurationError(f"{file} est vide ; supprimez-le, une clé neuve sera faite") from None
    except OSError as error:
        raise ConfigurationError(f"{file} ne peut pas être créé ({error.strerror}) ; donnez LISTENING_KEY") from error
    with os.fdopen(descriptor, "wb") as stream:
        key = secrets.token_hex(32).encode()
        stream.write(key)
    return key


def keyed_hash(key: bytes, *parts: str) -> str:
    """Give a 32-hex-digit keyed hash (HMAC-SHA-256, RFC 2104, cut) of some words.

    >>> keyed_hash(b"secret", "marmotte38") == keyed_hash(b"secret", "marmotte38") != keyed_hash(b"autre", "marmotte38")
    True
    """
    return hmac.new(key, "\x1f".join(parts).encode(), "sha256").hexdigest()[:32]
