"""What sources of reviews share: files of which the last has the word, columns of many names, values within values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from listening.errors import FormatError, RowError
from listening.records import Verbatim
from listening.sources.json_items import read_items
from listening.sources.rows import Row, as_text

SLIP = 0.9  # likeness from which an unknown column is taken for a slip: real ones differ by more


def latest(
    paths: Sequence[Path], read: Callable[[Path], Iterator[Verbatim | RowError]]
) -> Iterator[Verbatim | RowError]:
    """Give what `read` finds in the files, from the last to the first, without what a later file gave already.

    Some 100 bytes a verbatim stay in memory for it, nothing for a single file.
    """
    if len(paths) == 1:
        yield from read(paths[0])
        return
    given: dict[str, Path] = {}
    for path in reversed(paths):
        for row in read(path):
            if isinstance(row, RowError) or given.setdefault(row.external_id, path) == path:
                yield row


def reviews_in(
    path: Path,
    encoding: str,
    held: Callable[[dict[str, Any]], list[Any]],
    make: Callable[[Any, int, str], Row | None],
) -> Iterator[Row | RowError]:
    """Give the row that `make` makes of each review that `held` finds in the objects of a JSON file, or its error.

    A review of which it makes None is left out.
    """
    for item in read_items(path, encoding):
        if isinstance(item, RowError):
            yield item
            continue
        for review in held(item[1]):
            try:
                row = make(review, item[0], path.name)
            except RowError as error:
                yield error
            else:
                if row is not None:
                    yield row


def named_columns(
    file: str, columns: Iterable[str], names: Mapping[str, Sequence[str]], *, wanted: Sequence[str]
) -> dict[str, str]:
    """Give the column of each field, by the first of its names that the file has.

    Raises `FormatError` for a wanted field without any, and for a column called nearly as one that is not there.
    """
    there = {column.casefold(): column for column in reversed([*columns])}
    found: dict[str, str] = {}
    for field, called in names.items():
        if column := next((there[name.casefold()] for name in called if name.casefold() in there), None):
            found[field] = column
    others = {name: column for name, column in there.items() if column not in found.values()}
    for field in names.keys() - found.keys():
        if near := get_close_matches(names[field][0].casefold(), others, n=1, cutoff=SLIP):
            raise FormatError(f"{file} : colonne « {others[near[0]]} » inconnue : renommez-la « {names[field][0]} »")
    for field in wanted:
        if field not in found:
            raise FormatError(
                f"{file} : pas de colonne « {names[field][0]} » : exportez-le à nouveau, entier, sans la renommer"
            )
    return found


def inner(content: Any, *keys: str) -> str:
    """Give what stands under keys within keys, nothing where one is missing.

    >>> inner({"consumer": {"displayName": "Zoé", "email": None}}, "consumer", "displayName")
    'Zoé'
    """
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
    return as_text(content)
