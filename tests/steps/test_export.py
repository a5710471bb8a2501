from hashlib import sha256
from pathlib import Path

import pandas as pd
from sqlalchemy import select

from listening.sources.table import Table
from listening.steps.export import export_parquet
from listening.steps.ingest import ingest
from listening.store import schema
from listening.store.store import Store


def test_export_records_which_texts_went_out(store: Store, answers: Path, tmp_path: Path) -> None:
    ingest(Table(name="avis", path=answers, id="id", text="avis"), store, key=b"essai")
    assert export_parquet(store, tmp_path / "export")["verbatims"] == 4
    file = tmp_path / "export" / "verbatims.parquet"
    with store.transaction() as connection:
        rows = {row.path: row for row in connection.execute(select(schema.exports))}
        (run,) = connection.execute(select(schema.runs).where(schema.runs.c.step == "export"))
    assert rows[str(file)].sha256 == sha256(file.read_bytes()).hexdigest()
    assert rows[str(file)].versions == sorted(pd.read_parquet(file)["version"])
    assert (rows[str(file)].run, run.status, run.counts["verbatims"]) == (run.id, "completed", 4)
    assert {Path(path) for path in rows} == set((tmp_path / "export").iterdir())
