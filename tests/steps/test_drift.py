from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from listening.configuration import read_night
from listening.steps.drift import measure_drift, watch
from listening.steps.lineage import file_hash
from listening.steps.night import night_tagger, open_night, run_night
from listening.steps.runs import now
from listening.steps.summary import basis_of
from listening.store import schema
from listening.store.arrivals import Windows
from listening.store.lineage import find_run


def test_drift_of_a_night_is_told_and_published(night_file: Path) -> None:
    night = read_night(night_file)
    report, _ = run_night(night)
    assert any(line.startswith("Dérive") and "derive.html" in line for line in report.lines())
    assert {path.name for path in night.reports.glob("derive*")} == {"derive.html", "derive.csv", "derive_themes.csv"}


def test_drift_compares_by_arrival_and_keeps_its_indices(night_file: Path) -> None:
    night = read_night(night_file)
    run_night(night)
    with open_night(night) as (store, _):
        basis = basis_of(store, *night_tagger(night))
        later = measure_drift(store, basis, Windows(recent=1), at=now() + timedelta(days=2))
        assert (later.reference.base, later.recent.base) == (4, 0)
        done = watch(store, basis, Windows(), night.reports)
        (measured,) = (find_run(store, name) for name in [done.run.id])
    assert (done.drift.reference.base, done.drift.recent.base, done.drift.recent.read) == (0, 4, 4)
    assert measured.status == "completed"
    assert measured.lineage["indices"]["sentiment"] == {"psi": None, "level": "few"}
    assert set(measured.lineage["files"]) == {"derive.html", "derive.csv", "derive_themes.csv"}


def test_drift_records_the_files_that_it_writes(night_file: Path) -> None:
    night = read_night(night_file)
    run_night(night)
    with open_night(night) as (store, _), store.transaction() as connection:
        table = schema.exports
        rows = connection.execute(select(table).where(table.c.path.contains("derive"))).all()
    assert {(Path(row.path).name, row.kind, row.sha256, tuple(row.versions)) for row in rows} == {
        (path.name, "report" if path.suffix == ".html" else "table", file_hash(path), ())
        for path in night.reports.glob("derive*")
    }
