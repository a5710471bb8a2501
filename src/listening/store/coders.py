"""Who may open the pages, and as what: accounts are added, shown and disabled, never taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import Connection, delete, select, update

from listening.errors import ConfigurationError
from listening.store import audit, schema
from listening.store.engine import upsert
from listening.store.store import Store

Role = Literal["reader", "coder", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
TABLE = schema.coders
NAME = re.compile(r"[^\W_][\w.-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coder:
    """An account: a reader reads, a coder codes too, an admin also adjudicates; `password` is its hash."""

    name: str
    role: Role
    password: str
    created_at: datetime
    disabled: bool = False


def add_coder(store: Store, coder: Coder, *, by: str) -> None:
    """Add an account, or give the one of that name this role and password; it may open the pages again.

    Its sessions end with the change. Raises ConfigurationError when the name cannot be one.
    """
    if not NAME.fullmatch(coder.name):
        raise ConfigurationError(
            f"nom refusé : « {coder.name} » ; prenez 1 à 40 lettres, chiffres, points, tirets ou soulignés"
        )
    row = {"name": coder.name, "role": coder.role, "password": coder.password}
    with store.transaction() as connection:
        upsert(connection, TABLE, [row | {"created_at": coder.created_at, "disabled": coder.disabled}])
        _end_sessions(connection, coder.name)
        detail = {"role": coder.role}
        audit.note(connection, at=coder.created_at, actor=by, action="compte", subject=coder.name, detail=detail)


def coders(store: Store) -> Iterator[Coder]:
    """Give all accounts, by name."""
    with store.transaction() as connection:
        for row in connection.execute(select(TABLE).order_by(TABLE.c.name)):
            yield Coder(**row._mapping)


def coder_named(store: Store, name: str) -> Coder | None:
    """Give an account, None where there is none of that name, or it cannot be one."""
    if not NAME.fullmatch(name):
        return None
    with store.transaction() as connection:
        row = connection.execute(select(TABLE).where(TABLE.c.name == name)).first()
    return Coder(**row._mapping) if row else None


def disable_coder(store: Store, name: str, *, at: datetime, by: str) -> None:
    """Close an account and end its sessions: what it coded stays.

    Raises ConfigurationError when there is none of that name.
    """
    with store.transaction() as connection:
        closed = connection.execute(update(TABLE).where(TABLE.c.name == name).values(disabled=True))
        if not closed.rowcount:
            raise ConfigurationError(f"compte inconnu : « {name} » ; « listening coder list » donne la liste")
        _end_sessions(connection, name)
        audit.note(connection, at=at, actor=by, action="compte fermé", subject=name, detail={})


def note_entrance(store: Store, name: str, *, at: datetime, admitted: bool) -> None:
    """Tell the audit that an account was let in, or that its password was wrong."""
    with store.transaction() as connection:
        action = "connexion" if admitted else "connexion refusée"
        audit.note(connection, at=at, actor=name, action=action, subject=name, detail={})


def _end_sessions(connection: Connection, name: str) -> None:
    connection.execute(delete(schema.sessions).where(schema.sessions.c.coder == name))
