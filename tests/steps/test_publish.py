import csv
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from listening.configuration import read_night
from listening.records import Run
from listening.steps.night import run_night
from listening.store import schema
from listening.store.lineage import Export, find_run
from listening.store.store import open_store

DRIFT = {"derive.html", "derive.csv", "derive_themes.csv"}
REPORT = {"synthese.html", "themes.csv", "sentiments.csv", "scores.csv", "verbatims_quotes.csv", "copies.csv"}


def recorded(folder: Path) -> list[Export]:
    columns = [schema.exports.c[name] for name in Export.__dataclass_fields__]
    with open_store(folder / "essai.sqlite") as store, store.transaction() as connection:
        return [Export(**row) for row in connection.execute(select(*columns)).mappings()]


@pytest.fixture(scope="module")
def exports(published: Path) -> dict[str, Export]:
    """What a night wrote, by file name."""
    found = {Path(one.path).name: one for one in recorded(published)}
    return {name: one for name, one in found.items() if not name.startswith("derive")}  # written by another step


@pytest.fixture(scope="module")
def run(exports: dict[str, Export], published: Path) -> Run:
    """The run that published them."""
    with open_store(published / "essai.sqlite") as store:
        return find_run(store, exports["synthese.html"].run or "")


def versions(folder: Path, ids: set[str]) -> set[str]:
    table = schema.verbatims
    with open_store(folder / "essai.sqlite") as store, store.transaction() as connection:
        return set(connection.scalars(select(table.c.version).where(table.c.id.in_(ids))))


def ids(file: Path) -> set[str]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return {row["identifiant"] for row in csv.DictReader(lines, delimiter=";")}


def test_publish_records_each_file_it_writes_with_its_hash(
    exports: dict[str, Export], run: Run, published: Path
) -> None:
    folder = published / "rapports"
    written = {name: sha256((folder / name).read_bytes()).hexdigest() for name in exports}
    assert {name: one.sha256 for name, one in exports.items()} == written
    assert exports.keys() == {*REPORT, "a_relire.csv"}
    assert run.lineage["files"] == {name: exports[name].sha256 for name in REPORT}


@pytest.mark.parametrize("name", ["verbatims_quotes.csv", "a_relire.csv"])
def test_publish_records_whose_words_a_file_holds(exports: dict[str, Export], published: Path, name: str) -> None:
    shown = ids(published / "rapports" / name)
    assert shown
    assert set(exports[name].versions) == versions(published, shown)


def test_publish_records_no_words_of_figures(exports: dict[str, Export]) -> None:
    assert list(exports["themes.csv"].versions) == []


def test_publish_tells_the_runs_it_used(run: Run, published: Path) -> None:
    with open_store(published / "essai.sqlite") as store, store.transaction() as connection:
        steps = dict(connection.execute(select(schema.runs.c.id, schema.runs.c.step)).all())
    assert {steps[name] for name in run.lineage["runs"]} == {"ingest:avis", "copies", "tag"}
    assert steps[run.lineage["tagging"]] == "tag"


def test_publish_names_itself_in_its_page(run: Run, published: Path) -> None:
    page = (published / "rapports" / "synthese.html").read_text(encoding="utf-8")
    assert run.id in page
    assert run.lineage["codebook"]["hash"][:12] in page


def test_publish_twice_records_what_is_new_only(published: Path, tmp_path: Path) -> None:
    shutil.copytree(published, tmp_path, dirs_exist_ok=True)
    night = read_night(tmp_path / "nuit.yaml")
    for _ in range(2):
        run_night(night)
    names = [Path(one.path).name for one in recorded(tmp_path) if Path(one.path).parent == night.reports]
    assert sorted(names) == sorted([*REPORT, "a_relire.csv", "synthese.html", *DRIFT, "derive.html"])
