"""What was erased is kept out: verbatims and rows that a source still gives are left where they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from listening.errors import RowError
from listening.records import RowProblem, Verbatim
from listening.store.store import Store
from listening.store.tombstones import MARK, any_for, author_place, laid, mark_place, row_place, verbatim_place
from listening.text.prepare import prepare
from listening.text.privacy import scrub
from listening.text.pseudonym import keyed_hash

MARKED, LONGEST = 60, 200  # cells of a refused row that are marked, and characters of one: a name or an id is short


def not_erased(read: Sequence[Verbatim], store: Store, key: bytes) -> list[Verbatim]:
    """Give the verbatims that were not erased, as `erased` tells."""
    with store.transaction() as connection:
        gone = erased(connection, read, key)
    return [one for one in read if one.id not in gone]


def erased(connection: Connection, read: Sequence[Verbatim], key: bytes) -> set[str]:
    """Give the ids of those of the verbatims, as they were read, that were erased.

    Of an author who was, what was written since is read; what has no date stays out.
    """
    own = {one.id: verbatim_place(key, one.id) for one in read}
    authors = {(one.author, one.source): _author_places(key, one) for one in read if one.author}
    there = laid(connection, {*own.values(), *(place for several in authors.values() for place in several)})

    def gone(one: Verbatim) -> bool:
        moments = [there[place] for place in authors.get((one.author or "", one.source), ()) if place in there]
        return own[one.id] in there or any(one.created_at is None or one.created_at <= at for at in moments)

    return {one.id for one in read if there and gone(one)}


def problems_of(refused: Sequence[RowError], source: str, store: Store, key: bytes) -> list[RowProblem]:
    """Give rows that cannot be used as quarantine keeps them, scrubbed and marked, less those that were erased."""
    found = [
        RowProblem(
            source=source,
            row=one.row,
            reason=scrub(one.reason).text,
            content=content.text,
            marks=tuple(sorted({keyed_hash(key, cell) for cell in islice(_short(one.cells), MARKED)})),
        )
        for one, content in zip(refused, prepare([one.content for one in refused]), strict=True)
    ]
    with store.transaction() as connection:
        gone = erased_rows(connection, found, key)
    return [one for one in found if one not in gone]


def erased_rows(connection: Connection, rows: Sequence[RowProblem], key: bytes) -> set[RowProblem]:
    """Give those of the refused rows that were erased, or in which the name of an author who was stands."""
    graves = {one: [row_place(key, one.source, one.content)] for one in rows}
    if any_for(connection, MARK):
        for one, places in graves.items():
            places += [mark_place(key, mark, source) for mark in one.marks for source in (None, one.source)]
    there = laid(connection, {place for places in graves.values() for place in places})
    return {one for one, places in graves.items() if not there.keys().isdisjoint(places)}


def told_by(one: Verbatim) -> tuple[str, ...]:
    """Give what tells whose a verbatim is: its author and the id that its source gives it."""
    return tuple(filter(None, (one.author, one.external_id)))


def _author_places(key: bytes, one: Verbatim) -> tuple[str, str]:
    author = keyed_hash(key, one.author or "")
    return author_place(key, author), author_place(key, author, one.source)


def _short(cells: Iterable[str]) -> Iterator[str]:
    """Give the short cells, and what is short in those that hold JSON, as the account of an author."""
    for cell in map(str.strip, cells):
        if cell.startswith(("{", "[")):
            with suppress(json.JSONDecodeError):
                yield from _short(_leaves(json.loads(cell)))
        elif cell and len(cell) <= LONGEST:
            yield cell


def _leaves(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict | list):
        for one in content.values() if isinstance(content, dict) else content:
            yield from _leaves(one)
