"""Who is in: the sessions that are open, kept as hashes of what their browsers hold, for all that serve the store."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import and_, delete, select, update

from listening.store import schema
from listening.store.coders import Coder
from listening.store.store import Store

LASTING = timedelta(hours=10)
TABLE, ACCOUNTS = schema.sessions, schema.coders


def begin_session(store: Store, coder: Coder, secret: str, *, at: datetime) -> bool:
    """Open a session for an account, by the secret that its browser will hold; those that are too old go.

    Gives whether it was opened: an account that was changed or closed since it was read opens none.
    """
    same = and_(ACCOUNTS.c.name == coder.name, ACCOUNTS.c.password == coder.password, ACCOUNTS.c.disabled.is_(False))
    with store.transaction() as connection:
        # written as it is, the account is held until the session is there: whoever changes it then ends the session
        if not connection.execute(update(ACCOUNTS).where(same).values(disabled=False)).rowcount:
            return False
        connection.execute(TABLE.insert().values(id=_hash(secret), coder=coder.name, began=at))
        connection.execute(delete(TABLE).where(TABLE.c.began <= at - LASTING))
    return True


def whose_session(store: Store, secret: str, *, at: datetime) -> Coder | None:
    """Give the account of an open session, None where there is none, or it is too old, or its account is closed."""
    here = and_(TABLE.c.id == _hash(secret), TABLE.c.began > at - LASTING, ACCOUNTS.c.disabled.is_(False))
    query = select(ACCOUNTS).join(TABLE, TABLE.c.coder == ACCOUNTS.c.name).where(here)
    with store.transaction() as connection:
        row = connection.execute(query).first()
    return Coder(**row._mapping) if row else None


def end_session(store: Store, secret: str) -> None:
    """End a session: its secret opens nothing any more."""
    with store.transaction() as connection:
        connection.execute(delete(TABLE).where(TABLE.c.id == _hash(secret)))


def _hash(secret: str) -> str:
    """Give the name of a session: its secret is drawn at random and long, so that no salt is needed."""
    return sha256(secret.encode()).hexdigest()
