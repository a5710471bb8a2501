"""What the store holds, as DataFrames for reports and notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select

from listening.codebook import Codebook
from listening.errors import StoreError
from listening.records import POLARITIES, Run
from listening.store import schema
from listening.store.cards import Origin
from listening.store.history import PRESENT, View
from listening.store.store import Store

if TYPE_CHECKING:
    import pandas as pd

FACTS = [
    "id",
    "version",
    "source",
    "channel",
    "external_id",
    "thread",
    "parent",
    "text",
    "question",
    "language",
    "created_at",
    "author",
    "brand",
    "wave",
    "weight",
]
SCORES = ["nps", "csat", "ces", "stars"]


def last_tagging(store: Store, *, model: str | None = None) -> Run:
    """Give the last run that tagged (by this model), with its codebook and thresholds; StoreError if there is none."""
    table = schema.runs
    query = select(table).where(table.c.step == "tag").order_by(table.c.started_at.desc(), table.c.id).limit(1)
    with store.transaction() as connection:
        row = connection.execute(query.where(table.c.model == model) if model else query).mappings().first()
    if row is None:
        raise StoreError(f"{store.place} : rien n'y est encore codé ; lancez d'abord « listening run CONFIG »")
    return Run(**row)


def origin_of(run: Run, codebook: Codebook) -> Origin:
    """Give whose tags a run that tagged left: its model's, by the thresholds that the codebook wishes, or its own."""
    known = run.configuration
    return Origin(
        run.model or "",
        codebook.reference,
        codebook.thresholds(known.get("thresholds", {}), known.get("precise", {})),
    )


def last_origin(store: Store, codebook: Codebook) -> Origin:
    """Give whose tags are the last, nobody's where nothing was tagged yet."""
    try:
        return origin_of(last_tagging(store), codebook)
    except StoreError:
        return Origin("", codebook.reference, {})


def frames(store: Store, origin: Origin, *, view: View = PRESENT) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the current verbatims that a model read, and their tags that reach their code's threshold; or those of then.

    Verbatims: one row each, with `sentiment` and `sentiment_probability`, `depth`, the number of posts above it in its
    thread that are there, and `copy_of`, the `id` of the earliest verbatim whose text it repeats, if any. Tags: `id`,
    `code`, `polarity`, `probability`, `start`, `stop`. Both in order of `id`.
    """
    import pandas as pd

    texts, readings, tags, copies = view.verbatims, schema.readings, schema.tags, view.copies
    read = and_(readings.c.version == texts.c.version, *origin.of(readings))
    facts = (texts.c[name] for name in (*FACTS, *SCORES))
    base = select(*facts, *(readings.c[name] for name in POLARITIES), copies.c.original).join(readings, read)
    query = base.outerjoin(copies, copies.c.version == texts.c.version).where(texts.c.current).order_by(texts.c.id)
    query = query.where(view.holds(readings))
    holds = or_(
        *(and_(tags.c.code == code, tags.c.probability >= threshold) for code, threshold in origin.thresholds.items())
    )
    columns = [texts.c.id, *(tags.c[name] for name in ("code", "polarity", "probability", "start", "stop"))]
    same = and_(tags.c.version == texts.c.version, *origin.of(tags))
    tagged = (
        select(*columns)
        .join(tags, same)
        .where(texts.c.current, holds, view.holds(tags))
        .order_by(texts.c.id, tags.c.probability.desc(), tags.c.code)
    )
    with store.transaction() as connection:
        verbatims = pd.read_sql(query, connection)
        found = pd.read_sql(tagged, connection)
    scores = verbatims[list(POLARITIES)]
    verbatims["sentiment"] = scores.idxmax(axis=1) if len(verbatims) else pd.Series(dtype=str)
    verbatims["sentiment_probability"] = scores.max(axis=1)
    verbatims["depth"] = _depths(verbatims)
    verbatims["copy_of"] = _copy_of(verbatims)
    return verbatims.drop(columns=[*POLARITIES, "original"]), found


def _depths(verbatims: pd.DataFrame) -> list[int]:
    posts = list(zip(verbatims["source"], verbatims["external_id"], strict=True))
    above = dict(zip(posts, zip(verbatims["source"], verbatims["parent"], strict=True), strict=True))
    depths: dict[tuple[str, str], int] = {}
    for post in posts:
        waiting: dict[tuple[str, str], None] = {}  # in order; a post that answers itself, through others, ends there
        while post in above and post not in depths and post not in waiting:
            waiting[post] = None
            post = above[post]
        depth = depths.get(post, -1)
        for one in reversed(waiting):
            depths[one] = depth = depth + 1
    return [depths[post] for post in posts]


def _copy_of(verbatims: pd.DataFrame) -> pd.Series[str]:
    """Give for each verbatim the id of the earliest of its group, None for that one: the store's may not be current."""
    import pandas as pd

    moments = pd.to_datetime(verbatims["created_at"], utc=True)
    in_time = verbatims.assign(created_at=moments).sort_values(["created_at", "id"], na_position="last")
    first = in_time.groupby("original")["id"].transform("first")[verbatims.index].astype(object)
    return first.where(first.notna() & (first != verbatims["id"]), None)


def waiting(store: Store, *, model: str, codebook: str) -> pd.DataFrame:
    """Give what waits for a person to read it, a row for each open question, in order.

    Columns: `id`, `version`, `source`, `channel`, `text`, `reason`, `code`, and the `probability` of that code for a
    model.
    """
    import pandas as pd

    texts, tags, queue = schema.verbatims, schema.tags, schema.queue
    read = and_(
        tags.c.version == queue.c.version,
        tags.c.code == queue.c.code,
        tags.c.model == model,
        tags.c.codebook == codebook,
    )
    facts = ("id", "version", "source", "channel", "text")
    columns = [*(texts.c[name] for name in facts), queue.c.reason, queue.c.code]
    query = select(*columns, tags.c.probability).join(queue, queue.c.version == texts.c.version).outerjoin(tags, read)
    still_open = query.where(texts.c.current, queue.c.closed_at.is_(None)).order_by(queue.c.rank, queue.c.id)
    with store.transaction() as connection:
        return pd.read_sql(still_open, connection)


def left_out(store: Store) -> dict[str, int]:
    """Give, by reason in French, how many current verbatims are not tagged; « quarantaine » counts refused rows."""
    table = schema.verbatims
    with store.transaction() as connection:
        query = select(table.c.language, func.count()).where(
            table.c.current, or_(table.c.language != "fr", table.c.language.is_(None))
        )
        rows = connection.execute(query.group_by(table.c.language).order_by(table.c.language)).all()
        refused = connection.scalar(select(func.count()).select_from(schema.quarantine)) or 0
    counts = {("sans texte" if language is None else f"en langue « {language} »"): number for language, number in rows}
    return counts | {"quarantaine": refused}


def counts(store: Store) -> dict[str, int]:
    """Give the number of rows of each table."""
    with store.transaction() as connection:
        tables = schema.metadata.sorted_tables
        return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
