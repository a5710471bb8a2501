import json
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import sleep
from uuid import uuid4
from zipfile import ZipFile, is_zipfile

import pytest
from sqlalchemy import create_engine, func, select, text

from listening.codebook import Codebook, load_codebook
from listening.configuration import read_night
from listening.errors import ConfigurationError, RowError, StoreError
from listening.records import Reading, Run, Verdict
from listening.sources.table import Table
from listening.steps.copies import group_copies
from listening.steps.export import export_parquet
from listening.steps.forget import Forgotten, ToForget, find_author, find_verbatim, find_where, forget, resume
from listening.steps.ingest import ingest
from listening.steps.kept_out import problems_of
from listening.steps.lineage import exported as exported_file
from listening.steps.lineage import file_hash, surroundings, write_out
from listening.steps.night import KEY, run_night
from listening.steps.runs import now
from listening.steps.tag import tag_pending
from listening.store import audit, schema
from listening.store.check import check
from listening.store.erasure import Begun, begin, begun, bury
from listening.store.frames import counts
from listening.store.lineage import Export, add_exports, announce, keep_codebook, unwritten
from listening.store.quarantine import put_aside
from listening.store.store import Store, open_store
from listening.store.verdicts import add_verdicts
from listening.tagging.embedded import EmbeddedTagger
from listening.text.pseudonym import read_key

SECRET = b"secret"
SAID = "Encore un justificatif demandé"
REFUSED = "La caisse numéro douze ne prend jamais la monnaie."
BAD = f"7;03/02/2026;Zaza;11;{REFUSED}\n"
WORDS = (SAID, REFUSED)  # Zaza's alone


def forms(word: str) -> Iterator[bytes]:
    """How words may stand in a file."""
    for form in (word, json.dumps(word)[1:-1]):
        for encoding in ("utf-8", "utf-16-le"):
            yield form.encode(encoding)


def contents(path: Path) -> Iterator[bytes]:
    """The bytes of a file, and those that it holds compressed."""
    yield path.read_bytes()
    if is_zipfile(path):
        with ZipFile(path) as archive:
            yield from map(archive.read, archive.namelist())
    if path.suffix == ".parquet":
        from pyarrow.parquet import read_table

        yield repr(read_table(path).to_pylist()).encode()


def files_with(folder: Path, *words: str) -> set[str]:
    """The files of a data folder, but what was read, in which one of these words is."""
    sought = [form for word in words for form in forms(word)]
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "avis.csv"]
    return {path.name for path in files for content in contents(path) if any(form in content for form in sought)}


def tables_with(store: Store, *words: str) -> set[str]:
    """The tables of which a row holds one of these words."""
    with store.transaction() as connection:
        rows = [
            (table.name, repr(row._mapping))
            for table in schema.metadata.sorted_tables
            for row in connection.execute(select(table))
        ]
    return {name for name, row in rows if any(word in row for word in words)}


def source(path: Path) -> Table:
    return Table(name="avis", path=path, id="id", text="avis", date="date", author="auteur", stars="note")


@pytest.fixture
def held(store: Store, answers: Path) -> Store:
    """Answers that were read, one of them refused."""
    answers.write_text(answers.read_text(encoding="utf-8") + BAD, encoding="utf-8")
    ingest(source(answers), store, key=SECRET)
    return store


def erased(store: Store, found: ToForget) -> Forgotten:
    return forget(store, found, key=SECRET, actor="lea")


def authored(store: Store, name: str = "Zaza", **options: str) -> ToForget:
    return find_author(store, name, key=SECRET, **options)


def ids(store: Store) -> list[str]:
    with store.transaction() as connection:
        return sorted(connection.scalars(select(schema.verbatims.c.external_id)))


def exported(store: Store, path: Path, found: ToForget) -> Path:
    """A file that went out with what was found."""
    path.write_text(SAID, encoding="utf-8")
    digest = file_hash(path) or ""
    add_exports(store, [Export(kind="list", path=str(path), sha256=digest, versions=tuple(found.versions), at=now())])
    return path


