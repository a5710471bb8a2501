"""Verbatims by their words: folded alike in texts and in what people ask, so that every database finds the same ones.

Triggers of SQLite, and PostgreSQL itself, keep an index of the table: whatever changes a row changes what is found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, and_, any_, bindparam, false, func, select, text
from sqlalchemy.exc import DatabaseError, OperationalError

from listening.store import schema
from listening.store.engine import upsert
from listening.text.copies import ACCENTS

if TYPE_CHECKING:
    from listening.store.store import Store

LONGEST = 40  # letters by which words are told apart
RICHEST = 5000  # words by which a text is found: PostgreSQL indexes a megabyte of them at most
ASKED = 50  # words that are looked for at once
SAMPLE = 2000  # texts by which it is known how frequent words are
FREQUENT = 80  # of the sample, when texts are better met, the newest first, than looked up
BATCH = 1000  # texts compared with their words at once
WORD = re.compile(r"[^\W_]+")
TEXTS, FOUND = schema.verbatims, schema.words_found
INDEXED = {
    "sqlite": "words_found.words_index_id IN (SELECT rowid FROM words_index WHERE words_index MATCH :asked)",
    "postgresql": "array_to_tsvector(string_to_array(words_found.words, ' ')) @@ CAST(:asked AS tsquery)",
}


def words_of(said: str) -> list[str]:
    """Give the words of a text, each once: no case, no accents, no ligatures, nothing but letters and digits.

    >>> words_of("L'œuvre n'est PAS arrivée : pas de porte-à-porte !")
    ['l', 'oeuvre', 'n', 'est', 'pas', 'arrivee', 'de', 'porte', 'a']
    """
    bare = ACCENTS.sub("", unicodedata.normalize("NFKD", said).casefold()).replace("œ", "oe").replace("æ", "ae")
    return list(dict.fromkeys(word[:LONGEST] for word in WORD.findall(bare)))[:RICHEST]


def keep_words(connection: Connection, texts: Mapping[str, str]) -> None:
    """Keep the words of texts, by version."""
    rows = [{"version": version, "words": " ".join(words_of(said))} for version, said in texts.items()]
    upsert(connection, FOUND, rows)


def holding(connection: Connection, asked: str, version: ColumnElement[str]) -> ColumnElement[bool]:
    """Give whether the text of a version has words that begin with all those asked for; of no word at all, none has.

    Few texts are looked up in the index; when they are many, each is tested as it is met. A sample tells which:
    versions are hashes, so that the first ones are any.
    """
    words = words_of(asked)[:ASKED]
    if not words:
        return false()
    sample = connection.scalars(select(FOUND.c.words).order_by(FOUND.c.version).limit(SAMPLE)).all()
    times = {word: _count(sample, [word]) for word in words}
    spaced = " " + FOUND.c.words
    holds = and_(*(spaced.contains(f" {word}") for word in words))
    if _count(sample, words) > FREQUENT:
        return select(holds).where(FOUND.c.version == version).scalar_subquery()
    # an index gives a beginning that is frequent slowly, and two such words are seldom together
    rare = [word for word in words if times[word] <= FREQUENT] or sorted(words, key=times.__getitem__)[:2]
    return _looked_up(connection.dialect.name, rare, holds, version)


def unlike(store: Store) -> Iterator[str]:
    """Give the current versions whose words are not those of their text, and the index where it is not theirs."""
    yield from _unlike_texts(store)
    with store.transaction() as connection:
        if connection.dialect.name == "sqlite":
            try:
                connection.exec_driver_sql("INSERT INTO words_index (words_index, rank) VALUES ('integrity-check', 1)")
            except OperationalError:  # another program has the store: that is no fault of the index
                raise
            except DatabaseError:
                yield "words_index"


def mend(store: Store) -> int:
    """Make the index anew, and the words that are not those of their text; give how many texts that was."""
    with store.transaction() as connection:
        if connection.dialect.name == "sqlite":
            _tell_index(connection, "rebuild")
    versions, count = _unlike_texts(store), 0
    while some := list(islice(versions, BATCH)):
        with store.writing() as connection:
            query = select(TEXTS.c.version, TEXTS.c.text).where(TEXTS.c.version.in_(some))
            keep_words(connection, dict(connection.execute(query).all()))
        count += len(some)
    return count


def compact(connection: Connection) -> None:
    """Write SQLite's index anew without the words that no text has any longer."""
    _tell_index(connection, "optimize")


def _unlike_texts(store: Store) -> Iterator[str]:
    query = select(TEXTS.c.version, TEXTS.c.text, FOUND.c.words).where(TEXTS.c.current)
    with store.snapshot() as connection:
        rows = connection.execute(query.outerjoin(FOUND, FOUND.c.version == TEXTS.c.version))
        yield from (version for version, said, words in rows if words != " ".join(words_of(said)))


def _tell_index(connection: Connection, what: str) -> None:
    connection.exec_driver_sql("INSERT INTO words_index (words_index) VALUES (?)", (what,))


def _looked_up(
    dialect: str, words: Sequence[str], holds: ColumnElement[bool], version: ColumnElement[str]
) -> ColumnElement[bool]:
    """Give whether a version is among those that the index gives. Words are letters and digits: they hold no syntax."""
    if dialect == "sqlite":
        among = " ".join(f'"{word}" *' for word in words)
    else:
        among = " & ".join(f"'{word}':*" for word in words)
    given = text(INDEXED[dialect]).bindparams(bindparam("asked", among, unique=True))
    found = select(FOUND.c.version).where(given, holds)
    # PostgreSQL would rather go through all versions: it does not know how few an array holds
    return version.in_(found) if dialect == "sqlite" else version == any_(func.array(found.scalar_subquery()))


def _count(sample: Sequence[str], words: Sequence[str]) -> int:
    return sum(all(f" {word}" in f" {said}" for word in words) for said in sample)
