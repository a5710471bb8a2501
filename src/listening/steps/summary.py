"""Summarise what is tagged: with which thresholds, and over which verbatims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from listening.codebook import Codebook
from listening.insight.summary import Summary, summarize
from listening.store.cards import Origin
from listening.store.frames import frames, last_tagging, left_out
from listening.store.history import PRESENT, View
from listening.store.store import Store
from listening.tagging.engine import Tagger, bands, cuts


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What decides the figures: a model's tags, by which thresholds they hold; the last run that tagged by it.

    `bands` are the scores, by code, between which the model does not know.
    """

    model: str
    codebook: Codebook
    thresholds: Mapping[str, float]
    bands: Mapping[str, tuple[float, float]]
    tagging: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """A summary, and by id the version of each verbatim that is in it."""

    summary: Summary
    versions: Mapping[str, str]


def basis_of(store: Store, tagger: Tagger, codebook: Codebook) -> Basis:
    """Give what a tagger's figures are based on; raises StoreError when it never tagged.

    Thresholds are those of today, whatever they were when it tagged.
    """
    return Basis(
        model=tagger.model,
        codebook=codebook,
        thresholds=cuts(tagger, codebook),
        bands={code: (one.low, one.high) for code, one in bands(tagger, codebook).items()},
        tagging=last_tagging(store, model=tagger.model).id,
    )


def summarise(
    store: Store, basis: Basis, *, quotes: int = 4, view: View = PRESENT, beside: Mapping[str, int] | None = None
) -> Found:
    """Give the summary of the tags of a model, now or in another view of the store.

    `beside` counts what is not in it, by reason: what is left out now, unless told.
    """
    origin = Origin(basis.model, basis.codebook.reference, basis.thresholds)
    verbatims, tags = frames(store, origin, view=view)
    out = dict(left_out(store) if beside is None else beside)
    summary = summarize(verbatims, tags, basis.codebook, quotes=quotes, left_out=out)
    return Found(summary=summary, versions=dict(zip(verbatims["id"], verbatims["version"], strict=True)))
