"""What people decided on verbatims: added, and read in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

from sqlalchemy import select

from listening.records import CodeVerdict, Verdict
from listening.store import audit, schema
from listening.store.store import Store
from listening.store.turns import present

TABLE = schema.verdicts


def add_verdicts(store: Store, verdicts: Sequence[Verdict]) -> None:
    """Add verdicts and the lines of the audit that tell of them, all or none; their notes are already masked.

    The note on a version that was erased stays out, as those of before went.
    """
    with store.writing() as connection:
        kept = present(connection, {one.version for one in verdicts})
        for one in verdicts:
            row = asdict(one if one.version in kept else replace(one, note=""))
            connection.execute(TABLE.insert().values(**row | {"codes": list(row["codes"])}))
            detail = {"verdict": one.id, "state": one.state, "codes": [code.code for code in one.codes]}
            audit.note(connection, at=one.at, actor=one.coder, action=one.origin, subject=one.verbatim, detail=detail)


def verdicts(
    store: Store, *, verbatim: str | None = None, coder: str | None = None, codebook: str | None = None
) -> Iterator[Verdict]:
    """Give the verdicts on a verbatim, of a coder, under a codebook, or all, the oldest first."""
    query = select(TABLE).order_by(TABLE.c.at, TABLE.c.id)
    for name, value in (("verbatim", verbatim), ("coder", coder), ("codebook", codebook)):
        if value is not None:
            query = query.where(TABLE.c[name] == value)
    with store.snapshot() as connection:
        for row in connection.execute(query).mappings():
            yield Verdict(**dict(row) | {"codes": tuple(CodeVerdict(**code) for code in row["codes"])})
