from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, select, text

from listening.errors import StoreError
from listening.records import Run, Verbatim, Verdict
from listening.store import migrating, schema
from listening.store.migrating import differences
from listening.store.store import Store, open_store
from listening.store.verdicts import add_verdicts

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FORMS = sorted(path.name[:4] for path in Path(migrating.__file__).parent.glob("migrations/versions/0*.py"))


def take_back(store: Store, form: str) -> None:
    """Give the tables an older form."""
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(migrating.__file__).parent / "migrations"))
    with store.engine.begin() as connection:
        configuration.attributes["connection"] = connection
        command.downgrade(configuration, form)


def unlike(store: Store) -> list[str]:
    with store.engine.connect() as connection:
        return differences(connection)


def test_migrate_builds_the_tables_of_the_schema(store: Store) -> None:
    assert unlike(store) == []


@pytest.mark.parametrize("form", ["base", *FORMS[:-1]])
def test_migrate_brings_older_tables_up_to_date(store: Store, form: str) -> None:
    take_back(store, form)
    assert unlike(store) != []
    assert store.migrate() == (None if form == "base" else form, FORMS[-1])
    assert unlike(store) == []


def test_migrate_again_changes_nothing(store: Store) -> None:
    assert store.migrate() == (FORMS[-1], FORMS[-1])


def test_migrate_refuses_a_newer_version(store: Store, store_place: str) -> None:
    with store.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="version plus récente"):
        open_store(store_place)


def test_migrate_lets_one_program_at_a_time_do_it(store: Store, store_place: str) -> None:
    take_back(store, "base")
    with ThreadPoolExecutor(4) as programs:
        opened = list(programs.map(open_store, [store_place] * 4))
    for one in opened:
        one.close()
    assert unlike(store) == []


def test_migrate_takes_who_coded_with_tags_for_somebody_who_saw_them(store: Store) -> None:
    run = Run(id="r1", step="ingest", started_at=NOON)
    post = Verbatim(source="avis", channel="review", external_id="1", text="Texte", language="fr")
    store.add_verbatims([("f", post)], run)
    place = {"verbatim": post.id, "version": post.version, "at": NOON, "codebook": "c@1"}
    gone = place | {"version": "0" * 20}
    add_verdicts(
        store,
        [
            Verdict(id="1", coder="lea", **place),  # type: ignore[arg-type]
            Verdict(id="2", coder="lea", state="skipped", **place),  # type: ignore[arg-type]
            Verdict(id="3", coder="momo", blind=True, **place),  # type: ignore[arg-type]
            Verdict(id="4", coder="lea", **gone),  # type: ignore[arg-type]
        ],
    )
    take_back(store, "0008")
    store.migrate()
    with store.transaction() as connection:
        assert connection.execute(select(schema.shown)).all() == [(post.version, "lea", NOON)]


def test_migrate_that_fails_half_way_leaves_all_as_it_was(store: Store) -> None:
    take_back(store, "0001")
    with store.transaction() as connection:
        connection.execute(text("CREATE TABLE codebooks (une INTEGER)"))  # in the way of the last but one form
    before = inspect(store.engine).get_table_names()
    with pytest.raises(StoreError, match="codebooks"):
        store.migrate()
    assert inspect(store.engine).get_table_names() == before


@pytest.mark.parametrize("name", schema.UNDATED_FIRST)
def test_migrate_gives_pages_an_index_in_their_order(store: Store, name: str) -> None:
    (index,) = [one for one in inspect(store.engine).get_indexes("verbatims") if one["name"] == name]
    assert index["column_names"][-2:] == ["created_at", "version"]
    expected = {"created_at": ("nulls_first",)} if store.engine.dialect.name == "postgresql" else {}
    assert index.get("column_sorting", {}) == expected
