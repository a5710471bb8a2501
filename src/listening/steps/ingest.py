"""Read a source, make its texts fit to be stored, store what is new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from itertools import islice

from listening.errors import RowError
from listening.records import Cursor, Deletion, Run, Scores, Verbatim, content_id
from listening.sources.base import FileSource, Record, Source
from listening.sources.keeping import kept_since
from listening.steps.kept_out import erased, erased_rows, not_erased, problems_of, told_by
from listening.steps.lineage import configured, inputs
from listening.steps.runs import Advance, now, running
from listening.store.quarantine import let_go, put_aside
from listening.store.store import Store
from listening.text.prepare import VERSION, prepare, prepare_fact
from listening.text.pseudonym import keyed_hash

BATCH = 256  # rows read, prepared and committed at once
COUNTS = ("read", "new", "changed", "updated", "known", "before", "erased", "deleted", "quarantined")


def ingest(
    source: Source,
    store: Store,
    *,
    key: bytes,
    since: date | None = None,
    anew: bool = False,
    names: bool = True,
    advance: Advance = lambda rows: None,
) -> dict[str, int]:
    """Read a source from its cursor on, prepare and store what is new in it, quarantine what cannot be used.

    Gives the `COUNTS`: `before` are those older than `since`, or than what the source keeps, `erased` those that were
    erased and stay out, `deleted` those that the source took back. The cursor moves on when all that comes before it is
    committed. `anew` reads from the beginning, and lets go the rows in quarantine that can be used now (`released`).
    `names=False` leaves persons' names in texts: for measures.
    """
    counts = Counter(dict.fromkeys(COUNTS, 0))
    configuration = configuration_of(source)
    begun = None if anew else store.cursor(source.name, configuration)
    lineage = {"inputs": inputs(source), "cursor": {"before": begun, "after": begun}}
    facts = configured(source) | {"since": since.isoformat() if since else None}
    with running(store, f"ingest:{source.name}", configuration=facts, lineage=lineage) as run:
        given = source.read(begun)
        reading = _once_each(given) if isinstance(source, FileSource) else given
        while rows := list(islice(reading, BATCH)):
            counts.update(_ingest_batch(rows, source, store, run, key=key, since=since, names=names))
            for cursor in [row for row in rows if isinstance(row, Cursor)][-1:]:
                store.keep_cursor(source.name, configuration, cursor.value, run)
                run.lineage["cursor"]["after"] = cursor.value
            run.counts.update(counts)
            advance(len(rows))
        if anew:
            counts["released"] = run.counts["released"] = let_go(store, source.name, run)
    return dict(counts)


def configuration_of(source: Source) -> str:
    """Give the id of a source's configuration: a cursor holds under the one that it was kept under."""
    return content_id(source.model_dump_json(exclude={"keep"}))


def _once_each(rows: Iterable[Record]) -> Iterator[Record]:
    """Refuse a second text under an id already read in a file: each would replace the other, night after night."""
    seen: dict[str, str] = {}
    for row in rows:
        if isinstance(row, Verbatim) and seen.setdefault(row.id, row.version) != row.version:
            reason = "identifiant déjà donné plus haut à un autre texte ; corrigez-le, ou choisissez une autre colonne"
            yield RowError(reason, row=row.external_id, content=row.text, cells=told_by(row))
        else:
            yield row


def _ingest_batch(
    rows: Sequence[Record],
    source: Source,
    store: Store,
    run: Run,
    *,
    key: bytes,
    since: date | None,
    names: bool,
) -> dict[str, int]:
    refused = [row for row in rows if isinstance(row, RowError)]
    read = [row for row in rows if isinstance(row, Verbatim)]
    oldest = kept_since(source.keep, now()) if source.keep else None
    recent = [one for one in read if not _before(one, since, oldest)]
    allowed = not_erased(recent, store, key)
    prints = {keyed_hash(key, VERSION, repr(one)): one for one in allowed}
    known = store.known(list(prints), taken_back=isinstance(source, FileSource))
    fresh = {print_: one for print_, one in prints.items() if print_ not in known}
    prepared = prepare([one.text for one in fresh.values()], language=source.language, names=names)
    kept: list[tuple[str, Verbatim]] = []
    for (print_, one), ready in zip(fresh.items(), prepared, strict=True):
        if not ready.text and one.scores == Scores():
            refused.append(RowError("texte vide, et aucune note", row=one.external_id, cells=told_by(one)))
            continue
        author = keyed_hash(key, one.author) if one.author else None
        meta = {name: prepare_fact(value) for name, value in one.meta.items()}
        one = replace(one, text=ready.text, language=ready.language, flags=ready.flags)
        kept.append((print_, replace(one, author=author, meta=meta)))
    problems = problems_of(refused, source.name, store, key)
    given = [fresh[print_] for print_, _ in kept]
    gone = {content_id(source.name, row.external_id): row.at or now() for row in rows if isinstance(row, Deletion)}
    # what was read may have been erased since it was looked for
    return store.add_verbatims(kept, run, erased=partial(erased, read=given, key=key)) | {
        "read": len(read) + len(refused),
        "known": len(allowed) - len(fresh),
        "before": len(read) - len(recent),
        "erased": len(recent) - len(allowed) + len(refused) - len(problems),
        "deleted": store.mark_deleted(gone, run),
        "quarantined": put_aside(store, problems, run, erased=partial(erased_rows, rows=problems, key=key)),
    }


def _before(one: Verbatim, since: date | None, oldest: datetime | None) -> bool:
    """Tell whether a verbatim is older than what is asked for, or than what is kept."""
    if one.created_at is None:
        return False
    return bool((since and one.created_at.date() < since) or (oldest and one.created_at < oldest))
