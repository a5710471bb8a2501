"""Who cites what: the tags of known verbatims, by position, and the same by net."""

from __future__ import annotations

import numpy as np
import pandas as pd

from listening.codebook import Codebook
from listening.errors import CodebookError
from listening.insight.groups import positions
from listening.records import POLARITIES

NEUTRAL = POLARITIES.index("neutre")


def citations(verbatims: pd.DataFrame, tags: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Give one row a verbatim and code: positions `row`, `code`, `polarity`; then probability, start, stop.

    `row` is the verbatim's place in its frame, `code` that in the codebook, `polarity` that in POLARITIES. Tags of
    other verbatims are left aside; of a code tagged twice in one verbatim, the most probable tag is kept.
    Raises CodebookError for a code that the codebook does not have.
    """
    cited = pd.DataFrame(
        {
            "row": positions(verbatims["id"], tags["id"]),
            "code": positions(codebook.codes, tags["code"]),
            "polarity": positions(POLARITIES, tags["polarity"]),
            **{name: tags[name].to_numpy() for name in ("probability", "start", "stop")},
        }
    )
    if unknown := sorted(set(tags["code"].to_numpy()[cited["code"].to_numpy() < 0])):
        raise CodebookError(f"codes absents de {codebook.reference} : {', '.join(unknown)} ; relancez l'étiquetage")
    order = ["row", "code", "probability", "start"]
    cited = cited[cited["row"] >= 0].sort_values(order, ascending=[True, True, False, True])
    return cited.drop_duplicates(["row", "code"]).reset_index(drop=True)


def net_citations(cited: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Give one row a verbatim and net: positions `row`, `net`, `polarity`.

    The polarity is the one that all tags of the net share in the verbatim; a verbatim with several (« mixte ») is
    `neutre`: it is neither counted twice nor decided for.
    """
    nets = list(codebook.nets)
    net = np.array([nets.index(codebook.net(code)) for code in codebook.codes], dtype=np.intp)
    pair = cited["row"].to_numpy(np.intp) * len(nets) + net[cited["code"]]
    order = np.argsort(pair, kind="stable")
    pair, polarity = pair[order], cited["polarity"].to_numpy(np.intp)[order]
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    low, high = (extreme.reduceat(polarity, first) if len(first) else polarity for extreme in (np.minimum, np.maximum))
    row, theme = np.divmod(pair[first], len(nets))
    return pd.DataFrame({"row": row, "net": theme, "polarity": np.where(low == high, low, NEUTRAL)})
