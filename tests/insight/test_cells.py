"""The themes of cells are those of the same verbatims, one by one."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from listening.codebook import Codebook
from listening.insight.cells import themes_of
from listening.insight.summary import summarize
from listening.records import POLARITIES
from listening.store.cards import MARK, PLACE, Cell, Origin

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def drawn(codebook: Codebook, seed: int, number: int = 400) -> tuple[pd.DataFrame, pd.DataFrame, list[Cell], Origin]:
    """Give the same verbatims as frames and as cells."""
    draw, origin = random.Random(seed), Origin("m@1", codebook.reference, codebook.thresholds({}))
    verbatims, tags = [], []
    gathered: dict[tuple[object, ...], list[tuple[datetime | None, str]]] = defaultdict(list)
    for rank in range(number):
        place = (
            *draw.choice((("sav", "survey"), ("forum", "forum"))),
            draw.choice((None, "T1", "T2")),
            draw.choice((None, "A", "B")),
            draw.choice((1.0, 0.7) if seed else (1.0,)),
        )
        written = draw.choice((None, NOON + timedelta(days=draw.randrange(90))))
        held = [(code, draw.choice(POLARITIES)) for code in draw.sample(list(codebook.codes), k=draw.randrange(4))]
        gathered[place].append((written, "".join(origin.character(*one) for one in held)))
        facts = dict(zip(PLACE, place, strict=True))
        scores = dict.fromkeys(("nps", "csat", "ces", "stars"))
        more = {"id": f"{rank:03}", "text": "Trop long", "created_at": written, "sentiment": "neutre"}
        verbatims.append(more | facts | scores)
        tags += [
            more | {"code": code, "polarity": tone, "probability": 0.9, "start": 0, "stop": 4} for code, tone in held
        ]
    cells = []
    for place, ones in gathered.items():
        dates = [written for written, _ in ones if written]
        first, last = min(dates, default=None), max(dates, default=None)
        facts = dict(zip(PLACE, place, strict=True))
        carried = MARK.join(tones for _, tones in ones)
        cells.append(Cell(**facts, first=first, last=last, carried=carried))  # type: ignore[arg-type]
    return pd.DataFrame(verbatims), pd.DataFrame(tags), cells, origin


@pytest.mark.parametrize("seed", range(3))
def test_themes_of_cells_are_those_of_their_verbatims(codebook: Codebook, seed: int) -> None:
    verbatims, tags, cells, origin = drawn(codebook, seed)
    one, other = summarize(verbatims, tags, codebook), themes_of(cells, origin, codebook)
    pd.testing.assert_frame_equal(other.themes, one.themes)
    assert (other.base, other.weighted, other.first, other.last) == (one.base, one.weighted, one.first, one.last)


def test_themes_of_nothing_have_no_verbatim(codebook: Codebook) -> None:
    none = themes_of(
        [], Origin("m@1", codebook.reference, codebook.thresholds({})), codebook, left_out={"quarantaine": 2}
    )
    assert (none.base, none.first, none.left_out) == (0, None, {"quarantaine": 2})
    assert set(none.themes["count"]) == {0}
