"""Fill the review queue with what the rules name, and with what people ask for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any

from listening.codebook import Codebook
from listening.errors import StoreError
from listening.review.queue import (
    Quotas,
    Rule,
    Selection,
    abstained,
    against_another,
    audit,
    choose,
    contradicted,
    flagged,
)
from listening.steps.runs import now, running
from listening.store.queue import (
    QueueItem,
    Reason,
    add_items,
    coded_versions,
    count_open,
    items_of,
    open_items,
    raise_probabilities,
    reopen,
    settle,
    withdraw,
)
from listening.store.reviewable import Place, current_places, other_tagging, read_by_source, reviewable
from listening.store.store import Store
from listening.tagging.engine import Tagger, bands, cuts


def fill_queue(store: Store, tagger: Tagger, codebook: Codebook, quotas: Quotas | None = None) -> dict[Reason, int]:
    """Bring the queue up to its quotas, let go what nothing speaks for any more; give what waits, by reason.

    What was open stays open as long as a rule asks for it, and what was coded is closed: a second run does nothing.
    A tagger that has read nothing yet changes nothing.
    """
    quotas, origin = quotas or Quotas(), {"model": tagger.model, "codebook": codebook.reference}
    settle(store, codebook=codebook.reference, at=now())
    if not read_by_source(store, **origin):
        return count_open(store)
    coded = coded_versions(store, codebook.reference)
    found = _choose(store, tagger, codebook, quotas, coded)
    asked = [*found.new, *found.drawn]
    there = {item.id: item for item in chain(*items_of(store, [one.version for one in asked]).values())}
    fresh = [one for one in asked if one.id not in there]
    raised = [one for one in found.drawn if one.id in there and there[one.id].probability < one.probability]
    again = [one.id for one in asked if one.version not in coded and one.id in there and there[one.id].closed_at]
    if fresh or raised or again or found.stale:
        facts: dict[str, Any] = {"configuration": quotas.model_dump()} | origin
        with running(store, "review", **facts) as run:
            withdraw(store, found.stale)
            raise_probabilities(store, raised)
            reopen(store, again)
            run.counts.update(added=add_items(store, fresh, run) + len(again), withdrawn=len(found.stale))
        settle(store, codebook=codebook.reference, at=now())  # an audit draws what was coded too
    return count_open(store)


def ask(store: Store, names: Sequence[str], *, asked_by: str) -> int:
    """Put current verbatims, by id or version, before all others in the queue; give how many were not asked yet.

    Raises StoreError that names those that the store does not hold.
    """
    found = current_places(store, names)
    if missing := [name for name in names if not any(name in (one.verbatim, one.version) for one in found)]:
        raise StoreError(
            f"{store.place} : aucun verbatim {', '.join(missing)} ; "
            "donnez la colonne « identifiant » d'un tableau ou d'une page"
        )
    with running(store, "ask") as run:
        return add_items(store, [_asked(one, asked_by) for one in found], run)


def _choose(store: Store, tagger: Tagger, codebook: Codebook, quotas: Quotas, coded: Collection[str]) -> Selection:
    origin = {"model": tagger.model, "codebook": codebook.reference}
    thresholds = cuts(tagger, codebook)
    rules: list[Rule] = [abstained(bands(tagger, codebook), thresholds), contradicted, flagged]
    if other := other_tagging(store, **origin):
        mine = {code: thresholds[code] for code in tagger.codes if code in thresholds}
        rules.append(against_another(mine, other.configuration.get("thresholds", {})))
    chances = {source: quotas.chance(size) for source, size in read_by_source(store, **origin).items()}
    return choose(
        reviewable(store, **origin, other=other.model if other else None),
        rules,
        audit(chances),
        quotas=quotas,
        waiting=open_items(store),
        coded=coded,
    )


def _asked(place: Place, asked_by: str) -> QueueItem:
    return QueueItem(**asdict(place), reason="asked", asked_by=asked_by, rank=-1.0)
