"""Who cites what: the tags of known verbatims, by position, and the same by net."""

from __future__ import annotations

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
    net = pd.Series([nets.index(codebook.net(code)) for code in codebook.codes], dtype="int64")
    pairs = pd.DataFrame({"row": cited["row"], "net": net.to_numpy()[cited["code"]], "polarity": cited["polarity"]})
    extremes = pairs.groupby(["row", "net"])["polarity"].agg(["min", "max"]).reset_index()
    polarity = extremes["min"].where(extremes["min"] == extremes["max"], NEUTRAL)
    return extremes[["row", "net"]].assign(polarity=polarity)
