"""What arrived since a moment, and what a model reads in it: what one period is compared with another by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import Field
from sqlalchemy import Subquery, and_, false, func, or_, select, union_all

from listening.faults import Strict
from listening.records import POLARITIES
from listening.store import schema
from listening.store.store import Store

if TYPE_CHECKING:
    import pandas as pd


class Windows(Strict):
    """The two periods that are compared, in days of arrival: the `recent` one, and the `reference` just before it."""

    recent: int = Field(default=7, ge=1)
    reference: int = Field(default=56, ge=1)

    def since(self, now: datetime) -> datetime:
        """Give when the reference begins."""
        return now - timedelta(days=self.recent + self.reference)

    def turn(self, now: datetime) -> datetime:
        """Give when the reference ends and the recent period begins."""
        return now - timedelta(days=self.recent)


def arrivals(
    store: Store,
    *,
    since: datetime,
    model: str,
    codebook: str,
    thresholds: Mapping[str, float],
    bands: Mapping[str, tuple[float, float]],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the current verbatims that arrived since a moment, and the codes that a model gives them.

    Verbatims: `version`, `arrived` (when the run that first read this text began), `source`, `language`, `length` in
    characters, then `read`, whether the model did, and if so its `sentiment`, the `confidence` in it, and whether it is
    `unsure`: some code's score is in its band. Codes: `version`, `code`, of those that reach their threshold. Both in
    order of version.
    """
    import pandas as pd

    texts, readings, tags, first = schema.verbatims, schema.readings, schema.tags, _first()
    read = and_(readings.c.version == texts.c.version, readings.c.model == model, readings.c.codebook == codebook)
    facts = [texts.c.version, first.c.arrived, texts.c.source, texts.c.language, func.length(texts.c.text)]
    scores = [readings.c[name] for name in POLARITIES]
    here = and_(texts.c.current, first.c.arrived >= since)
    arrived = select(*facts, *scores).join(first, first.c.version == texts.c.version).outerjoin(readings, read)
    same = and_(tags.c.model == model, tags.c.codebook == codebook, tags.c.version == texts.c.version)
    tagged = select(tags.c.version, tags.c.code).join(texts, same).join(first, first.c.version == texts.c.version)
    limits = {code: (least, 1.0) for code, least in thresholds.items()}
    with store.transaction() as connection:
        rows = connection.execute(arrived.where(here).order_by(texts.c.version)).all()
        held = tagged.where(here, _within(limits)).order_by(tags.c.version, tags.c.code)
        codes = connection.execute(held).all()
        doubtful = set(connection.scalars(tagged.where(here, _within(bands))))
    frame = pd.DataFrame(rows, columns=["version", "arrived", "source", "language", "length", *POLARITIES])
    moods = frame[list(POLARITIES)].astype(float)
    known = moods.notna().all(axis=1)
    frame["read"] = known
    frame["sentiment"] = moods[known].idxmax(axis=1).reindex(frame.index).astype(object)
    frame["confidence"] = moods.max(axis=1)
    frame["unsure"] = frame["version"].isin(doubtful)
    return frame.drop(columns=list(POLARITIES)), pd.DataFrame(codes, columns=["version", "code"])


def _first() -> Subquery:
    """Give when each version arrived: a later run may have changed what is told beside its text."""
    texts, former, runs = schema.verbatims, schema.former_verbatims, schema.runs
    had = union_all(select(texts.c.version, texts.c.run), select(former.c.version, former.c.run)).subquery()
    arrived = func.min(runs.c.started_at).label("arrived")
    return select(had.c.version, arrived).join(runs, runs.c.id == had.c.run).group_by(had.c.version).subquery()


def _within(limits: Mapping[str, tuple[float, float]]) -> Any:
    tags = schema.tags
    inside = (and_(tags.c.code == code, tags.c.probability.between(low, high)) for code, (low, high) in limits.items())
    return or_(false(), *inside)