def test_forget_leaves_no_byte_of_an_author_in_the_data_folder(night_file: Path, answers: Path, tmp_path: Path) -> None:
    answers.write_text(answers.read_text(encoding="utf-8") + BAD, encoding="utf-8")
    night = read_night(night_file)
    run_night(night)
    with open_store(night.store) as store:
        export_parquet(store, tmp_path / "tables")
        assert {"verbatims", "quarantine"} <= tables_with(store, *WORDS)
        before = files_with(tmp_path, *WORDS)
        key = read_key(tmp_path / KEY)
        done = forget(store, find_author(store, "Zaza", key=key), key=key, actor="lea")
        assert tables_with(store, *WORDS) == set()
        assert files_with(tmp_path, *WORDS) == set()  # while the store is open, its journal with it
        assert {"synthese.html", "a_relire.csv", "verbatims.parquet"} & before
        assert {path.name for path in done.removed} == before - {"essai.sqlite", "essai.sqlite-wal"}
        assert set(done.made_again) == {tmp_path / "tables", night.reports}
        assert all(path.is_file() for path in done.removed)  # made again, without the words
        assert [finding for finding in check(store) if finding.faults] == []


def test_forget_takes_out_the_author_and_nobody_else(held: Store) -> None:
    erased(held, authored(held))
    assert ids(held) == ["1", "2", "4"]
    assert tables_with(held, *WORDS) == set()


@pytest.mark.parametrize(
    "line",
    [
        "7;03/02/2026;Zaza;11;La caisse est fermée.\n",
        "7;32/13/2026;Zaza;1;La caisse est fermée.\n",
        "1;03/02/2026;Zaza;1;La caisse est fermée.\n",
        "1;03/02/2026;;1;Encore un justificatif demandé, appelez-moi au 06 39 98 12 44. La caisse est fermée.\n",
    ],
    ids=["score", "date", "second text of an id", "no author, same words"],
)
def test_forget_finds_refused_rows_of_an_author(store: Store, answers: Path, line: str) -> None:
    answers.write_text(answers.read_text(encoding="utf-8") + line, encoding="utf-8")
    ingest(source(answers), store, key=SECRET)
    assert tables_with(store, "caisse") == {"quarantine"}
    erased(store, authored(store))
    assert tables_with(store, "caisse") == set()
    assert ingest(source(answers), store, key=SECRET)["quarantined"] == 0


def test_forget_leaves_the_refused_rows_of_others(store: Store, answers: Path) -> None:
    line = "7;03/02/2026;Zazie;11;La caisse est fermée.\n"
    answers.write_text(answers.read_text(encoding="utf-8") + line, encoding="utf-8")
    ingest(source(answers), store, key=SECRET)
    erased(store, authored(store))
    assert tables_with(store, "caisse") == {"quarantine"}


def test_forget_finds_an_author_named_within_a_cell(store: Store) -> None:
    cells = ('{"display_name": "Zaza M.", "fields": [{"acct": "Zaza"}]}', "12")
    refused = [RowError("date illisible", row="objet 3", content="La caisse est fermée.", cells=cells)]
    run = store.start_run(Run(id="r1", step="ingest:social", started_at=now()))
    put_aside(store, problems_of(refused, "social", store, SECRET), run)
    store.end_run(replace(run, status="completed"), now())
    erased(store, authored(store))
    assert tables_with(store, "caisse") == set()


def test_forget_keeps_the_verdict_and_empties_its_note(held: Store) -> None:
    found = authored(held)
    verdict = Verdict(
        id=uuid4().hex, verbatim=found.places[0].id, version=found.versions[0], coder="lea", at=now(), codebook="c@1",
        sentiment="negatif", note="réclame un justificatif",
    )  # fmt: skip
    add_verdicts(held, [verdict])
    erased(held, found)
    with held.transaction() as connection:
        row = connection.execute(select(schema.verdicts)).mappings().one()
    assert (row["sentiment"], row["note"]) == ("negatif", "")


def test_forget_keeps_a_reading_again_out(held: Store, answers: Path) -> None:
    erased(held, authored(held))
    again = ingest(source(answers), held, key=SECRET)
    assert (again["erased"], again["new"], again["quarantined"]) == (2, 0, 0)
    assert tables_with(held, *WORDS) == set()


