"""The theme table of many verbatims, from the few rows in which the store tells what they carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from listening.codebook import Codebook
from listening.insight.groups import Positions, positions, splits
from listening.insight.summary import Themes
from listening.insight.themes import Mentions, mentioned, theme_table
from listening.records import POLARITIES
from listening.store.cards import FIRST, MARK, PLACE, Cell, Origin


def themes_of(
    cells: Sequence[Cell], origin: Origin, codebook: Codebook, *, left_out: Mapping[str, int] | None = None
) -> Themes:
    """Give the themes of all verbatims of some cells: the figures that `summarize` gives of the same verbatims.

    `left_out` counts what is in no cell, by French label.

    >>> from listening.codebook import load_codebook
    >>> origin = Origin("modele@1", "experience-client@1", load_codebook().thresholds({}))
    >>> tone = origin.character("effort.attente", "negatif")
    >>> two = Cell(source="sav", channel="survey", wave=None, brand=None, weight=1.0, first=None, last=None,
    ...            carried=f"{tone},")
    >>> themes_of([two], origin, load_codebook()).themes.loc[0, ["key", "count", "base"]].astype(str).tolist()
    ['effort', '1', '2']
    """
    numbers = np.array([cell.carried.count(MARK) + 1 for cell in cells], dtype=np.intp)
    facts = pd.DataFrame([[getattr(cell, name) for name in PLACE] for cell in cells], columns=list(PLACE))
    facts["created_at"] = [cell.first for cell in cells]
    weights = facts["weight"].to_numpy(dtype=np.float64)
    each = mentioned(_carried(cells, origin, codebook), codebook)
    mentions = _gathered(each, np.repeat(np.arange(len(cells)), numbers))
    moments = [moment for cell in cells for moment in (cell.first, cell.last) if moment]
    return Themes(
        themes=theme_table(mentions, weights, splits(facts, numbers), codebook, numbers=numbers),
        codebook=codebook,
        base=int(numbers.sum()),
        weighted=bool(np.ptp(weights) > 0) if len(weights) else False,
        first=min(moments, default=None),
        last=max(moments, default=None),
        left_out=dict(left_out or {}),
    )


def _carried(cells: Sequence[Cell], origin: Origin, codebook: Codebook) -> pd.DataFrame:
    """Give one row a verbatim and code, as `citations` does: positions `row`, `code` and `polarity`."""
    characters = np.frombuffer(MARK.join(cell.carried for cell in cells).encode("utf-32-le"), dtype="<u4")
    marks = characters == ord(MARK)
    row: Positions = np.cumsum(marks)[~marks]
    tone: npt.NDArray[np.intp] = characters[~marks].astype(np.intp) - FIRST
    codes = positions(codebook.codes, pd.Series(origin.codes, dtype=object))
    return pd.DataFrame({"row": row, "code": codes[tone // len(POLARITIES)], "polarity": tone % len(POLARITIES)})


def _gathered(each: Mentions, owner: Positions) -> Mentions:
    """Give the mentions of cells from those of their verbatims; `owner` is the cell of each verbatim."""
    themes, tones = int(each.theme.max(initial=0)) + 1, len(POLARITIES)
    found, times = np.unique((owner[each.row] * themes + each.theme) * tones + each.polarity, return_counts=True)
    theme, polarity = np.divmod(found, tones)
    row, theme = np.divmod(theme, themes)
    return Mentions(row, theme, polarity, times)
