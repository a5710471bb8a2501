"""The tables, one name each; Alembic's migrations build them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, kept in UTC and given back with its time zone, on every database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without time zone; keep the others in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give UTC back its name."""
        return value.replace(tzinfo=UTC) if value else None


def kept(words: str) -> str:
    """Give words as every database keeps them: without the character NUL, which PostgreSQL does not take.

    >>> kept("a" + chr(0) + "b")
    'ab'
    """
    return words.replace("\0", "")


class Words(TypeDecorator[str]):
    """What a source or a person wrote, of any length, as it is `kept`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Take out what is not kept."""
        return kept(value) if value else value


class Name(TypeDecorator[str]):
    """What a person is called, of a length that is given, as it is `kept`."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Take out what is not kept."""
        return kept(value) if value else value


metadata = MetaData()
# Read backwards, they give the newest first and those without a date last, as pages do: in PostgreSQL, migrations put
# the latter at the beginning, where SQLite has them of itself and takes no word of it.
UNDATED_FIRST = ("verbatims_newest", "verbatims_source")
WORDS_INDEX = "words_index"  # how what each kind of database has of its own begins

# A row is one version of a verbatim: `version` names the content, `id` the place, and one version of a place is
# current, unless its source took it back (`deleted_at`). `fingerprint` is a keyed hash of what the source gave, before
# cleaning: what is known is not read again.
verbatims = Table(
    "verbatims",
    metadata,
    Column("version", String(20), primary_key=True),
    Column("id", String(20), nullable=False, index=True),
    Column("current", Boolean, nullable=False),
    Column("fingerprint", String(64), nullable=False, index=True),
    Column("source", Words, nullable=False),
    Column("channel", String(10), nullable=False),
    Column("external_id", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("question", Words),
    Column("language", String(8)),
    Column("created_at", UtcDateTime),
    Column("author", String(64)),
    Column("brand", Words),
    Column("url", Words),
    Column("thread", Words),
    Column("parent", Words),
    Column("repost_of", Words, index=True),
    Column("flags", JSON, nullable=False),
    Column("deleted_at", UtcDateTime),
    Column("nps", Integer),
    Column("csat", Integer),
    Column("ces", Integer),
    Column("stars", Float),
    Column("weight", Float, nullable=False),
    Column("wave", Words),
    Column("meta", JSON, nullable=False),
    Column("run", String(20), nullable=False),
    Index("verbatims_current", "current", "language", "version"),
    Index("verbatims_newest", "current", "created_at", "version"),
    Index("verbatims_source", "current", "source", "created_at", "version"),
)

segments = Table(
    "segments",
    metadata,
    Column("version", String(20), primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("start", Integer, nullable=False),
    Column("stop", Integer, nullable=False),
)

# One reading of one version by one model under one codebook; its tags are scores, thresholds apply when reading.
readings = Table(
    "readings",
    metadata,
    Column("version", String(20), primary_key=True),
    Column("model", Words, primary_key=True),
    Column("codebook", Words, primary_key=True),
    Column("negatif", Float, nullable=False),
    Column("neutre", Float, nullable=False),
    Column("positif", Float, nullable=False),
    Column("run", String(20), nullable=False),
)

tags = Table(
    "tags",
    metadata,
    Column("version", String(20), primary_key=True),
    Column("model", Words, primary_key=True),
    Column("codebook", Words, primary_key=True),
    Column("code", Words, primary_key=True),
    Column("probability", Float, nullable=False),
    Column("polarity", String(8), nullable=False),
    Column("polarity_probability", Float, nullable=False),
    Column("start", Integer, nullable=False),
    Column("stop", Integer, nullable=False),
    Column("run", String(20), nullable=False),
    Index("tags_code", "model", "codebook", "code", "probability", "polarity", "version"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("step", Words, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("status", String(12), nullable=False),
    Column("model", Words),
    Column("codebook", Words),
    Column("configuration", JSON, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("message", Words),
    Column("lineage", JSON, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("source", Words, nullable=False),
    Column("row", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("content", Words, nullable=False),
    Column("run", String(20), nullable=False),
    Column("marks", JSON, nullable=False),
)

# Where the next reading of a source begins, as long as its configuration stays the same.
cursors = Table(
    "cursors",
    metadata,
    Column("source", Words, primary_key=True),
    Column("configuration", String(20), nullable=False),
    Column("value", Words, nullable=False),
    Column("run", String(20), nullable=False),
)

# A row for every version that was compared with the others: `original` names its group, by the earliest version ever in
# it, and is itself where no other text repeats it. `content` is a hash of its words, None when they are too few.
copies = Table(
    "copies",
    metadata,
    Column("version", String(20), primary_key=True),
    Column("original", String(20), nullable=False, index=True),
    Column("content", String(20), index=True),
    Column("method", String(8), nullable=False),
    Column("run", String(20), nullable=False),
)

# The first version of each content, by the bands of its signature: texts that are alike meet in one.
copy_bands = Table(
    "copy_bands",
    metadata,
    Column("band", BigInteger, primary_key=True),
    Column("version", String(20), primary_key=True),
    sqlite_with_rowid=False,
)

# Where cards stand: those of a cell share their place and their weight.
cells = Table(
    "cells",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("source", Words, nullable=False),
    Column("channel", String(10), nullable=False),
    Column("wave", Words),
    Column("brand", Words),
    Column("weight", Float, nullable=False),
)

# A card for each current verbatim, in order of time: `moment` is in microseconds since 1970, `sentiment` is null where
# nothing was read, each character of `tones` stands for a code in a tone.
cards = Table(
    "cards",
    metadata,
    Column("moment", BigInteger, autoincrement=False),
    Column("version", String(20)),
    Column("cell", BigInteger, nullable=False),
    Column("flagged", Boolean, nullable=False),
    Column("sentiment", String(8)),
    Column("tones", Words, nullable=False),
    Index("cards_version", "version", unique=True),
    # both databases go through the key alone: it holds the whole card
    PrimaryKeyConstraint("moment", "version", postgresql_include=["cell", "flagged", "sentiment", "tones"]),
    sqlite_with_rowid=False,
)

# Whose tags the cards tell, and up to which version they are made: null when all are. One row.
deck = Table(
    "deck",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("model", Words, nullable=False),
    Column("codebook", Words, nullable=False),
    Column("thresholds", JSON, nullable=False),
    Column("made", String(20)),
)

# The words of each version, folded, by which it is found; migrations index them as each kind of database does.
words_found = Table(
    "words_found",
    metadata,
    Column("version", String(20), primary_key=True),
    Column("words", Words, nullable=False),
)

# Who codes, and what each may do.
coders = Table(
    "coders",
    metadata,
    Column("name", Name(80), primary_key=True),
    Column("role", String(8), nullable=False),
    Column("password", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled", Boolean, nullable=False),
)

# What a person should read, and why: `code` where one is in doubt, `probability` with which a random audit drew it.
queue = Table(
    "queue",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("verbatim", String(20), nullable=False, index=True),
    Column("version", String(20), nullable=False, index=True),
    Column("reason", String(12), nullable=False),
    Column("code", Words),
    Column("source", Words, nullable=False),
    Column("probability", Float, nullable=False),
    Column("rank", Float, nullable=False),
    Column("asked_by", Name(80)),
    Column("closed_at", UtcDateTime),
    Column("run", String(20), nullable=False),
    Index("queue_open", "closed_at", "rank", "id"),
)

# What people decided, only ever added to: `undoes` takes one back. The verdict of a coder on a version that stands is
# the last that is not undone, under each codebook. `model` is the one whose tags the coder saw, None when blind.
verdicts = Table(
    "verdicts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("verbatim", String(20), nullable=False, index=True),
    Column("version", String(20), nullable=False, index=True),
    Column("coder", Name(80), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("origin", String(12), nullable=False),
    Column("blind", Boolean, nullable=False),
    Column("state", String(8), nullable=False),
    Column("sentiment", String(8)),
    Column("codes", JSON, nullable=False),
    Column("note", Words, nullable=False),
    Column("codebook", Words, nullable=False),
    Column("undoes", String(32), index=True),
    Column("queue", String(20)),
    Column("probability", Float, nullable=False),
    Column("model", Words),
)

# Of which versions an account was shown what the engine or others said: none of them is theirs to code blind any more.
shown = Table(
    "shown",
    metadata,
    Column("version", String(20), primary_key=True),
    Column("coder", Name(80), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

# Sessions that are open: `id` is a hash of what the browser holds.
sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("coder", Name(80), nullable=False, index=True),
    Column("began", UtcDateTime, nullable=False),
)

# Tries at the door that failed in the last quarter of an hour, by keyed hashes of the name given and of the address.
attempts = Table(
    "attempts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("account", String(32), nullable=False),
    Column("address", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# Who did what, each line sealed by the hash of the one before it.
audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Words, nullable=False),
    Column("action", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("detail", JSON, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

# Files that went out, and the versions whose words they hold.
exports = Table(
    "exports",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("run", String(20)),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("path", Words, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("versions", JSON, nullable=False),
)

# Keyed hashes of what was erased, and stays out: verbatims, refused rows, authors for what they wrote until `at`.
tombstones = Table(
    "tombstones",
    metadata,
    Column("place", String(32), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("why", Words, nullable=False),
)

# What an erasure that was begun has left to do, by id: verbatims and refused rows to take out, files to make again, its
# own bytes to write over.
erasures = Table(
    "erasures",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("name", String(20), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("why", Words, nullable=False),
    Column("actor", Words, nullable=False),
)

# The text of each codebook that a run used.
codebooks = Table(
    "codebooks",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("reference", Words, nullable=False, index=True),
    Column("content", Words, nullable=False),
)

# What a current verbatim was until the run `ended_by` changed it or found it taken back; its words are in `verbatims`.
LASTING = ("version", "id", "current", "fingerprint", "source", "external_id", "text", "question", "deleted_at")
former_verbatims = Table(
    "former_verbatims",
    metadata,
    Column("version", String(20), primary_key=True),
    Column("ended_by", String(20), primary_key=True),
    *(Column(one.name, one.type, nullable=one.nullable) for one in verbatims.c if one.name not in LASTING),
)

# The group in which a version was until the run `ended_by` moved it.
former_copies = Table(
    "former_copies",
    metadata,
    Column("version", String(20), primary_key=True),
    Column("ended_by", String(20), primary_key=True),
    Column("original", String(20), nullable=False),
    Column("run", String(20), nullable=False),
)
