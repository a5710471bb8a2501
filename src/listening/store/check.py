"""Whether a store is sound: its file, the form of its tables, what its rows say of one another, its audit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, exists, func, not_, or_, select
from sqlalchemy.exc import DatabaseError

from listening.records import POLARITIES
from listening.store import audit, cards, schema, words
from listening.store.erasure import begun
from listening.store.migrating import differences
from listening.store.store import Store

TEXTS, READINGS, TAGS = schema.verbatims, schema.readings, schema.tags


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how many faults it has (0: it is sound), and the first of them where they can be named.

    What is `mendable` says how in its name.
    """

    what: str
    faults: int
    example: str = ""
    mendable: bool = False


def check(store: Store) -> Iterator[Finding]:
    """Look at a store, thing after thing, no further than a damaged file; nothing is changed."""
    with store.snapshot() as connection:
        if connection.dialect.name == "sqlite":
            yield _named("fichier lisible de bout en bout", damage := _damage(connection))
            if damage:
                return
        yield _named("tables de la forme attendue", differences(connection))
        for what, query in _queries():
            names = connection.scalars(query.limit(1)).all()
            count = connection.scalar(select(func.count()).select_from(query.subquery())) if names else 0
            yield Finding(what, count or 0, names[0] if names else "")
    for what, faults in _mendable(store):
        yield replace(_named(what, faults), mendable=True)
    yield _named("journal des actions intact", [f"ligne {sequence}" for sequence in audit.broken(store)])


def _mendable(store: Store) -> Iterator[tuple[str, list[str]]]:
    again = "sinon, « listening store migrate --again »"
    yield f"mots : ceux des textes ({again})", list(words.unlike(store))
    yield f"fiches : ce que disent les autres tables ({again})", list(cards.outdated(store))
    left = [f"commencé le {one.at:%Y-%m-%d à %H:%M} UTC par {one.actor}" for one in begun(store)]
    yield "effacements : menés à leur fin (sinon, « listening forget --resume »)", left


def _queries() -> Iterator[tuple[str, Any]]:
    """Give, of each thing that rows must say of one another, the name and the rows that do not."""
    named = {"segments": schema.segments, "lectures": READINGS, "reprises": schema.copies, "questions": schema.queue}
    named |= {"étiquettes vues": schema.shown, "mots": schema.words_found}
    for name, table in named.items():
        known = exists().where(TEXTS.c.version == table.c.version)
        yield f"{name} : leur verbatim est là", select(table.c.version).where(~known)
    read = exists().where(*(READINGS.c[name] == TAGS.c[name] for name in ("version", "model", "codebook")))
    yield "étiquettes : leur lecture est là", select(TAGS.c.version).where(~read)
    grouped = exists().where(schema.copies.c.version == schema.copy_bands.c.version)
    yield "signatures : leur groupe est là", select(schema.copy_bands.c.version).where(~grouped)
    for table, name in ((schema.segments, "segments"), (TAGS, "étiquettes")):
        inside = (table.c.start >= 0, table.c.start <= table.c.stop, table.c.stop <= func.length(TEXTS.c.text))
        outside = select(table.c.version).join(TEXTS, TEXTS.c.version == table.c.version)
        yield f"{name} : dans leur texte", outside.where(or_(*map(not_, inside)))
    between = [TAGS.c[name].between(0, 1) for name in ("probability", "polarity_probability")]
    yield "étiquettes : probabilités de 0 à 1", select(TAGS.c.version).where(or_(*map(not_, between)))
    moods = [READINGS.c[name].between(0, 1) for name in POLARITIES]
    yield "lectures : probabilités de 0 à 1", select(READINGS.c.version).where(or_(*map(not_, moods)))
    several = select(TEXTS.c.id).where(TEXTS.c.current).group_by(TEXTS.c.id)
    yield "verbatims : une version courante au plus", several.having(func.count() > 1)
    verdicts, undone = schema.verdicts, schema.verdicts.alias()
    dangling = verdicts.c.undoes.is_not(None) & ~exists().where(undone.c.id == verdicts.c.undoes)
    yield "verdicts : ce qu'ils reprennent est là", select(verdicts.c.id).where(dangling)


def _damage(connection: Connection) -> list[str]:
    try:
        told = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    except DatabaseError as error:  # damaged where the check itself begins
        told = [str(error.orig)]
    return [] if told == ["ok"] else list(told)


def _named(what: str, faults: list[str]) -> Finding:
    return Finding(what, len(faults), faults[0] if faults else "")
