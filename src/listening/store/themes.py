"""How many current verbatims carry each code, in which tone, counted by the database: no text is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, case, func, literal, select, union_all

from listening.records import POLARITIES, Polarity
from listening.store import schema
from listening.store.store import Store

ABOVE = 2.0  # what no probability reaches
TEXTS, READINGS, TAGS = schema.verbatims, schema.readings, schema.tags


def theme_counts(
    store: Store, *, model: str, codebook: str, thresholds: Mapping[str, float]
) -> tuple[int, dict[str, dict[Polarity, int]]]:
    """Give how many current verbatims a model read, and of them how many carry each code, in each tone.

    Those that are no more current are few: they are counted apart and taken away, which is quicker than to look up each
    verbatim of a million.
    """
    read = and_(READINGS.c.model == model, READINGS.c.codebook == codebook)
    everyone = select(func.count()).select_from(READINGS).where(read)
    former = select(func.count()).select_from(READINGS).where(read, _former(READINGS))
    counts = {code: dict.fromkeys(POLARITIES, 0) for code in thresholds}
    with store.transaction() as connection:
        base = connection.execute(select(everyone.scalar_subquery() - former.scalar_subquery())).scalar_one()
        for code, polarity, number in connection.execute(_counted(model, codebook, thresholds)):
            counts[code][polarity] += number
    return base, counts


def _counted(model: str, codebook: str, thresholds: Mapping[str, float]) -> Any:
    """Give rows of code, tone and number, those to be taken away negative."""
    mine = and_(TAGS.c.model == model, TAGS.c.codebook == codebook)
    parts = []
    for code, least in thresholds.items():
        held = select(literal(code), TAGS.c.polarity, func.count()).where(mine, TAGS.c.code == code)
        parts.append(held.where(TAGS.c.probability >= least).group_by(TAGS.c.polarity))
    # in a form that no index of tags serves: SQLite goes by the versions, which are few
    held_too = TAGS.c.probability >= case(dict(thresholds), value=TAGS.c.code, else_=ABOVE)
    former = select(TAGS.c.code, TAGS.c.polarity, -func.count()).where(_former(TAGS))
    return union_all(*parts, former.where(mine, held_too).group_by(TAGS.c.code, TAGS.c.polarity))


def _former(table: Any) -> Any:
    return table.c.version.in_(select(TEXTS.c.version).where(~TEXTS.c.current))
