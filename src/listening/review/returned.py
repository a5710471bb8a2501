"""A workbook that came back from a coder, checked cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from listening.codebook import Codebook
from listening.errors import FormatError
from listening.records import CodeVerdict, Polarity
from listening.review.workbook import BLIND, DONE, GIVEN, POLARITIES, SKIPPED, WORDS, Purpose, all_headers, cut
from listening.sources.workbooks import read_sheet

IN_BRACKETS = re.compile(r"\(([^()]+)\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedRow:
    """What a coder said of a version, the cell of its id, and the text that stands beside it."""

    cell: str
    version: str
    text: str
    state: Literal["coded", "skipped"]
    sentiment: Polarity | None = None
    codes: tuple[CodeVerdict, ...] = ()
    note: str = ""


@dataclass
class Sheet:
    """A workbook that came back: rows that can be used, what is wrong by cell, how many rows nobody finished.

    `versions` names all the texts that it holds.
    """

    purpose: Purpose
    rows: list[CodedRow] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    unfinished: int = 0


def read_workbook(path: Path, codebook: Codebook) -> Sheet:
    """Read a workbook back, checking each cell; a row with a fault is left out, its faults named by cell.

    In one that proposes tags a row counts only once it is said to be finished, or what nobody read would count.
    Raises FormatError for a file that is no such workbook, or was made under another codebook.
    """
    lines = read_sheet(path, "")
    purpose = _purpose(path, next(lines, (1, []))[1], codebook)
    headers = _headers(path, next(lines, (2, []))[1])
    sheet, seen = Sheet(purpose), dict[str, str]()
    for line, cells in lines:
        row = _Row(line, dict(zip(headers, cells, strict=False)), headers, _choices(codebook))
        if version := row.value("Identifiant"):
            sheet.versions.append(version)
        if not row.filled():
            sheet.unfinished += bool(version)
        elif not row.value("Fini") and purpose.model:
            sheet.unfinished += 1
        else:
            coded = row.read()
            if coded and coded.version in seen:
                row.problems[coded.cell] = f"déjà à la ligne {seen[coded.version]} ; gardez une seule des deux lignes"
            if coded and not row.problems:
                sheet.rows.append(coded)
                seen[coded.version] = str(line)
            sheet.problems |= row.problems
    return sheet


@dataclass
class _Row:
    line: int
    cells: Mapping[str, str]
    headers: Sequence[str]
    choices: Mapping[str, str]
    problems: dict[str, str] = field(default_factory=dict)

    def filled(self) -> bool:
        """Tell whether the coder wrote something."""
        return any(self.value(name) for name in self.headers if name not in GIVEN)

    def value(self, name: str) -> str:
        return self.cells.get(name, "").strip()

    def read(self) -> CodedRow | None:
        version, done = self.value("Identifiant"), self.value("Fini").lower()
        if not version:
            self._fault("Identifiant", "l'identifiant manque ; exportez à nouveau, sans toucher aux colonnes grises")
        if done not in ("", DONE, SKIPPED):
            self._fault("Fini", f"« {self.value('Fini')} » ; écrivez « {DONE} », « {SKIPPED} » ou rien")
        facts: dict[str, Any] = {"cell": self._cell("Identifiant"), "version": version, "text": self.value("Verbatim")}
        facts["note"] = self.value("Note")
        if done == SKIPPED:
            return CodedRow(**facts, state="skipped")
        sentiment = self._polarity("Sentiment")
        codes = tuple(self._codes())
        return CodedRow(**facts, state="coded", sentiment=sentiment, codes=codes) if not self.problems else None

    def _codes(self) -> Iterator[CodeVerdict]:
        given: set[str] = set()
        for name in (header for header in self.headers if header.startswith("Code ")):
            tone, written = name.replace("Code", "Polarité"), self.value(name)
            if not written:
                if self.value(tone):
                    self._fault(name, "une polarité sans code ; choisissez le code, ou effacez la polarité")
                continue
            code = self.choices.get(written.casefold()) or self.choices.get(_bracketed(written))
            polarity = self._polarity(tone)
            if code is None:
                self._fault(name, f"code inconnu « {written} » ; choisissez-le dans la liste")
            elif code in given:
                self._fault(name, f"« {written} » est déjà donné sur cette ligne ; un code ne se donne qu'une fois")
            elif polarity:
                given.add(code)
                yield CodeVerdict(code=code, polarity=polarity)

    def _polarity(self, name: str) -> Polarity | None:
        written = self.value(name)
        found = {word.casefold(): polarity for word, polarity in [*POLARITIES.items(), *zip(WORDS, WORDS, strict=True)]}
        if written.casefold() not in found:
            what = f"« {written} »" if written else "cette cellule est vide"
            self._fault(name, f"{what} ; choisissez {', '.join(POLARITIES)}")
        return found.get(written.casefold())

    def _cell(self, name: str) -> str:
        return f"{_letters(self.headers.index(name))}{self.line}"

    def _fault(self, name: str, what: str) -> None:
        self.problems[self._cell(name)] = what


def same_text(shown: str, text: str) -> bool:
    """Tell whether a row shows a text; spreadsheets change its spaces and line ends, and long ones were cut.

    >>> same_text("Trop  cher !", "Trop cher !"), same_text("Rapide", "Trop cher")
    (True, False)
    """
    return "".join(shown.split()) == "".join(cut(text).split())


def _choices(codebook: Codebook) -> dict[str, str]:
    """Give the code that may be written as in the list, by its key, or by its label where only one has it."""
    labels = [code.label.casefold() for code in codebook.codes.values()]
    alone = {
        one.label.casefold(): name for name, one in codebook.codes.items() if labels.count(one.label.casefold()) == 1
    }
    return alone | {name.casefold(): name for name in codebook.codes}


def _bracketed(written: str) -> str:
    found = IN_BRACKETS.search(written.strip())
    return found[1].strip().casefold() if found else ""


def _purpose(path: Path, cells: Sequence[str], codebook: Codebook) -> Purpose:
    reference, _, coder, model = [*cells, *[""] * 4][:4]
    if "@" not in reference or not coder or not model:
        raise _foreign(path)
    if reference != codebook.reference:
        raise FormatError(
            f"{path.name} : ce classeur se code sous le plan {reference}, et non {codebook.reference} ; "
            "donnez-le par --codebook"
        )
    return Purpose(codebook=reference, coder=coder, model=None if model == BLIND else model)


def _headers(path: Path, cells: Sequence[str]) -> list[str]:
    headers = all_headers(sum(name.startswith("Code ") for name in cells))
    if list(cells[: len(headers)]) != headers:
        raise _foreign(path)
    return headers


def _foreign(path: Path) -> FormatError:
    return FormatError(
        f"{path.name} n'est pas un classeur de « listening review export », ou ses deux premières lignes ont changé ; "
        "remettez-les comme elles étaient"
    )


def _letters(column: int) -> str:
    """Give the letters of a column, the first being 0.

    >>> _letters(0), _letters(25), _letters(26)
    ('A', 'Z', 'AA')
    """
    return (_letters(column // 26 - 1) if column >= 26 else "") + chr(65 + column % 26)
