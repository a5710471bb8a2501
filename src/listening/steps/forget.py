"""Erase verbatims wherever they are: the store, the quarantine, the files that went out; what can be is made again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from listening.errors import ConfigurationError, ListeningError, StoreError
from listening.records import Run
from listening.steps.copies import group_copies
from listening.steps.export import export_parquet
from listening.steps.lineage import file_hash
from listening.steps.publish import publish
from listening.steps.rebuild import basis_then
from listening.steps.runs import going, now, running
from listening.store import audit
from listening.store.erasable import (
    FACTS,
    Asked,
    Place,
    Refused,
    codebooks_citing,
    files_read,
    find_places,
    find_refused,
    marks_of,
    models_taught,
    recorded,
    refused_of,
    repeating,
    versions_of,
)
from listening.store.erasure import (
    Begun,
    begin,
    begun,
    bury,
    done_with,
    erase,
    erase_refused,
    forget_codebooks,
    forget_exports,
    remember_files,
    wipe,
)
from listening.store.lineage import (
    Export,
    exports_named,
    exports_of,
    find_run,
    forget_unwritten,
    kept_codebook,
    unwritten,
)
from listening.store.store import Store
from listening.store.tombstones import AUTHOR, MARK, Why, author_place, lay, mark_place
from listening.store.traces import places
from listening.text.pseudonym import keyed_hash

CARRYING = ("publish", "export", "review-export")  # the steps that carry words out of the store
PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToForget:
    """What is to be erased: verbatims, with their versions, rows in quarantine, files; `author` is a keyed hash.

    `marks` are those that the refused rows of the author carry.

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
    marks: Sequence[str] = ()

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
    author, marks = keyed_hash(key, name), marks_of([name], key)
    found, refused = _of_author(store, author, marks, source)
    return replace(found_places(store, found, refused, why="demande"), author=author, source=source, marks=marks)


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
    texts = set(versions_of(store, [one.id for one in found]).values())
    refused = find_refused(store, marks_of(names, key), texts, sources=sources or facts.values() or None)
    return found_places(store, found, refused, why="demande")


def find_where(store: Store, conditions: Sequence[str]) -> ToForget:
    """Find the verbatims that meet all conditions, `column=value` or `before=2024-01-31`.

    A source asked for alone has all its quarantine too. Raises ConfigurationError for a condition that is none.
    """
    asked = _conditions(conditions)
    found = find_places(store, asked)
    if len(conditions) == 1 and "source" in asked.facts:
        refused = refused_of(store, [asked.facts["source"]])
    else:
        texts = set(versions_of(store, [one.id for one in found]).values())
        refused = find_refused(store, [], texts, sources={one.source for one in found})
    return found_places(store, found, refused, why="demande")


def found_places(store: Store, found: Sequence[Place], refused: Sequence[Refused], *, why: Why) -> ToForget:
    """Find what goes with verbatims and refused rows that are to be erased."""
    texts = versions_of(store, [one.id for one in found])
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
    )


def forget(store: Store, found: ToForget, *, key: bytes, actor: str, remaking: bool = True) -> Forgotten:
    """Erase what was found: first the files, then the store; then, when `remaking`, make again what can be.

    What other programs read, tag or group meanwhile stays out, and what an author wrote that they stored since it was
    found goes too. Cut short, it is ended by `resume`, or by the next erasure. Raises StoreError while a run carries
    words out, and when bytes of what was erased are left in the store's files because another program reads them.
    """
    _refuse_haste(store)
    with running(store, "forget", configuration={"why": found.why}) as run:
        task = Begun(kind="bytes", name=run.id, at=now(), why=found.why, actor=actor)
        refused, asked = found.refused, found.places
        with store.alone() as connection:
            if found.author:
                _keep_out(connection, found, task, key)
                asked, refused = _of_author(store, found.author, found.marks, found.source)  # nobody adds to it now
            begin(connection, asked, refused, task)
        versions = versions_of(store, [one.id for one in asked])
        run.counts.update(verbatims=len(asked), versions=len(versions), quarantine=len(refused))
        return _go_on(store, run, key=key, remaking=remaking)


