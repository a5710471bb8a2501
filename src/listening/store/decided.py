"""The verbatims that people decided on, as a model may learn from them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, func, select

from listening.store import schema
from listening.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A current verbatim with verdicts: its words, what is told beside them, the group of its copies.

    `drawn` is the probability with which a random audit drew it, None where none did.
    """

    version: str
    text: str
    question: str | None
    channel: str
    source: str
    stars: float | None
    group: str
    drawn: float | None


def decided_places(store: Store, *, codebook: str) -> dict[str, Place]:
    """Give by version the current verbatims on which there are verdicts under a codebook.

    What was edited since or taken back is left out.
    """
    texts, copies, queue, verdicts = schema.verbatims, schema.copies, schema.queue, schema.verdicts
    audits = (
        select(queue.c.version, func.max(queue.c.probability).label("drawn"))
        .where(queue.c.reason == "audit")
        .group_by(queue.c.version)
        .subquery()
    )
    names = [name for name in Place.__dataclass_fields__ if name in texts.c]
    group = func.coalesce(copies.c.original, texts.c.version).label("group")
    query = (
        select(*(texts.c[name] for name in names), group, audits.c.drawn)
        .outerjoin(copies, copies.c.version == texts.c.version)
        .outerjoin(audits, audits.c.version == texts.c.version)
    )
    judged = select(verdicts.c.version).where(verdicts.c.codebook == codebook)
    with store.transaction() as connection:
        rows = connection.execute(query.where(and_(texts.c.current, texts.c.version.in_(judged)))).mappings()
        return {row["version"]: Place(**row) for row in rows}
