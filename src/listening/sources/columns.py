"""Which columns of a table hold what: found by name or by wording, the others left behind."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TypedDict

from pydantic import BaseModel

from listening.errors import FormatError, RowError
from listening.records import Scores
from listening.sources.cells import score, weight, whole_score
from listening.sources.rows import LONGEST, Row, too_long

LISTED = 12  # columns that a message lists
NEAR = 0.8  # likeness from which an unknown name is taken for a slip


class Closed(TypedDict):
    """The closed answers of a row, as fields of a `Verbatim`."""

    scores: Scores
    weight: float
    wave: str | None
    brand: str | None
    meta: dict[str, str]


class Columns(BaseModel):
    """The columns of closed answers that any table may have; `meta` lists the further ones to keep.

    `brand` is a column or, if there is none of that name, the brand of all rows.
    """

    nps: str | None = None
    csat: str | None = None
    ces: str | None = None
    stars: str | None = None
    weight: str | None = None
    wave: str | None = None
    brand: str | None = None
    meta: tuple[str, ...] = ()

    def closed_columns(self) -> list[str]:
        """Give the columns that must be there."""
        named = (self.nps, self.csat, self.ces, self.stars, self.weight, self.wave)
        return [*filter(None, named), *self.meta]

    def closed(self, row: Row) -> Closed:
        """Give the closed answers of a row that `keep` gave; raises `RowError` for a score that is none."""
        return Closed(
            scores=Scores(
                nps=whole_score(row, self.nps, 0, 10),
                csat=whole_score(row, self.csat, 1, 5),
                ces=whole_score(row, self.ces, 1, 7),
                stars=score(row, self.stars, 1, 5),
            ),
            weight=weight(row, self.weight),
            wave=row.cells[self.wave].strip() or None if self.wave else None,
            brand=fixed_or_cell(row, self.brand),
            meta={column: row.cells[column].strip() for column in self.meta if row.cells[column].strip()},
        )


def fixed_or_cell(row: Row, name: str | None) -> str | None:
    """Give the cell of the column of that name or, if there is none, the name itself."""
    return row.cells[name].strip() or None if name in row.cells else name


@dataclass(frozen=True, slots=True)
class Header:
    """The columns that a file has, their wording where it gives one, and those that are never offered as a choice."""

    file: str
    columns: list[str]
    wording: Mapping[str, str] = field(default_factory=dict)
    hidden: Container[str] = ()

    def locate(self, wanted: Iterable[str], optional: Iterable[str | None] = ()) -> dict[str, str]:
        """Give the real column of each name: itself, but for capitals, or the one with that wording.

        Raises `FormatError` for a wanted name that is missing. An optional one may be, unless a column is called
        so nearly the same that it must be meant.
        """
        names = {self.wording.get(column, column).casefold().strip(): column for column in reversed(self.columns)}
        names |= {column.casefold(): column for column in reversed(self.columns)}
        names |= {column: column for column in self.columns}
        found: dict[str, str] = {}
        for name in wanted:
            if (column := names.get(name, names.get(name.casefold().strip()))) is None:
                raise FormatError(f"{self.file} : pas de colonne « {name} » : choisissez parmi {self._choice()}")
            found[name] = column
        for name in filter(None, optional):
            if column := names.get(name, names.get(name.casefold().strip())):
                found[name] = column
            elif near := get_close_matches(name.casefold(), names, n=1, cutoff=NEAR):
                meant = names[near[0]]
                raise FormatError(f"{self.file} : pas de colonne « {name} » : écrivez-la comme « {meant} »")
        return found

    def _choice(self) -> str:
        offered = [column for column in self.columns if column.casefold() not in self.hidden]
        texts = [
            f"« {column} »"
            + (f" ({self.wording[column][:60]})" if self.wording.get(column) not in (None, "", column) else "")
            for column in offered[:LISTED]
        ]
        return ", ".join(texts) + (f" et {len(offered) - LISTED} autres" if len(offered) > LISTED else "")


def keep(rows: Iterable[Row | RowError], found: Mapping[str, str]) -> Iterator[Row | RowError]:
    """Give the rows with the columns found and no other, under the names that the configuration gives them."""
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        kept = replace(row, cells={name: row.cells.get(column, "") for name, column in found.items()})
        yield too_long(kept, LONGEST) or kept
