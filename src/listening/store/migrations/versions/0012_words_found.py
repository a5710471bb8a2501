"""The words of verbatims, folded, with an index of them: FTS5 in SQLite, GIN in PostgreSQL."""

import sqlite3

import sqlalchemy as sa
from alembic import op

from listening.errors import StoreError
from listening.store.words import words_of

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ROWS = 1000  # verbatims read and folded at once
KEPT = "INSERT INTO words_index (rowid, words) VALUES (new.words_index_id, new.words)"
DROPPED = "INSERT INTO words_index (words_index, rowid, words) VALUES ('delete', old.words_index_id, old.words)"
TABLES = {  # in SQLite, with numbers of their own for the rows: VACUUM changes the others
    "sqlite": "CREATE TABLE words_found"
    " (words_index_id INTEGER PRIMARY KEY, version VARCHAR(20) NOT NULL UNIQUE, words TEXT NOT NULL)",
    "postgresql": "CREATE TABLE words_found (version VARCHAR(20) PRIMARY KEY, words TEXT NOT NULL)",
}
INDEXES = {
    "sqlite": (
        "CREATE VIRTUAL TABLE words_index USING fts5 (words, content='words_found', content_rowid='words_index_id',"
        " columnsize=0, detail='none', tokenize='ascii')",
        "INSERT INTO words_index (words_index) VALUES ('rebuild')",
        f"CREATE TRIGGER words_kept AFTER INSERT ON words_found BEGIN {KEPT}; END",
        f"CREATE TRIGGER words_dropped AFTER DELETE ON words_found BEGIN {DROPPED}; END",
        "CREATE TRIGGER words_changed AFTER UPDATE ON words_found WHEN old.words <> new.words"
        f" BEGIN {DROPPED}; {KEPT}; END",
    ),
    "postgresql": (  # without statistics: they would hold words, and mislead more than they help
        "ALTER TABLE words_found ALTER COLUMN words SET STATISTICS 0",
        "CREATE INDEX words_index ON words_found USING gin (array_to_tsvector(string_to_array(words, ' ')))",
        "ALTER INDEX words_index ALTER COLUMN 1 SET STATISTICS 0",
    ),
}


def upgrade() -> None:
    """Create them, and fill them with the words of the verbatims that are there."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        _require_fts5(connection)
    op.execute(TABLES[connection.dialect.name])
    texts, found = (sa.table(name, sa.column("version"), sa.column("text"), sa.column("words"))
                    for name in ("verbatims", "words_found"))  # fmt: skip
    query = sa.select(texts.c.version, texts.c.text)
    for rows in connection.execute(query, execution_options={"yield_per": ROWS}).partitions():
        words = [{"version": version, "words": " ".join(words_of(text))} for version, text in rows]
        connection.execute(sa.insert(found).values(version=sa.bindparam("version"), words=sa.bindparam("words")), words)

    for statement in INDEXES[connection.dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    if op.get_bind().dialect.name == "sqlite":
        op.drop_table("words_index")
    op.drop_table("words_found")


def _require_fts5(connection: sa.Connection) -> None:
    if not connection.scalar(sa.text("SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'")):
        problem = f"SQLite {sqlite3.sqlite_version}, celui de ce Python, est sans FTS5, par quoi les mots se trouvent"
        raise StoreError(f"{problem} ; prenez un Python de python.org, de votre système ou de uv")
