"""What is held of a person: all that an author wrote and that was made of it, as one document."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from listening.errors import StoreError
from listening.steps.forget import find_author
from listening.steps.lineage import exported, write_out
from listening.steps.runs import now
from listening.store import audit, schema
from listening.store.erasable import versions_of
from listening.store.lineage import Export
from listening.store.store import Store
from listening.text.pseudonym import keyed_hash

# What says nothing of the person: hashes that name content, and who of ours decided.
OURS = ("fingerprint", "author", "coder", "run", "queue", "undoes", "asked_by")
PARTS = {
    "verbatims": schema.verbatims,
    "etats_anterieurs": schema.former_verbatims,
    "lectures": schema.readings,
    "etiquettes": schema.tags,
    "relectures_demandees": schema.queue,
    "decisions": schema.verdicts,
}


def access(store: Store, name: str, *, key: bytes, actor: str, source: str | None = None) -> dict[str, Any]:
    """Give what is held of an author, by the name that sources give, in one source or in all; the audit notes it.

    Under each part its rows; `fichiers` are those in which the words went out. Raises StoreError when there is nothing.
    """
    found = find_author(store, name, key=key, source=source)
    if not found.places and not found.refused:
        raise StoreError(f"{store.place} : rien de cet auteur ; donnez son nom tel que la source l'écrit")
    at = now()
    held: dict[str, Any] = {"auteur": name, "le": at.isoformat()}
    versions = list(versions_of(store, [one.id for one in found.places]))
    held |= {part: list(_rows(store, table, versions)) for part, table in PARTS.items()}
    held["quarantaine"] = [{"source": one.source, "contenu": one.content} for one in found.refused]
    held["fichiers"] = [{"chemin": one.path, "le": one.at.isoformat()} for one in found.exports]
    counts = {part: len(held[part]) for part in (*PARTS, "quarantaine", "fichiers")}
    with store.transaction() as connection:
        subject = keyed_hash(key, name)
        audit.note(connection, at=at, actor=actor, action="access", subject=subject, detail=counts)
    return held


def write_access(store: Store, held: dict[str, Any], path: Path) -> None:
    """Write what is held into a file that its owner alone reads, and record it: erasure takes it away."""
    versions, at = [row["version"] for row in held["verbatims"]], now()

    def write() -> tuple[None, list[Export]]:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(held, file, ensure_ascii=False, indent=2)
        return None, [exported("access", path, versions=versions, at=at)]

    write_out(store, [path], write, kind="access", at=at)


def _rows(store: Store, table: Table, versions: Sequence[str]) -> Iterator[dict[str, Any]]:
    columns = [column for column in table.c if column.name not in OURS]
    query = select(*columns).where(table.c.version.in_(versions)).order_by(*table.primary_key)
    with store.transaction() as connection:
        for row in connection.execute(query).mappings():
            told = {name: value for name, value in row.items() if value is not None}
            yield {name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.items()}