def test_forget_keeps_out_a_mended_row_and_reads_what_the_author_writes_later(held: Store, answers: Path) -> None:
    erased(held, authored(held))
    mended = answers.read_text(encoding="utf-8").replace("Zaza;11;", "Zaza;1;")
    answers.write_text(mended + f"8;{now() + timedelta(days=2):%d/%m/%Y};Zaza;4;C'est mieux.\n", encoding="utf-8")
    assert ingest(source(answers), held, key=SECRET)["new"] == 1
    assert ids(held) == ["1", "2", "4", "8"]


def test_forget_in_one_source_leaves_the_other(held: Store, answers: Path) -> None:
    other = source(answers).model_copy(update={"name": "forum"})
    ingest(other, held, key=SECRET)
    erased(held, authored(held, source="forum"))
    assert ids(held) == ["1", "1", "2", "2", "3", "4", "4"]
    assert ingest(source(answers), held, key=SECRET)["known"] == 4


def test_forget_a_verbatim_by_the_id_of_its_source(held: Store) -> None:
    found = find_verbatim(held, "3", key=SECRET)
    erased(held, found)
    assert ids(held) == ["1", "2", "4"]
    assert tables_with(held, SAID) == set()
    assert "quarantine" in tables_with(held, REFUSED)  # of another verbatim


def test_forget_a_verbatim_of_two_sources_asks_which(held: Store, answers: Path) -> None:
    ingest(source(answers).model_copy(update={"name": "forum"}), held, key=SECRET)
    with pytest.raises(StoreError, match="--source"):
        find_verbatim(held, "3", key=SECRET)
    assert find_verbatim(held, "3", key=SECRET, source="forum").by_source == {"forum": 1}


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (["source=avis"], ["1", "2", "3", "4"]),
        (["before=2026-02-05"], ["1", "2"]),
        (["source=avis", "external_id=4"], ["4"]),
        (["source=forum"], []),
        (["brand=Kolibri"], []),
        (["meta.région=Bretagne"], []),
    ],
)
def test_forget_where_all_conditions_hold(held: Store, conditions: list[str], expected: list[str]) -> None:
    assert sorted(place.external_id for place in find_where(held, conditions).places) == expected


@pytest.mark.parametrize("condition", ["source", "couleur=bleu", "before=hier", "text=x"])
def test_forget_where_refuses_what_is_no_condition(held: Store, condition: str) -> None:
    with pytest.raises(ConfigurationError, match="écrivez"):
        find_where(held, [condition])


def test_forget_finds_the_further_columns(store: Store, answers: Path) -> None:
    ingest(source(answers).model_copy(update={"meta": ("note",)}), store, key=SECRET)
    assert [one.external_id for one in find_where(store, ["meta.note=1"]).places] == ["2"]


def test_forget_tells_what_stays(held: Store, answers: Path) -> None:
    found = authored(held)
    assert found.read == [answers]
    assert found.by_source == {"avis": 1}


def test_forget_names_and_leaves_the_copies_of_others(store: Store, answers: Path) -> None:
    words = "Le livreur est passé deux heures avant le créneau prévu et personne ne nous a prévenus de ce changement"
    rows = f"5;07/02/2026;Lou;2;{words}\n6;08/02/2026;Max;2;{words}\n"
    answers.write_text(answers.read_text(encoding="utf-8") + rows, encoding="utf-8")
    ingest(source(answers), store, key=SECRET)
    group_copies(store)
    found = authored(store, "Lou")
    erased(store, found)
    with store.transaction() as connection:
        table = schema.verbatims
        left = connection.execute(select(table.c.id, table.c.version).where(table.c.external_id == "6")).one()
        grouped = dict(connection.execute(select(schema.copies.c.version, schema.copies.c.original)).all())
    assert found.repeated == [left.id]
    assert grouped[left.version] == left.version  # a group of its own, made anew
    assert "verbatims" in tables_with(store, words)


