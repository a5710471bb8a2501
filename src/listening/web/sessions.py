"""What a browser holds of its session: a secret in a cookie, and in each form a token made of it."""

from __future__ import annotations

import hmac
import re
import secrets

SECRET = re.compile(r"[0-9a-f]{64}")


def new_secret() -> str:
    """Give a secret that nobody knew before."""
    return secrets.token_hex(32)


def secret_of(cookie: str | None) -> str | None:
    """Give the secret that a cookie holds, None where it cannot be one of ours.

    >>> secret_of("../etc/passwd"), secret_of(None), secret_of("0a" * 32) == "0a" * 32
    (None, None, True)
    """
    return cookie if cookie and SECRET.fullmatch(cookie) else None


def form_token(secret: str) -> str:
    """Give the token that the forms of a session carry: who has not its secret cannot make it, nor find it from there.

    Source: OWASP, Cross-Site Request Forgery Prevention Cheat Sheet, HMAC-based token pattern.
    """
    return hmac.new(secret.encode(), b"form", "sha256").hexdigest()


def holds(secret: str, token: str) -> bool:
    """Tell whether a form's token is that of the session."""
    return hmac.compare_digest(form_token(secret).encode(), token.encode())
