"""The shares of the model beside those that people's verdicts on the random audit give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd

from listening.codebook import Codebook
from listening.insight.audited import audited_shares
from listening.records import POLARITIES, Verdict
from listening.review.verdicts import Subject, opinions
from listening.store.cards import Origin
from listening.store.frames import frames
from listening.store.queue import drawn_items, items_of
from listening.store.store import Store
from listening.store.verdicts import verdicts
from listening.tagging.engine import Tagger, cuts


def audited(store: Store, tagger: Tagger, codebook: Codebook) -> pd.DataFrame:
    """Give `audited_shares` of sentiments and codes over what a tagger read, by verdicts that were given blind.

    Columns too: `drawn`, how many verbatims were drawn; `aside`, on how many people decided who saw tags, which counts
    for nothing; `swayed`, where no verdict is blind, so that those who saw tags are all there is to go by.
    """
    thresholds = cuts(tagger, codebook)
    texts, tags = frames(store, Origin(tagger.model, codebook.reference, thresholds))
    items = {one.verbatim: one for one in drawn_items(store)}
    drawn = texts[texts["id"].isin(items.keys())][["id", "version", "weight"]].copy()
    others = items_of(store, drawn["version"].tolist())
    given = list(verdicts(store, codebook=codebook.reference))
    told, unswayed = (_by_version(opinions(given, blind=blind)) for blind in (False, True))
    swayed = drawn["version"].isin(told.keys()).any() and not drawn["version"].isin(unswayed.keys()).any()
    said = told if swayed else unswayed
    drawn["probability"] = drawn["id"].map({name: one.probability for name, one in items.items()}).astype(float)
    drawn["answered"] = drawn["version"].isin(said.keys())
    drawn["pressing"] = [len(others[version]) > 1 for version in drawn["version"]]
    answered = drawn[drawn["answered"]]
    rows = [
        {"id": name, "key": key, "part": part}
        for name, version in zip(answered["id"], answered["version"], strict=True)
        for key, part in _parts(said[version]).items()
    ]
    keys = [*POLARITIES, *codebook.codes]
    found = audited_shares(drawn, pd.DataFrame(rows, columns=["id", "key", "part"]), _shares(texts, tags, keys))
    aside = int(drawn["version"].isin(told.keys()).sum()) - len(answered)
    return found.assign(drawn=len(drawn), aside=aside, swayed=bool(swayed))


def _by_version(said: Mapping[Subject, Sequence[Verdict]]) -> dict[str, Sequence[Verdict]]:
    return {version: ones for (version, _), ones in said.items()}


def _parts(ones: Sequence[Verdict]) -> dict[str, float]:
    counts = Counter(key for one in ones for key in {*(code.code for code in one.codes), one.sentiment} if key)
    return {key: count / len(ones) for key, count in counts.items()}


def _shares(texts: pd.DataFrame, tags: pd.DataFrame, keys: Sequence[str]) -> dict[str, float]:
    """Give the part of the verbatims, weighted, in which the model reads each sentiment and each code."""
    weights = texts.set_index("id")["weight"].astype(float)
    carried = tags.drop_duplicates(["id", "code"])
    held = pd.concat(
        [
            texts[["id", "sentiment"]].rename(columns={"sentiment": "key"}),
            carried[["id", "code"]].rename(columns={"code": "key"}),
        ]
    )
    sums = held["id"].map(weights).groupby(held["key"]).sum()
    total = float(weights.sum())
    return {key: float(sums.get(key, 0.0)) / total if total else float("nan") for key in keys}