def test_forget_takes_away_a_file_and_tells_one_that_is_elsewhere(held: Store, tmp_path: Path) -> None:
    here, moved = (exported(held, tmp_path / name, authored(held)) for name in ("liste.csv", "partie.csv"))
    moved.rename(tmp_path / "ailleurs.csv")
    done = erased(held, authored(held))
    assert (done.removed, done.missing, done.made_again) == ([here], [moved], [])


def test_forget_takes_away_a_file_that_was_changed_by_hand(held: Store, tmp_path: Path) -> None:
    path = exported(held, tmp_path / "classeur.csv", authored(held))
    path.write_text(f"{SAID} ; relu", encoding="utf-8")
    assert erased(held, authored(held)).removed == [path]


def test_forget_leaves_a_file_that_was_written_anew_without_the_words(held: Store, tmp_path: Path) -> None:
    path = exported(held, tmp_path / "liste.csv", authored(held))
    path.write_text("autre", encoding="utf-8")
    add_exports(held, [Export(kind="list", path=str(path), sha256=file_hash(path) or "", versions=(), at=now())])
    assert erased(held, authored(held)).removed == []
    assert path.read_text(encoding="utf-8") == "autre"


def test_forget_leaves_no_hash_of_the_words_in_lists_of_files(held: Store, tmp_path: Path) -> None:
    found = authored(held)
    exported(held, tmp_path / "liste.csv", found)
    erased(held, found)
    assert tables_with(held, *found.versions) == set()


def test_forget_names_the_models_that_may_have_learnt(held: Store) -> None:
    found = authored(held)
    decided = Verdict(
        id=uuid4().hex, verbatim=found.places[0].id, version=found.versions[0], coder="lea", at=now(), codebook="c@1"
    )
    for name, then in (("avant", now() - timedelta(days=1)), ("apres", now() + timedelta(days=1))):
        run = Run(id=name, step="retrain", started_at=then, lineage={"challenger": name})
        held.end_run(replace(held.start_run(run), status="completed"), then)
    add_verdicts(held, [decided])
    assert authored(held).taught == ["apres"]
    assert find_verbatim(held, "1", key=SECRET).taught == []


def test_forget_takes_out_a_codebook_that_quotes_the_words(held: Store, codebook: Codebook) -> None:
    given = codebook.model_dump() | {"version": "2"}
    given["codes"]["prix.niveau"]["examples"] = ["Encore un justificatif demandé, appelez-moi au [TÉLÉPHONE]."]
    keep_codebook(held, codebook)
    keep_codebook(held, Codebook.model_validate(given))
    found = authored(held)
    assert found.cited == ["essai@2"]
    erased(held, found)
    assert tables_with(held, *WORDS) == set()
    assert "codebooks" in tables_with(held, "essai@1")


def test_forget_waits_for_a_run_that_writes_texts(held: Store) -> None:
    running = held.start_run(Run(id="r9", step="publish", started_at=now()))
    with pytest.raises(StoreError, match="relancez à sa fin"):
        erased(held, authored(held))
    held.end_run(replace(running, status="failed"), now())
    erased(held, authored(held))
    assert "3" not in ids(held)


def test_forget_does_not_wait_for_a_run_that_was_killed(held: Store) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    lineage = surroundings() | {"process": gone.pid}
    held.start_run(Run(id="r9", step="publish", started_at=now(), lineage=lineage))
    erased(held, authored(held))
    assert "3" not in ids(held)


def beside(place: str, step: Callable[[Store], object], name: str = "Zaza") -> None:
    """Forget an author while another program does a step of work, whenever that one is in the middle of it."""
    with open_store(place) as store, open_store(place) as other, ThreadPoolExecutor(1) as programs:
        working = programs.submit(step, other)
        while not working.done() and not running(store):
            sleep(0.01)
        erased(store, authored(store, name))
        working.result()
        assert tables_with(store, *WORDS) == set()
        assert [finding for finding in check(store) if finding.faults] == []


def running(store: Store) -> bool:
    """Whether a run goes on, and something is stored."""
    with store.transaction() as connection:
        going = connection.scalar(select(func.count()).where(schema.runs.c.status == "running"))
        return bool(going and connection.scalar(select(func.count()).select_from(schema.verbatims)))


