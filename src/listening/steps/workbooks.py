"""The round trip of coders' workbooks: what waits goes out, what they decided comes in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from listening.codebook import Codebook
from listening.errors import StoreError
from listening.records import CodeVerdict, Verdict
from listening.report.french import REASONS, SCORES, decimal, iso_day, listing
from listening.review.returned import Sheet, read_workbook, same_text
from listening.review.verdicts import alike, standing
from listening.review.workbook import Purpose, ToCode, write_workbook
from listening.steps.coders import check_coder
from listening.steps.lineage import exported, write_out
from listening.steps.runs import now, running
from listening.store.browse import Read, Stored, readings_of, stored_all
from listening.store.frames import last_tagging, origin_of
from listening.store.lineage import Export, add_exports
from listening.store.queue import QueueItem, Reason, items_of, open_items, settle
from listening.store.shown import note_shown, shown_to
from listening.store.store import Store
from listening.store.verdicts import add_verdicts, verdicts
from listening.tagging.engine import strongest
from listening.text.privacy import scrub_all

MANY = 100  # verbatims of a workbook, unless told otherwise


@dataclass
class Imported:
    """What became of a workbook's rows: verdicts added, of which `replaced` others of the same coder, or known."""

    coder: str
    added: int = 0
    replaced: int = 0
    known: int = 0
    unfinished: int = 0
    problems: dict[str, str] = field(default_factory=dict)


def export_workbook(
    store: Store,
    codebook: Codebook,
    path: Path,
    *,
    coder: str,
    limit: int = MANY,
    reason: Reason | None = None,
    code: str | None = None,
    source: str | None = None,
    proposing: bool = False,
) -> int:
    """Write what waits for a coder in a workbook; give how many verbatims it holds.

    It is blind, of what they were never shown, unless `proposing` what the last engine read: then what an audit drew is
    left out, for the tags that a coder sees sway them, and those are noted as shown. Raises StoreError when nothing
    waits.
    """
    check_coder(store, coder)
    asked: dict[str, Any] = {"reason": reason, "code": code, "source": source}
    waiting = open_items(store, coder=coder, codebook=codebook.reference, blind=not proposing, **asked)
    items = items_of(store, list(dict.fromkeys(one.version for one in waiting)))
    drawn = [version for version, ones in items.items() if any(one.reason == "audit" for one in ones)]
    versions = list(dict.fromkeys(one.version for one in waiting if not (proposing and one.version in drawn)))[:limit]
    if not versions:
        raise StoreError(f"{store.place} : rien n'attend {coder} ; « listening review queue CONFIG » remplit la file")
    model, read = _proposed(store, codebook, versions) if proposing else (None, {})
    texts = stored_all(store, versions)
    rows = [_row(texts[version], items[version], read.get(version), codebook) for version in versions]
    purpose = Purpose(codebook=codebook.reference, coder=coder, model=model)
    with running(store, "review-export", model=model, codebook=codebook.reference) as run:
        if proposing:
            note_shown(store, coder, versions, at=run.started_at)
        origin: dict[str, Any] = {"kind": "workbook", "at": run.started_at, "run": run.id}

        def write() -> tuple[None, list[Export]]:
            write_workbook(path, rows, codebook, purpose, at=run.started_at)
            return None, [exported(path=path, versions=versions, **origin)]

        write_out(store, [path], write, **origin)
        run.counts["verbatims"] = len(rows)
    return len(rows)


def import_workbook(store: Store, codebook: Codebook, path: Path, *, coder: str | None = None) -> Imported:
    """Add the verdicts of a workbook that came back, by the coder it was made for or another.

    A row with a fault is left out and told by its cell; one that says what its coder said before adds nothing, so that
    a workbook may be corrected and read again. Raises FormatError for what is no such workbook, ConfigurationError
    for a coder without an account that codes, where there are accounts.
    """
    sheet = read_workbook(path, codebook)
    check_coder(store, coder or sheet.purpose.coder)
    done = Imported(coder or sheet.purpose.coder, unfinished=sheet.unfinished, problems=sheet.problems)
    given = _verdicts(store, sheet, done)
    said = standing(verdicts(store, coder=done.coder, codebook=codebook.reference))
    fresh = []
    for one in given:
        before = said.get((one.version, one.coder, one.codebook))
        if before and _same(before, one):
            done.known += 1
        else:
            done.replaced += bool(before)
            fresh.append(one)
    if fresh:
        with running(store, "review-import", codebook=codebook.reference) as run:
            add_verdicts(store, fresh)
            run.counts["verdicts"] = done.added = len(fresh)
            # an erasure is to find the workbook that came back, too
            back = exported("workbook", path, at=run.started_at, run=run.id, versions=sheet.versions)
            add_exports(store, [back])
    settle(store, [one.version for one in given], codebook=codebook.reference, at=now())
    return done


