import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from listening.codebook import load_codebook
from listening.errors import FormatError
from listening.records import Cursor, Run
from listening.sources.base import Source
from listening.sources.discourse import Discourse
from listening.sources.table import Table
from listening.sources.triple_s import TripleS
from listening.steps.ingest import ingest
from listening.steps.lineage import code_hash, commit, configured, decisions, inputs, surroundings
from listening.steps.runs import running
from listening.store import schema
from listening.store.lineage import find_run, kept_codebook
from listening.store.store import Store


def stored(store: Store) -> list[Run]:
    with store.transaction() as connection:
        return [Run(**row) for row in connection.execute(select(schema.runs)).mappings()]


def table(path: Path) -> Table:
    return Table(name="avis", path=path, text="avis")


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def test_surroundings_name_what_runs_here() -> None:
    found = surroundings()
    assert set(found) == {"code", "python", "packages", "machine"}
    assert {"torch", "pandas", "spacy"} <= found["packages"].keys()
    assert "pytest" not in found["packages"]


@pytest.mark.parametrize("change", ["content", "name", "another"])
def test_code_hash_changes_with_any_file(tmp_path: Path, change: str) -> None:
    folder = tmp_path / "paquet"
    folder.mkdir()
    (folder / "a.py").write_text("un")
    before = code_hash(folder)
    if change == "content":
        (folder / "a.py").write_text("deux")
    elif change == "name":
        (folder / "a.py").rename(folder / "b.py")
    else:
        (folder / "mots.yaml").write_text("un")
    assert code_hash(folder) != before


def test_code_hash_does_not_see_compiled_files(tmp_path: Path) -> None:
    before = code_hash(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_bytes(b"1")
    assert code_hash(tmp_path) == before


def test_commit_is_that_of_the_checkout_and_of_no_other_repository(tmp_path: Path) -> None:
    if not shutil.which("git"):
        pytest.skip("pas de git ; « sudo apt-get install git »")
    paquet = tmp_path / "paquet"
    paquet.mkdir()
    (paquet / "__init__.py").touch()
    git = ["git", "-C", str(tmp_path), "-c", "user.name=essai", "-c", "user.email=essai@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "vide"], check=True)
    assert commit(paquet) is None
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "paquet"], check=True)
    assert len(commit(paquet) or "") == 40


def test_run_records_what_it_depends_on(store: Store) -> None:
    with running(store, "essai", lineage={"seuil": 1}) as run:
        run.lineage["fin"] = 2
    (kept,) = stored(store)
    assert kept.lineage == surroundings() | {"process": os.getpid(), "seuil": 1, "fin": 2}


def test_run_that_fails_keeps_its_lineage(store: Store) -> None:
    with pytest.raises(FormatError), running(store, "essai", lineage={"seuil": 1}):
        raise FormatError("illisible")
    (kept,) = stored(store)
    assert (kept.status, kept.lineage["seuil"]) == ("failed", 1)


def test_decisions_keep_the_codebook_once(store: Store) -> None:
    codebook = load_codebook()
    told = [decisions(store, codebook, {"a.b": 0.5}) for _ in range(2)]
    assert told[0] == told[1]
    assert kept_codebook(store, told[0]["codebook"]["hash"]) == codebook
    with store.transaction() as connection:
        assert len(connection.execute(select(schema.codebooks)).all()) == 1


def test_decisions_tell_codebooks_of_one_reference_apart(store: Store) -> None:
    codebook = load_codebook()
    other = codebook.model_copy(update={"label": "Un autre"})
    first, second = (decisions(store, one, {})["codebook"] for one in (codebook, other))
    assert first["reference"] == second["reference"]
    assert first["hash"] != second["hash"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://forum.example.org", "https://forum.example.org"),
        ("https://lu:motdepasse@forum.example.org/rss", "https://…@forum.example.org/rss"),
        ("https://forum.example.org/rss?cle=a1b2&de=3", "https://forum.example.org/rss?…"),
    ],
)
def test_configured_shows_no_secret_of_an_address(url: str, shown: str) -> None:
    assert configured(Journal(name="journal", address=url))["address"] == shown


def test_inputs_are_the_hashes_of_what_is_read(answers: Path) -> None:
    assert inputs(table(answers)) == {str(answers): digest(answers)}


def test_inputs_in_a_zip_are_the_zip(answers: Path, tmp_path: Path) -> None:
    packed = tmp_path / "export.zip"
    with ZipFile(packed, "w") as archive:
        archive.write(answers, "avis.csv")
    assert inputs(table(packed / "avis.csv")) == {str(packed): digest(packed)}


def test_inputs_of_a_triple_s_survey_are_its_definition_and_its_data(tmp_path: Path) -> None:
    survey, data = tmp_path / "enquete.xml", tmp_path / "reponses.csv"
    record = '<record ident="A" href="reponses.csv" format="csv"><variable ident="1"/></record>'
    survey.write_text(f'<sss version="2.0"><survey>{record}</survey></sss>', encoding="utf-8")
    data.write_text("1\n", encoding="utf-8")
    assert inputs(TripleS(name="enquete", path=survey)) == {str(one): digest(one) for one in (survey, data)}


def test_inputs_of_a_folder_are_the_files_that_are_read(tmp_path: Path) -> None:
    (tmp_path / "sujet.json").write_text("{}", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("rien", encoding="utf-8")
    assert list(inputs(Discourse(name="forum", path=tmp_path))) == [str(tmp_path / "sujet.json")]


def test_inputs_that_are_missing_are_left_to_the_reading(tmp_path: Path) -> None:
    assert inputs(table(tmp_path / "absent.csv")) == {}


class Journal(Source):
    """A service that gives a mark and nothing else."""

    kind: str = "journal"
    address: str = ""

    def read(self, since: str | None = None):
        yield Cursor(f"après {since}")


def test_ingest_of_a_file_records_its_hash_and_its_configuration(store: Store, answers: Path) -> None:
    ingest(table(answers), store, key=b"essai")
    (run,) = stored(store)
    assert run.lineage["inputs"] == {str(answers): digest(answers)}
    assert run.configuration["text"] == "avis"


def test_ingest_of_a_service_records_where_it_began_and_ended(store: Store) -> None:
    for _ in range(2):
        ingest(Journal(name="journal"), store, key=b"essai")
    marks = [run.lineage["cursor"] for run in sorted(stored(store), key=lambda run: run.started_at)]
    assert marks == [
        {"before": None, "after": "après None"},
        {"before": "après None", "after": "après après None"},
    ]


def test_find_run_by_the_beginning_of_its_id(store: Store) -> None:
    with running(store, "essai") as run:
        pass
    assert find_run(store, run.id[:6]).id == run.id
