"""What a report is made again from: the codebooks that runs used, the files that went out, and runs themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

import yaml
from sqlalchemy import RowMapping, and_, delete, func, select, union

from listening.codebook import Codebook
from listening.errors import StoreError
from listening.records import Run, content_id
from listening.store import schema
from listening.store.engine import upsert
from listening.store.store import Store
from listening.store.tombstones import AUTHOR, MARK, ROW
from listening.store.turns import present

Kind = Literal["report", "table", "list", "workbook", "access"]
TABLE = schema.exports
UNWRITTEN = ""  # the sha256 of a file that is not written yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file that went out: where and when, its sha256, and the versions of verbatims whose words it holds.

    `run` is the id of the run that wrote it, None outside of one.
    """

    kind: Kind
    path: str
    sha256: str
    versions: tuple[str, ...]
    at: datetime
    run: str | None = None

    @property
    def id(self) -> str:
        """Id of the file: the same content at the same place went out once."""
        return content_id(self.path, self.sha256)


COLUMNS = [TABLE.c[name] for name in Export.__dataclass_fields__]


def announce(store: Store, paths: Iterable[str], *, kind: Kind, at: datetime, run: str | None) -> None:
    """Record files that are about to be written with words: cut before its end, the writing is known to erasure."""
    unwritten = [Export(kind=kind, path=path, sha256=UNWRITTEN, versions=(), at=at, run=run) for path in paths]
    with store.writing() as connection:
        upsert(connection, TABLE, [_row(one) for one in unwritten])


def add_exports(store: Store, exports: Sequence[Export]) -> list[Export]:
    """Record files that went out; one that went out before with the same content, at the same place, is known.

    None is recorded, and those that hold words of it are given, where something was erased since it was read.
    """
    versions = {version for one in exports for version in one.versions}
    rows = {one.id: _row(one) for one in exports}
    with store.writing() as connection:
        if gone := versions - present(connection, versions):
            return [one for one in exports if not gone.isdisjoint(one.versions)]
        there = set(connection.scalars(select(TABLE.c.id).where(TABLE.c.id.in_(list(rows)))))
        upsert(connection, TABLE, [row for name, row in rows.items() if name not in there])
        written = TABLE.c.path.in_([one.path for one in exports])
        connection.execute(delete(TABLE).where(TABLE.c.sha256 == UNWRITTEN, written))
    return []


def unwritten(store: Store, *, without: Collection[str]) -> list[Export]:
    """Give the files that were announced and not written to the end, but for those of some runs."""
    cut = TABLE.c.run.is_(None) | TABLE.c.run.not_in(without)
    with store.transaction() as connection:
        rows = connection.execute(select(*COLUMNS).where(TABLE.c.sha256 == UNWRITTEN, cut)).mappings()
        return [_export(row) for row in rows]


def forget_unwritten(store: Store, exports: Iterable[Export]) -> None:
    """Take out files that were announced and will not be written."""
    with store.transaction() as connection:
        connection.execute(delete(TABLE).where(TABLE.c.id.in_([one.id for one in exports])))


def keep_codebook(store: Store, codebook: Codebook) -> str:
    """Keep the content of a codebook, once; give its hash."""
    content = written(codebook)
    name = sha256(content.encode()).hexdigest()
    with store.transaction() as connection:
        row = {"hash": name, "reference": codebook.reference, "content": content}
        upsert(connection, schema.codebooks, [row])
    return name


def written(codebook: Codebook) -> str:
    """Give a codebook as YAML, always the same for the same codes in the same order, whatever the file they came in.

    >>> from listening.codebook import load_codebook
    >>> Codebook.model_validate(yaml.safe_load(written(load_codebook()))) == load_codebook()
    True
    """
    content = codebook.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)


def kept_codebook(store: Store, name: str) -> Codebook | None:
    """Give the codebook of a hash, None when the store does not hold it."""
    table = schema.codebooks
    with store.transaction() as connection:
        content = connection.scalar(select(table.c.content).where(table.c.hash == name))
    return Codebook.model_validate(yaml.safe_load(content)) if content else None


def find_run(store: Store, name: str) -> Run:
    """Give the run of an id, or of the beginning of one. Raises StoreError when there is none, or several."""
    table = schema.runs
    like = table.c.id.startswith(name, autoescape=True)
    with store.transaction() as connection:
        found = connection.execute(select(table).where(like).order_by(table.c.started_at).limit(2)).mappings().all()
    if len(found) != 1:
        what = "plusieurs exécutions commencent" if found else "aucune exécution ne commence"
        raise StoreError(
            f"{store.place} : {what} par « {name} » ; l'identifiant est dans la page, sous « Provenance », à "
            "« Publication »"
        )
    return Run(**found[0])


def publications_with(store: Store, run: str) -> list[Run]:
    """Give the runs that published figures to which this run contributed, the last first."""
    table = schema.runs
    query = select(table).where(table.c.step == "publish").order_by(table.c.started_at.desc(), table.c.id)
    with store.transaction() as connection:
        found = [Run(**row) for row in connection.execute(query).mappings()]
    return [one for one in found if run in one.lineage.get("runs", [])]


def contributing(store: Store, *, model: str, codebook: str) -> list[str]:
    """Give the ids of the runs that made what a model's figures come from: read, grouped or tagged its verbatims."""
    texts, copies, readings = schema.verbatims, schema.copies, schema.readings
    tagged = and_(readings.c.version == texts.c.version, readings.c.model == model, readings.c.codebook == codebook)
    grouped = copies.c.version == texts.c.version
    made = (
        select(column).select_from(texts).join(readings, tagged).outerjoin(copies, grouped).where(texts.c.current)
        for column in (texts.c.run, readings.c.run, copies.c.run)
    )
    with store.transaction() as connection:
        return sorted(name for name in connection.scalars(union(*made)) if name)


def erased_since(store: Store, moment: datetime) -> dict[str, int]:
    """Give how many verbatims were erased since, by reason."""
    table = schema.tombstones
    later = and_(table.c.at > moment, table.c.why.not_in((AUTHOR, ROW, MARK)))
    query = select(table.c.why, func.count()).where(later).group_by(table.c.why).order_by(table.c.why)
    with store.transaction() as connection:
        return dict(connection.execute(query).all())


def exports_of(store: Store, versions: Collection[str]) -> list[Export]:
    """Give the files that hold words of one of these versions, the first first."""
    held = set(versions)
    with store.snapshot() as connection:
        rows = connection.execute(select(*COLUMNS).order_by(TABLE.c.at, TABLE.c.path)).mappings()
        return [_export(row) for row in rows if not held.isdisjoint(row["versions"])]


def exports_named(store: Store, names: Collection[str]) -> list[Export]:
    """Give the files of some ids."""
    with store.transaction() as connection:
        rows = connection.execute(select(*COLUMNS).where(TABLE.c.id.in_(names))).mappings()
        return [_export(row) for row in rows]


def _row(one: Export) -> dict[str, Any]:
    return asdict(one) | {"id": one.id, "versions": sorted(set(one.versions))}


def _export(row: RowMapping) -> Export:
    return Export(**dict(row) | {"versions": tuple(row["versions"])})
