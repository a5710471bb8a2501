"""The form of a store's tables: which one it has, and bringing it to this version's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text

from listening.errors import StoreError
from listening.store import schema

if TYPE_CHECKING:
    from alembic.config import Config

TURN = 7_235_419  # the lock that only migrations of a store take on a server


def migrate(connection: Connection, place: str) -> tuple[str | None, str | None]:
    """Bring the tables to this version's form, all or none, one program at a time; give the forms before and after.

    Raises StoreError when they belong to a newer version.
    """
    from alembic import command
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    configuration = _configuration(connection)
    newest = ScriptDirectory.from_config(configuration).get_current_head()
    form = MigrationContext.configure(connection).get_current_revision()
    if form == newest:
        return form, newest
    _take_turns(connection)
    try:
        command.upgrade(configuration, "head")
    except CommandError as error:
        raise StoreError(
            f"{place} vient d'une version plus récente de listening ; mettez le logiciel à jour"
        ) from error
    return form, newest


def differences(connection: Connection) -> list[str]:
    """Give how the tables differ from this version's, each as Alembic names it: none once they are migrated."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    def compared(_: Any, name: str | None, kind: str, *__: Any) -> bool:
        apart = kind == "index" and name in schema.UNDATED_FIRST
        return not apart and not str(name).startswith(schema.WORDS_INDEX)

    context = MigrationContext.configure(connection, opts={"include_object": compared})
    found = compare_metadata(context, schema.metadata)
    return [str(one[0] if isinstance(one, tuple) else one[0][0]) for one in found]


def _configuration(connection: Connection) -> Config:
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    configuration.attributes["connection"] = connection
    return configuration


def _take_turns(connection: Connection) -> None:
    """Let one program at a time change the tables, in a transaction that holds for all of it."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})
    else:  # the driver begins none before a change of tables
        connection.exec_driver_sql("BEGIN IMMEDIATE")
