"""Erase verbatims wherever they are: the store, the quarantine, the files that went out; what can be is made again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from listening.errors import ConfigurationError, ListeningError, StoreError
from listening.records import Run
from listening.steps.copies import group_copies
from listening.steps.export import export_parquet
from listening.steps.lineage import file_hash
from listening.steps.publish import publish
from listening.steps.rebuild import basis_then
from listening.steps.runs import now, running
from listening.store import audit, schema
from listening.store.erasable import (
    FACTS,
    Asked,
    Place,
    Refused,
    codebooks_citing,
    files_read,
    find_places,
    find_refused,
    models_taught,
    recorded,
    refused_of,
    repeating,
    versions_of,
)
from listening.store.erasure import erase, erase_refused, forget_codebooks, forget_exports, wipe
from listening.store.lineage import Export, exports_of, find_run, kept_codebook
from listening.store.store import Store
from listening.store.tombstones import AUTHOR, Why, author_place, lay
from listening.store.traces import places
from listening.text.pseudonym import keyed_hash

CARRYING = ("publish", "export", "review-export", "rebuild")  # the steps that carry words out of the store
PARIS = ZoneInfo("Europe/Paris")
PATIENCE = timedelta(hours=1)  # a run that began before did not end well


@dataclass(frozen=True, slots=True, kw_only=True)
class ToForget:
    """What is to be erased: verbatims, with their versions, rows in quarantine, files; `author` is a keyed hash.

    What stays: `repeated`, the verbatims of others that repeat the words; `read`, the files that they were read from;
    `taught`, the models that learnt from what people decided on them; `cited`, the codebooks that quote them.
    """

    why: Why
    places: Sequence[Place]
    versions: Sequence[str]
    refused: Sequence[Refused]
    exports: Sequence[Export]
    repeated: Sequence[str]
    read: Sequence[Path]
    taught: Sequence[str]
    cited: Sequence[str]
    author: str | None = None
    source: str | None = None

    @property
    def by_source(self) -> dict[str, int]:
        """How many verbatims, by source."""
        names = [one.source for one in self.places]
        return {name: names.count(name) for name in dict.fromkeys(names)}


@dataclass
class Forgotten:
    """What became of files: those taken away, those that are not where they were written, the folders made again."""

    removed: list[Path] = field(default_factory=list)
    missing: list[Path] = field(default_factory=list)
    made_again: list[Path] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def find_author(store: Store, name: str, *, key: bytes, source: str | None = None) -> ToForget:
    """Find what an author wrote, by the name that sources give, in one source or in all."""
    author, facts = keyed_hash(key, name), {"source": source} if source else {}
    found = find_places(store, Asked(author=author, facts=facts))
    texts = set(versions_of(store, found).values())
    refused = find_refused(store, [name], texts, key=key, sources=[source] if source else None)
    return found_places(store, found, refused, why="demande", author=author, source=source)


def find_verbatim(store: Store, name: str, *, key: bytes, source: str | None = None) -> ToForget:
    """Find a verbatim, by its id, that of a version, or the id that its source gives it.

    Raises StoreError when several have this name.
    """
    ids, facts = places(store, name), {"source": source} if source else {}
    found = find_places(store, Asked(ids=tuple(ids), facts=facts)) if ids else []
    if len(found) > 1:
        listed = ", ".join(f"{one.id} ({one.source})" for one in found)
        raise StoreError(f"plusieurs verbatims s'appellent « {name} » ; donnez --source, ou l'un de {listed}")
    names, sources = [one.external_id for one in found] or [name], [one.source for one in found]
    texts = set(versions_of(store, found).values())
    refused = find_refused(store, names, texts, key=key, sources=sources or facts.values() or None)
    return found_places(store, found, refused, why="demande")


def find_where(store: Store, conditions: Sequence[str], *, key: bytes) -> ToForget:
    """Find the verbatims that meet all conditions, `column=value` or `before=2024-01-31`.

    A source asked for alone has all its quarantine too. Raises ConfigurationError for a condition that is none.
    """
    asked = _conditions(conditions)
    found = find_places(store, asked)
    if len(conditions) == 1 and "source" in asked.facts:
        refused = refused_of(store, [asked.facts["source"]])
    else:
        texts = set(versions_of(store, found).values())
        refused = find_refused(store, [], texts, key=key, sources={one.source for one in found})
    return found_places(store, found, refused, why="demande")


def found_places(
    store: Store,
    found: Sequence[Place],
    refused: Sequence[Refused],
    *,
    why: Why,
    author: str | None = None,
    source: str | None = None,
) -> ToForget:
    """Find what goes with verbatims and refused rows that are to be erased."""
    texts = versions_of(store, found)
    versions = list(texts)
    return ToForget(
        why=why,
        places=found,
        versions=versions,
        refused=refused,
        exports=exports_of(store, versions),
        repeated=repeating(store, versions),
        read=[path for name in files_read(store, versions) if (path := Path(name)).exists()],
        taught=models_taught(store, versions),
        cited=sorted({reference for _, reference in codebooks_citing(store, texts.values())}),
        author=author,
        source=source,
    )


def forget(store: Store, found: ToForget, *, key: bytes, actor: str, remaking: bool = True) -> Forgotten:
    """Erase what was found: first the files, then the store; then, when `remaking`, make again what can be.

    Done again after it was cut short, it goes on. Raises StoreError while a run carries words in or out, and when bytes
    of what was erased are left in the store's files because another program reads them.
    """
    _refuse_haste(store)
    done, at = Forgotten(), now()
    with running(store, "forget", configuration={"why": found.why}) as run:
        _take_away(store, found, done)
        forget_codebooks(store, versions_of(store, found.places).values())
        with store.transaction() as connection:
            if found.author:
                place = author_place(key, found.author, found.source)
                lay(store, connection, [place], why=AUTHOR, at=at)
                audit.note(connection, at=at, actor=actor, action="forget", subject=place, detail={})
        erase(store, found.places, key=key, why=found.why, actor=actor, at=at, run=run)
        erase_refused(store, found.refused, key=key, actor=actor, at=at)
        forget_exports(store, found.versions)
        run.counts.update(verbatims=len(found.places), versions=len(found.versions), quarantine=len(found.refused))
    if remaking:
        group_copies(store)
        _make_again(store, found.exports, done)
    wipe(store)
    return done


def _conditions(given: Sequence[str]) -> Asked:
    facts: dict[str, str] = {}
    before = None
    for condition in given:
        name, equals, value = condition.partition("=")
        if not equals or not (name in (*FACTS, "before") or name.startswith("meta.")):
            possible = ", ".join([*FACTS, "meta.…", "before"])
            raise ConfigurationError(f"condition « {condition} » : écrivez colonne=valeur ; colonnes : {possible}")
        if name != "before":
            facts[name] = value
            continue
        try:
            before = datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=PARIS)
        except ValueError as error:
            raise ConfigurationError(f"date « {value} » : écrivez before=2024-01-31") from error
    return Asked(facts=facts, before=before)


def _refuse_haste(store: Store) -> None:
    """Refuse while words come in or go out: what is read or written meanwhile would hold what was erased."""
    table = schema.runs
    carrying = or_(table.c.step.in_(CARRYING), table.c.step.startswith("ingest:"))
    query = select(table.c.step).where(table.c.status == "running", carrying, table.c.started_at > now() - PATIENCE)
    with store.transaction() as connection:
        if step := connection.scalar(query):
            raise StoreError(f"{store.place} : « {step} » est en cours, et tient des textes ; relancez à sa fin")


def _take_away(store: Store, found: ToForget, done: Forgotten) -> None:
    """Take away the files that hold the words, unless something else was written there since."""
    for name in dict.fromkeys(one.path for one in found.exports):
        path = Path(name)
        digest = file_hash(path)
        if digest is None:
            done.missing.append(path)
        elif not recorded(store, name, digest, without=found.versions):
            path.unlink()
            done.removed.append(path)
        with suppress(FileNotFoundError):  # a writing that was cut
            path.with_suffix(".part").unlink()


def _make_again(store: Store, exports: Iterable[Export], done: Forgotten) -> None:
    """Make again the pages and the tables that stood where they were first written, as the store is now."""
    last: dict[Path, Run] = {}
    for one in exports:
        if one.run and Path(one.path) in done.removed:
            run, folder = find_run(store, one.run), Path(one.path).parent
            first = run.step == "export" or folder == Path(run.configuration.get("folder", "")).absolute()
            if first and run.step in ("publish", "export"):
                last[folder] = max(last.get(folder, run), run, key=lambda run: run.started_at)
    for folder, run in last.items():
        try:
            _make_one(store, run, folder)
            done.made_again.append(folder)
        except ListeningError as error:
            done.failures.append(f"{folder} : {error}")


def _make_one(store: Store, run: Run, folder: Path) -> None:
    if run.step == "export":
        export_parquet(store, folder)
        return
    codebook = kept_codebook(store, run.lineage["codebook"]["hash"])
    if codebook is None:
        raise StoreError(f"le plan de codage {run.codebook} n'est plus dans la base")
    publish(
        store,
        basis_then(run, codebook),
        folder,
        title=run.configuration["title"],
        quotes=run.configuration["quotes"],
        failures=run.lineage["failures"],
    )
