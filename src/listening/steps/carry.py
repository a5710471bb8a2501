"""Carry what people decided under a version of a codebook over to the next, where the crosswalk allows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b

from listening.codebook import Codebook
from listening.crosswalk import Crosswalk, succession
from listening.records import Run, Verdict
from listening.report.french import counted, listing, unbroken
from listening.review.verdicts import decisions, standing
from listening.steps.lineage import ancestry
from listening.steps.runs import Advance, now, running
from listening.store.browse import stored_all
from listening.store.lineage import keep_codebook
from listening.store.queue import QueueItem, add_items
from listening.store.store import Store
from listening.store.verdicts import add_verdicts, verdicts

BATCH = 500  # verdicts added, or versions asked, at a time


@dataclass
class Carried:
    """What becomes of the verdicts that stand under the older version.

    `verdicts` are to be added under the newer one; `asked` are the versions that a person must read again, each with
    the code in doubt (None where several are). `known` counts the verdicts whose coder decided anew, or that were
    carried before, `skipped` those that decide nothing, `shortened` the carried ones that lose a removed code.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    asked: dict[str, str | None] = field(default_factory=dict)
    known: int = 0
    skipped: int = 0
    shortened: int = 0


def carry(
    store: Store, old: Codebook, new: Codebook, *, trial: bool = False, advance: Advance = lambda done: None
) -> Carried:
    """Add under `new` the verdicts of `old` that its crosswalk carries, queue the others; a second time does nothing.

    The older ones stay as they are. `trial` writes nothing. Raises CodebookError where `succession` does.
    """
    walk = succession(old, new)
    found = carried(list(verdicts(store, codebook=walk.old)), list(verdicts(store, codebook=walk.new)), walk, at=now())
    if trial:
        return found
    kept = {"from": keep_codebook(store, old), "to": keep_codebook(store, new)}
    origin, lineage = {"from": walk.old}, {"codebooks": kept, "versions": ancestry(store, new)}
    with running(store, "carry", codebook=walk.new, configuration=origin, lineage=lineage) as run:
        run.counts["carried"] = len(found.verdicts)
        for start in range(0, len(found.verdicts), BATCH):
            batch = found.verdicts[start : start + BATCH]
            add_verdicts(store, batch)
            advance(len(batch))
        run.counts["asked"] = _ask(store, found.asked, walk, run)
    return found


def carried(older: Sequence[Verdict], newer: Sequence[Verdict], walk: Crosswalk, *, at: datetime) -> Carried:
    """Give what becomes of the verdicts on the older version, given those that there are on the newer one.

    A carried verdict keeps its coder, its blindness and the probability with which an audit drew it. Where one of the
    verdicts on a text cannot be carried, none is, and the text is asked; unless a person coded it anew already.
    """
    found = Carried()
    known = {(one.verbatim, one.coder) for one in newer}
    decided = {one.version for one in standing(newer).values() if one.state == "coded" and one.origin != "carried"}
    given = _conclusive(older)
    waiting = [one for one in given if (one.verbatim, one.coder) not in known]
    found.known = len(given) - len(waiting)
    for one in waiting:
        if (unsure := walk.carry(one.codes)[1]) and one.version not in decided:
            several = len(unsure) > 1 or found.asked.get(one.version, unsure[0]) != unsure[0]
            found.asked[one.version] = None if several else unsure[0]
    for one in waiting:
        codes, unsure = walk.carry(one.codes)
        if one.state == "skipped":
            found.skipped += 1
        elif unsure and one.version in decided:
            found.known += 1
        elif one.version not in found.asked:
            found.shortened += any(not walk.heirs.get(code.code) for code in one.codes)
            id_ = blake2b(f"{one.id}\x1f{walk.new}".encode(), digest_size=16).hexdigest()
            found.verdicts.append(replace(one, id=id_, at=at, origin="carried", codebook=walk.new, codes=codes))
    return found


def carried_lines(found: Carried, old: Codebook, new: Codebook) -> list[str]:
    """Give what was carried, or would be, as sentences."""
    added = succession(old, new).codes("added")
    lines = [
        f"{counted(len(found.verdicts), 'décision reprise', 'décisions reprises')} sous {new.reference}, "
        f"{counted(len(found.asked), 'verbatim à relire', 'verbatims à relire')} "
        "(code scindé, ou codes réunis dont les tons s'opposent).",
    ]
    if found.known:
        again = ("décision déjà reprise ou prise à nouveau", "décisions déjà reprises ou prises à nouveau")
        lines.append(f"{counted(found.known, *again)}.")
    if found.skipped:
        lines.append(f"{counted(found.skipped, 'verbatim passé', 'verbatims passés')} sans décision, non repris.")
    if found.shortened:
        lines.append(
            f"{counted(found.shortened, 'décision reprise y perd', 'décisions reprises y perdent')} un code retiré."
        )
    if added and found.verdicts:
        lines.append(f"Une décision reprise ne dit rien des codes ajoutés : {listing(added)}.")
    return [unbroken(line) for line in lines]


def _conclusive(given: Sequence[Verdict]) -> list[Verdict]:
    """Give the verdicts that stand; of what was reconciled, the reconciliation alone."""
    reconciled = {subject: one for subject, one in decisions(given).items() if one.origin == "adjudication"}
    others = standing(one for one in given if one.origin != "adjudication").values()
    return [*reconciled.values(), *(one for one in others if (one.version, one.codebook) not in reconciled)]


def _ask(store: Store, asked: dict[str, str | None], walk: Crosswalk, run: Run) -> int:
    """Queue the versions that are still current; give how many were not asked before for this codebook."""
    versions, count = list(asked), 0
    for start in range(0, len(versions), BATCH):
        items = [
            QueueItem(
                verbatim=one.id,
                version=one.version,
                reason="asked",
                source=one.source,
                code=asked[one.version],
                asked_by=walk.new,
            )
            for one in stored_all(store, versions[start : start + BATCH]).values()
            if one.current
        ]
        count += add_items(store, items, run)
    return count
