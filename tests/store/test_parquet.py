import csv
import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from listening.store import schema
from listening.store.parquet import dictionary, write_parquet
from listening.store.store import Store

KEPT_BACK = {"verbatims": {"current", "fingerprint", "deleted_at"}}  # always the same, or of no use outside


@pytest.fixture
def exported(full_store: Store, tmp_path: Path) -> Path:
    write_parquet(full_store, tmp_path / "export")
    return tmp_path / "export"


def test_parquet_holds_current_verbatims_and_what_is_said_of_them(full_store: Store, tmp_path: Path) -> None:
    numbers = {"verbatims": 2, "segments": 1, "readings": 1, "tags": 1, "verdicts": 1, "runs": 1}
    assert write_parquet(full_store, tmp_path) == numbers
    assert {name: pq.read_metadata(tmp_path / f"{name}.parquet").num_rows for name in numbers} == numbers


def test_parquet_gives_values_back_with_their_types(exported: Path) -> None:
    texts = pd.read_parquet(exported / "verbatims.parquet").set_index("external_id")
    assert sorted(texts["text"]) == ["0 Accueil parfait 🙂", "Accueil froid"]
    assert texts.loc["0", "created_at"] == pd.Timestamp("2026-03-01 12:00", tz="UTC")
    assert (texts.loc["0", "nps"], list(texts.loc["0", "flags"])) == (9, ["sante"])
    assert json.loads(texts.loc["0", "meta"]) == {"région": "Île-de-France"}
    (verdict,) = pd.read_parquet(exported / "verdicts.parquet").to_dict("records")
    assert list(verdict["codes"]) == [{"code": "a.b", "polarity": "positif", "start": 0, "stop": 7}]
    (run,) = pd.read_parquet(exported / "runs.parquet").to_dict("records")
    assert json.loads(run["configuration"]) == {"thresholds": {"a.b": 0.5}}


def test_parquet_evidence_is_in_the_text(exported: Path) -> None:
    tags = pd.read_parquet(exported / "tags.parquet")
    texts = pd.read_parquet(exported / "verbatims.parquet")
    (row,) = tags.merge(texts, on="version").to_dict("records")
    assert row["text"][row["start"] : row["stop"]] == "0 Accueil parfa"


@pytest.mark.parametrize("name", dictionary())
def test_dictionary_describes_each_column(name: str) -> None:
    columns = {column.name for column in schema.metadata.tables[name].c}
    assert set(dictionary()[name]["columns"]) == columns - KEPT_BACK.get(name, set())


def test_parquet_goes_with_its_dictionary(exported: Path) -> None:
    with (exported / "dictionnaire.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = {(row["table"], row["colonne"]): row for row in csv.DictReader(lines, delimiter=";")}
    for name in dictionary():
        form = pq.read_schema(exported / f"{name}.parquet")
        for field in form:
            assert rows[name, field.name]["description"] == field.metadata[b"description"].decode()
            assert rows[name, field.name]["type"] == str(field.type)


def test_parquet_of_an_empty_store_has_its_columns(store: Store, tmp_path: Path) -> None:
    write_parquet(store, tmp_path)
    assert list(pd.read_parquet(tmp_path / "tags.parquet").columns)[:4] == ["version", "model", "codebook", "code"]
