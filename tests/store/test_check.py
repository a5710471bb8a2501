from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from listening.store import schema
from listening.store.check import check
from listening.store.store import Store, open_store

GONE = "f" * 20
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def faults(store: Store) -> dict[str, int]:
    return {finding.what: finding.faults for finding in check(store) if finding.faults}


def test_check_finds_nothing_in_a_sound_store(full_store: Store) -> None:
    assert faults(full_store) == {}
    assert len(list(check(full_store))) >= 12


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (update(schema.segments).values(stop=999), {"segments : dans leur texte": 3}),
        (update(schema.tags).values(start=8, stop=7), {"étiquettes : dans leur texte": 3}),
        (update(schema.tags).values(probability=1.5), {"étiquettes : probabilités de 0 à 1": 3}),
        (update(schema.readings).values(neutre=-0.1), {"lectures : probabilités de 0 à 1": 3}),
        (delete(schema.readings), {"étiquettes : leur lecture est là": 3}),
        (delete(schema.copies), {"signatures : leur groupe est là": 6}),
        (update(schema.verbatims).values(current=True), {"verbatims : une version courante au plus": 1}),
        (update(schema.verdicts).values(undoes=GONE), {"verdicts : ce qu'ils reprennent est là": 1}),
        (update(schema.audit).values(actor="momo"), {"journal des actions intact": 2}),
        (
            insert(schema.shown).values(version=GONE, coder="lea", at=NOON),
            {"étiquettes vues : leur verbatim est là": 1},
        ),
        (
            insert(schema.segments).values(version=GONE, rank=0, start=0, stop=1),
            {"segments : leur verbatim est là": 1},
        ),
    ],
)
def test_check_counts_what_does_not_hold(full_store: Store, change: Any, found: dict[str, int]) -> None:
    with full_store.transaction() as connection:
        connection.execute(change)
    assert faults(full_store) == found


def test_check_names_the_first_fault(full_store: Store) -> None:
    with full_store.transaction() as connection:
        connection.execute(insert(schema.segments).values(version=GONE, rank=0, start=0, stop=1))
    assert [finding.example for finding in check(full_store) if finding.faults] == [GONE]


def test_check_sees_tables_of_another_form(full_store: Store) -> None:
    with full_store.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE tombstones")
    assert faults(full_store) == {"tables de la forme attendue": 1}


def test_check_sees_a_damaged_file(tmp_path: Path) -> None:
    """A page of an index is written over, as a failing disk may do."""
    path = tmp_path / "abimee.sqlite"
    with open_store(path) as store, store.transaction() as connection:
        rows = [{"band": rank, "version": f"{rank:020}"} for rank in range(20_000)]
        connection.execute(insert(schema.copy_bands), rows)
    content = bytearray(path.read_bytes())
    place = content.index(f"{15_000:020}".encode())
    content[place : place + 2000] = bytes(2000)
    path.write_bytes(content)
    with open_store(path) as store:
        assert faults(store)["fichier lisible de bout en bout"] > 0
