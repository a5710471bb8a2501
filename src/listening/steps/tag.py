"""Tag what is stored and not yet read by this model, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from listening.codebook import Codebook
from listening.records import Run
from listening.steps.lineage import ancestry, decisions
from listening.steps.runs import Advance, running
from listening.store.cards import Origin, prepare
from listening.store.store import Store
from listening.tagging.abstain import precise
from listening.tagging.engine import Tagger, bands, cuts
from listening.tagging.following import Following
from listening.text.segment import segments


def tag_pending(
    store: Store, tagger: Tagger, codebook: Codebook, *, chunk: int = 64, advance: Advance = lambda rows: None
) -> int:
    """Tag what this model has not read yet, chunk by chunk; give how many verbatims were tagged."""
    if not store.count_pending(tagger.model, codebook.reference):
        return 0
    with tagging(store, tagger, codebook) as run:
        while done := tag_chunk(store, tagger, codebook, run, chunk=chunk):
            run.counts["tagged"] = run.counts.get("tagged", 0) + done
            advance(done)
        return run.counts.get("tagged", 0)


@contextmanager
def tagging(store: Store, tagger: Tagger, codebook: Codebook) -> Iterator[Run]:
    """Record a run of tagging, with its model, codebook and thresholds; pages find verbatims by what it reads."""
    facts = {
        "thresholds": tagger.thresholds,
        "precise": precise(tagger.held_out),
        "bands": {code: [one.low, one.high] for code, one in bands(tagger, codebook).items()},
        "codebook": codebook.reference,
    }
    thresholds = cuts(tagger, codebook)
    lineage = decisions(store, codebook, thresholds) | {"model": tagger.model}
    if isinstance(tagger, Following):
        lineage |= _origins(store, tagger, codebook)
    with running(
        store, "tag", model=tagger.model, codebook=codebook.reference, configuration=facts, lineage=lineage
    ) as run:
        prepare(store, Origin(tagger.model, codebook.reference, thresholds))
        yield run


def _origins(store: Store, tagger: Following, codebook: Codebook) -> dict[str, Any]:
    """Give by which codes of the engine others are read, which are not, and the versions that say so, kept."""
    return {
        "origins": {code: list(parts) for code, parts in tagger.origins.told.items()},
        "unread": list(tagger.origins.unread),
        "versions": ancestry(store, codebook),
    }


def tag_chunk(store: Store, tagger: Tagger, codebook: Codebook, run: Run, *, chunk: int) -> int:
    """Tag one chunk of what is pending and commit it; 0 when nothing is left."""
    pending = store.pending(tagger.model, codebook.reference, limit=chunk)
    if not pending:
        return 0
    read = tagger.tag([one.text for one in pending], [one.question for one in pending])
    cut = [segments(one.text) for one in pending]
    rows = zip(pending, cut, read, strict=True)
    store.add_readings(rows, model=tagger.model, codebook=codebook.reference, run=run)
    return len(pending)