def test_forget_beside_a_reading_lets_nothing_of_the_author_in(store_place: str, answers: Path) -> None:
    rows = [f"{rank};03/02/2026;Zaza;{1 + rank % 11};{SAID}, le {rank}e." for rank in range(10, 700)]
    answers.write_text(answers.read_text(encoding="utf-8") + "\n".join([*rows, BAD]), encoding="utf-8")
    beside(store_place, lambda store: ingest(source(answers), store, key=SECRET, names=False))
    with open_store(store_place) as store:
        assert ids(store) == ["1", "2", "4"]


def test_forget_beside_a_tagging_leaves_nothing_said_of_the_author(
    store_place: str, answers: Path, tiny_model: Path
) -> None:
    rows = [f"{rank};03/02/2026;Zaza;1;{SAID}, le {rank}e." for rank in range(10, 100)]
    answers.write_text(answers.read_text(encoding="utf-8") + "\n".join(rows), encoding="utf-8")
    tagger = EmbeddedTagger(tiny_model)
    with open_store(store_place) as store:
        ingest(source(answers), store, key=SECRET, names=False)
    beside(store_place, lambda store: tag_pending(store, tagger, load_codebook(), chunk=4))
    with open_store(store_place) as store, store.transaction() as connection:
        assert connection.scalar(select(func.count()).select_from(schema.readings)) == 3


def test_forget_beside_a_grouping_leaves_the_groups_of_others(store_place: str, answers: Path) -> None:
    words = "Le livreur est passé deux heures avant le créneau prévu et personne ne nous a prévenus de ce changement"
    rows = [f"{rank};03/02/2026;{'Zaza' if rank % 2 else 'Momo'};1;{words}." for rank in range(10, 200)]
    answers.write_text(answers.read_text(encoding="utf-8") + "\n".join(rows), encoding="utf-8")
    with open_store(store_place) as store:
        ingest(source(answers), store, key=SECRET, names=False)
    beside(store_place, lambda store: group_copies(store, batch=2))
    with open_store(store_place) as store:
        group_copies(store)
        with store.transaction() as connection:
            groups = connection.scalars(select(schema.copies.c.original).group_by(schema.copies.c.original)).all()
    assert len(groups) == 4  # of Momo's 96, and three that are like no other


def written(path: Path, words: str, found: ToForget) -> tuple[None, list[Export]]:
    """A file that is written with what was found when it was begun."""
    path.write_text(words, encoding="utf-8")
    return None, [exported_file("list", path, at=now(), versions=found.versions)]


def test_forget_beside_a_writing_has_it_written_anew(held: Store, tmp_path: Path) -> None:
    path, times = tmp_path / "liste.csv", []

    def write() -> tuple[None, list[Export]]:
        found = authored(held)  # nothing, the second time
        outcome = written(path, SAID if found.versions else "rien", found)
        times.append(len(found.versions))
        erased(held, found)
        return outcome

    write_out(held, [path], write, kind="list", at=now(), run=None)
    assert times == [1, 0]
    assert path.read_text(encoding="utf-8") == "rien"
    assert not tables_with(held, "''")  # nothing is announced any more


def test_forget_beside_a_writing_that_keeps_the_words_leaves_no_file(held: Store, tmp_path: Path) -> None:
    path, found = tmp_path / "liste.csv", authored(held)
    erased(held, found)
    with pytest.raises(StoreError, match="finissez l'effacement"):
        write_out(held, [path], lambda: written(path, SAID, found), kind="list", at=now())
    assert not path.exists()
    assert unwritten(held, without=[]) == []


@pytest.mark.parametrize("name", ["liste.csv", "liste.part"])
def test_forget_takes_away_a_file_whose_writing_was_cut(held: Store, tmp_path: Path, name: str) -> None:
    announce(held, [str(tmp_path / "liste.csv")], kind="list", at=now(), run="r9")
    (tmp_path / name).write_text(SAID, encoding="utf-8")
    erased(held, authored(held))
    assert not (tmp_path / name).exists()
    assert unwritten(held, without=[]) == []


