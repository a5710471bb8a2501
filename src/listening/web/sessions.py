"""Sessions: a signed cookie says who came in and when; forms carry a token that only its page could know."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

LASTING = timedelta(hours=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """An open session; `coder` is None before the door, `stamp` stands for the password that opened it."""

    id: str
    began: float
    coder: str | None = None
    stamp: str = ""


class Sessions:
    """The sessions of one server: its key is new at each start, which ends those that were open."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._cookies = URLSafeSerializer(self._key, salt="session")
        self._ended: dict[str, float] = {}

    def begin(self, *, at: datetime, coder: str | None = None, stamp: str = "") -> Session:
        """Give a new session, with an id that nobody knew before."""
        return Session(id=secrets.token_hex(16), began=at.timestamp(), coder=coder, stamp=stamp)

    def cookie(self, session: Session) -> str:
        """Give the value of the cookie that carries a session."""
        value: str = self._cookies.dumps(asdict(session))
        return value

    def read(self, cookie: str | None, *, at: datetime) -> Session | None:
        """Give the session of a cookie; None where it was forged, has ended, or is too old."""
        try:
            session = Session(**self._cookies.loads(cookie or ""))
        except BadSignature:
            return None
        old = at.timestamp() - session.began >= LASTING.total_seconds()
        return None if old or session.id in self._ended else session

    def end(self, session: Session, *, at: datetime) -> None:
        """End a session: its cookie opens nothing any more."""
        oldest = at.timestamp() - LASTING.total_seconds()
        self._ended = {name: began for name, began in self._ended.items() if began > oldest} | {
            session.id: session.began
        }

    def token(self, session: Session) -> str:
        """Give the token that the forms of a session carry."""
        return hmac.new(self._key, f"form:{session.id}".encode(), "sha256").hexdigest()

    def holds(self, session: Session, token: str) -> bool:
        """Tell whether a form's token is that of the session."""
        return hmac.compare_digest(self.token(session).encode(), token.encode())