def _verdicts(store: Store, sheet: Sheet, done: Imported) -> list[Verdict]:
    """Give the verdicts of rows whose text is in the store; the others are told as problems.

    Those of a blind workbook are blind as long as their coder was shown nothing of the version elsewhere.
    """
    versions = [row.version for row in sheet.rows]
    texts, items = stored_all(store, versions), items_of(store, versions)
    if sheet.purpose.model:  # whoever filled it in saw it, were it made for another
        note_shown(store, done.coder, texts, at=now())
    seen = shown_to(store, done.coder, versions)
    notes = _masked(row.note for row in sheet.rows)
    origin: dict[str, Any] = {"coder": done.coder, "at": now(), "origin": "xlsx"}
    origin |= {"codebook": sheet.purpose.codebook, "model": sheet.purpose.model}
    found = []
    for row in sheet.rows:
        if row.version in texts and same_text(row.text, texts[row.version].text):
            given = {name: getattr(row, name) for name in ("version", "state", "sentiment", "codes")}
            given |= {"id": uuid4().hex, "verbatim": texts[row.version].id, "note": notes[row.note]}
            given |= {"blind": row.version not in seen}
            found.append(Verdict(**given, **_asked(items.get(row.version, [])), **origin))
        elif row.version in texts:
            done.problems[row.cell] = f"le texte de cette ligne n'est pas celui de « {row.version} » ; remettez le sien"
        else:
            done.problems[row.cell] = f"« {row.version} » n'est pas dans la base : texte effacé, ou autre base"
    return found


def _masked(notes: Iterable[str]) -> dict[str, str]:
    """Give each note as it may be kept; the models that mask are not loaded where nobody wrote any."""
    given = sorted(set(notes) - {""})
    masked = (scrubbed.text for scrubbed in scrub_all(given)) if given else ()
    return {"": ""} | dict(zip(given, masked, strict=True))


def _asked(items: Sequence[QueueItem]) -> dict[str, Any]:
    """Give the item that asked for a version, the audit's before all others, and its probability."""
    first = min(items, key=lambda one: one.reason != "audit", default=None)
    return {"queue": first.id, "probability": first.probability} if first else {}


def _same(one: Verdict, other: Verdict) -> bool:
    return (one.version, one.state, one.note) == (other.version, other.state, other.note) and alike(one, other)


def _proposed(store: Store, codebook: Codebook, versions: Sequence[str]) -> tuple[str | None, Mapping[str, Read]]:
    """Give the last engine that read under the codebook, and what it read in some versions."""
    run = last_tagging(store)
    return run.model, readings_of(store, versions, origin_of(run, codebook))


def _row(text: Stored, items: Sequence[QueueItem], read: Read | None, codebook: Codebook) -> ToCode:
    given = [
        f"{SCORES[name]} {decimal(value, digits=0)}" for name in SCORES if (value := getattr(text, name)) is not None
    ]
    row = ToCode(
        version=text.version,
        text=text.text,
        question=text.question or "",
        context=", ".join(filter(None, [text.source, text.brand, iso_day(text.created_at), *given])),
    )
    if read is None:
        return row
    codes = tuple(CodeVerdict(code=tag.code, polarity=tag.polarity) for tag in read.tags)
    return replace(row, asked=_why(items, codebook), sentiment=strongest(read.sentiment), codes=codes)


def _why(items: Sequence[QueueItem], codebook: Codebook) -> str:
    """Say why a version waits: « doute du modèle : Délais et Prix ; désaccord »."""
    codes: dict[str, list[str]] = {}
    for item in items:
        if item.closed_at is None:
            labels = codes.setdefault(REASONS[item.reason], [])
            labels += [codebook.codes[item.code].label] if item.code in codebook.codes else []
    return " ; ".join(f"{reason} : {listing(labels)}" if labels else reason for reason, labels in codes.items())