def resume(store: Store, *, key: bytes) -> Forgotten:
    """End the erasures that were begun and cut short, if any. Raises StoreError as `forget` does."""
    if not begun(store):
        return Forgotten()
    _refuse_haste(store)
    with running(store, "forget") as run:
        return _go_on(store, run, key=key, remaking=True)


def _keep_out(connection: Connection, found: ToForget, task: Begun, key: bytes) -> None:
    """Lay the tombstones of an author: nothing of theirs is stored any more."""
    place = author_place(key, found.author or "", found.source)
    lay(connection, [place], why=AUTHOR, at=task.at)
    lay(connection, [mark_place(key, mark, found.source) for mark in found.marks], why=MARK, at=task.at)
    audit.note(connection, at=task.at, actor=task.actor, action="forget", subject=place, detail={})


def _of_author(
    store: Store, author: str, marks: Sequence[str], source: str | None
) -> tuple[list[Place], list[Refused]]:
    found = find_places(store, Asked(author=author, facts={"source": source} if source else {}))
    texts = set(versions_of(store, [one.id for one in found]).values())
    return found, find_refused(store, marks, texts, sources=[source] if source else None)


def _go_on(store: Store, run: Run, *, key: bytes, remaking: bool) -> Forgotten:
    """Do what erasures that were begun have left to do, each thing ticked off once it is done."""
    done, left = Forgotten(), begun(store)
    bury(store, left, key=key)
    verbatims = [one for one in left if one.kind == "verbatim"]
    texts = versions_of(store, [one.name for one in verbatims])
    _take_away(store, texts, left, done, remaking=remaking)
    forget_codebooks(store, texts.values())
    forget_exports(store, texts)
    erase(store, verbatims, run=run)
    erase_refused(store, [one for one in left if one.kind == "row"])
    files = [one for one in begun(store) if one.kind == "file"]
    if remaking:
        group_copies(store)
        _make_again(store, exports_named(store, [one.name for one in files]), done)
    done_with(store, files)
    wipe(store)
    done_with(store, [one for one in left if one.kind == "bytes"])
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
    """Refuse while words go out: who writes them would have to write them anew, and, killed, would leave them there."""
    for run in going(store, CARRYING):
        raise StoreError(f"{store.place} : « {run.step} » est en cours, et tient des textes ; relancez à sa fin")


def _take_away(
    store: Store, versions: Collection[str], left: Sequence[Begun], done: Forgotten, *, remaking: bool
) -> None:
    """Take away the files that hold the words, or may, being cut, unless something else was written there since.

    Those that are to be made again are kept in mind before.
    """
    cut = unwritten(store, without=[run.id for run in going(store, CARRYING)])
    holding = exports_of(store, versions)
    gone = {path for path in {one.path for one in (*holding, *cut)} if _to_take(store, path, versions)}
    if remaking and left:
        remember_files(store, [one.id for one in holding if one.path in gone and one.run], left[0])
    before = {one.path for one in exports_named(store, [one.name for one in left if one.kind == "file"])}
    for name in dict.fromkeys(one.path for one in (*holding, *cut)):
        path = Path(name)
        if name in gone:
            path.unlink(missing_ok=True)
        if name in gone | before:
            done.removed.append(path)
        elif not path.exists() and any(one.path == name for one in holding):
            done.missing.append(path)
        path.with_suffix(".part").unlink(missing_ok=True)  # of a writing that was cut
    forget_unwritten(store, cut)


def _to_take(store: Store, path: str, versions: Collection[str]) -> bool:
    digest = file_hash(Path(path))
    return digest is not None and not recorded(store, path, digest, without=versions)


def _make_again(store: Store, exports: Iterable[Export], done: Forgotten) -> None:
    """Make again the pages and the tables that stood where they were first written, as the store is now."""
    last: dict[Path, Run] = {}
    for one in exports:
        if one.run:
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
