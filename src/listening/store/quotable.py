"""The verbatims that show some codes best, as frames to choose quotes from: those that anybody may read."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, and_, cast, select

from listening.records import POLARITIES
from listening.store import schema
from listening.store.cards import Origin
from listening.store.store import Store

if TYPE_CHECKING:
    import pandas as pd

MOST = 100  # verbatims for each code in each tone, the most probable
TEXTS, TAGS = schema.verbatims, schema.tags
FACTS = ("id", "version", "source", "channel", "text", "created_at", "author", "brand", "wave")
TAG = ("code", "polarity", "probability", "start", "stop")


def quotable(store: Store, origin: Origin, codes: Collection[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give current verbatims without a flag that carry these codes most surely, and those tags of theirs.

    Columns are those of `frames` that quotes are chosen by.
    """
    import pandas as pd

    query = select(*(TEXTS.c[name] for name in FACTS), *(TAGS.c[name] for name in TAG)).join(
        TAGS, TAGS.c.version == TEXTS.c.version
    )
    shown = query.where(TEXTS.c.current, cast(TEXTS.c.flags, Text) == "[]").limit(MOST)
    rows: list[Any] = []
    with store.transaction() as connection:
        for code in codes:
            of_code = and_(*origin.of(TAGS), TAGS.c.code == code, TAGS.c.probability >= origin.thresholds[code])
            for polarity in POLARITIES:
                surest = shown.where(of_code, TAGS.c.polarity == polarity)
                rows += connection.execute(surest.order_by(TAGS.c.probability.desc(), TAGS.c.version)).all()
    found = pd.DataFrame(rows, columns=[*FACTS, *TAG])
    return found[[*FACTS]].drop_duplicates("id").reset_index(drop=True), found[["id", *TAG]]
