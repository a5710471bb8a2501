from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from listening.errors import StoreError
from listening.store import schema
from listening.store.check import check
from listening.store.copying import copy_store, count_rows
from listening.store.frames import counts
from listening.store.store import Store, open_store


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of either kind, beside that of either kind that is copied."""
    place = tmp_path / "copie.sqlite" if request.param == "sqlite" else request.getfixturevalue("other_database")
    with open_store(place) as opened:
        yield opened


def content(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.transaction() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in schema.metadata.sorted_tables
        }


def test_copy_gives_the_same_rows_in_each_kind_of_store(full_store: Store, target: Store) -> None:
    assert copy_store(full_store, target) == counts(full_store)
    assert content(target) == content(full_store)
    assert [finding for finding in check(target) if finding.faults] == []


def test_copy_advances_by_rows(full_store: Store, target: Store) -> None:
    steps: list[int] = []
    copy_store(full_store, target, advance=steps.append)
    assert sum(steps) == count_rows(full_store)


def test_copy_that_was_cut_goes_on(full_store: Store, target: Store) -> None:
    copy_store(full_store, target)
    with target.transaction() as connection:
        connection.execute(delete(schema.tags))
    copy_store(full_store, target)
    assert content(target) == content(full_store)


def test_copy_refuses_a_store_with_runs_of_its_own(full_store: Store, target: Store) -> None:
    with pytest.raises(StoreError, match="tient déjà 1 passages"):
        copy_store(target, full_store)


def test_copy_refuses_a_store_with_rows_of_its_own(full_store: Store, target: Store) -> None:
    copy_store(full_store, target)
    with full_store.transaction() as connection:
        connection.execute(delete(schema.quarantine))
    with pytest.raises(StoreError, match="1 lignes dans « quarantine », au lieu de 0"):
        copy_store(full_store, target)


def test_copy_refuses_a_store_onto_itself(full_store: Store, store_place: str) -> None:
    with open_store(store_place) as same, pytest.raises(StoreError, match="sur elle-même"):
        copy_store(full_store, same)