def test_forget_keeps_out_the_refused_rows_of_the_author_that_come_later(held: Store, answers: Path) -> None:
    erased(held, authored(held))
    later = "8;03/02/2026;Zaza;11;La caisse est fermée.\n9;03/02/2026;Zouzou;11;La porte est fermée.\n"
    answers.write_text(answers.read_text(encoding="utf-8") + later, encoding="utf-8")
    ingest(source(answers), held, key=SECRET)
    assert tables_with(held, "caisse") == set()
    assert tables_with(held, "porte") == {"quarantine"}


def test_forget_that_was_cut_is_seen_and_ended(held: Store, tmp_path: Path) -> None:
    found = authored(held)
    path = exported(held, tmp_path / "liste.csv", found)
    task = Begun(kind="bytes", name="r9", at=now(), why="demande", actor="lea")
    with held.alone() as connection:
        begin(connection, found.places, found.refused, task)
    (left,) = [finding for finding in check(held) if finding.faults]
    assert "listening forget --resume" in left.what and "lea" in left.example
    assert resume(held, key=SECRET).removed == [path]
    assert [finding for finding in check(held) if finding.faults] == []
    assert tables_with(held, *WORDS) == set()
    assert resume(held, key=SECRET) == Forgotten()


def test_forget_begun_shows_and_stores_nothing_more(held: Store) -> None:
    found = authored(held)
    waiting = held.pending("m@1", "c@1", limit=9)
    (mine,) = [one for one in waiting if one.version in found.versions]
    with held.alone() as connection:
        begin(connection, found.places, [], Begun("bytes", "r9", now(), "demande", "lea"))
    bury(held, begun(held), key=SECRET)
    assert len(held.pending("m@1", "c@1", limit=9)) == len(waiting) - 1
    reading = Reading(sentiment={"negatif": 1.0, "neutre": 0.0, "positif": 0.0}, tags=())
    held.add_readings([(mine, [], reading)], model="m@1", codebook="c@1", run=Run(id="r", step="tag", started_at=now()))
    assert counts(held)["readings"] == 0


def test_forget_is_in_an_audit_that_is_whole(held: Store) -> None:
    found = authored(held)
    erased(held, found)
    told = [(line.actor, line.action, line.subject) for line in audit.lines(held)]
    assert ("lea", "forget", found.places[0].id) in told
    assert audit.broken(held) == []


def test_forget_again_finds_nothing_and_does_no_harm(held: Store) -> None:
    erased(held, authored(held))
    again = authored(held)
    assert (list(again.places), list(again.refused)) == ([], [])
    erased(held, again)
    assert ids(held) == ["1", "2", "4"]


def test_forget_says_when_another_program_keeps_bytes(tmp_path: Path, answers: Path) -> None:
    place = tmp_path / "essai.sqlite"
    with open_store(place) as store:
        ingest(source(answers), store, key=SECRET)
        reader = create_engine(f"sqlite:///{place}")
        with reader.connect() as connection:
            connection.execute(text("BEGIN"))
            connection.execute(text("SELECT count(*) FROM verbatims"))
            with store.engine.connect() as own:  # not to wait for half a minute
                own.exec_driver_sql("PRAGMA busy_timeout = 50")
            with pytest.raises(StoreError, match="des octets en restent"):
                erased(store, authored(store))
        reader.dispose()
        erased(store, authored(store))
    assert files_with(tmp_path, SAID) == set()


def test_forget_knows_every_table() -> None:
    """A table that is new must be thought of: what does it hold of a person?"""
    erased_with_verbatims = {"verbatims", "former_verbatims", "segments", "readings", "tags", "copies", "copy_bands"}
    erased_with_verbatims |= {"former_copies", "queue", "shown", "cards", "words_found"}
    emptied = {"verdicts", "exports", "quarantine"}
    without_words = {"runs", "cursors", "coders", "audit", "tombstones", "codebooks", "sessions", "attempts"}
    without_words |= {"erasures", "cells", "deck"}
    assert set(schema.metadata.tables) == erased_with_verbatims | emptied | without_words
