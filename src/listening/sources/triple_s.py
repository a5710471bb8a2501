"""Triple-S surveys: an XML definition (.sss, .xml) with its data beside it, in fixed columns (.asc) or in CSV."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import import_module
from itertools import islice
from pathlib import Path, PureWindowsPath
from typing import Any, Literal
from xml.etree.ElementTree import Element

from pydantic import Field

from listening.errors import FormatError, RowError
from listening.records import Verbatim
from listening.sources.base import FileSource, build
from listening.sources.cells import NUMBER, identifier, moment
from listening.sources.columns import Columns, Header
from listening.sources.delimited import find_delimiter, read_records
from listening.sources.guess import Column, closed_answers
from listening.sources.open_questions import (
    Questions,
    Respondent,
    answers,
    asked,
    bare_score,
    personal,
    refuse_personal,
)
from listening.sources.opening import check_file, lines, open_text
from listening.sources.rows import LONGEST, Row, as_text, spaced, too_long
from listening.sources.seen import ROWS, Seen
from listening.sources.triple_s_variables import SUBFIELD, Variable, child, code_of, decode, read_variables, whole

VERSIONS = ("1.1", "1.2", "2.0", "3.0")
DATA = (".asc", ".csv", ".dat", ".txt")
LARGEST = 8 * 2**20  # bytes of a definition, read at once, which takes up to forty times as much
DECLARED = re.compile(rb"""^\W*<\?xml[^>]*encoding=["']([\w.-]+)["']""")
END_OF_FILE = "\x1a"  # what DOS programs write after the last record


class TripleS(Columns, FileSource):
    """The open questions of a Triple-S survey: its variables of characters, or those that `questions` names.

    `path` is the definition; the data is the file that it names or, in the same folder, the one of that name, unless
    `data` names another. A column is a variable, named or worded. Scores are codes, or the scores that the definition
    gives them; `brand`, `wave` and `meta` give labels. The serial and weight variables serve unless others are named.
    """

    kind: Literal["triple-s"] = "triple-s"
    questions: Questions = Field(default_factory=dict)
    id: str | None = None
    date: str | None = None
    time: str | None = None
    data: str | None = None

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim XML whose root is that of a definition; scores are told by their codes, the rest by labels."""
        if seen.root != "sss":
            return None
        source, record = cls(name="?", path=seen.path), read_definition(seen.path)
        variables = {one.name: one for one in read_variables(record, source.language, seen.path.name)}
        width = max(variable.finish for variable in variables.values())
        first = [*islice(source._rows(record, variables, width), ROWS)]
        rows = [row for row in first if isinstance(row, Row)]
        columns = {name: _column(variable, rows) for name, variable in variables.items() if not variable.use}
        typed = {
            kind: [one for one in columns if variables[one].type == kind] for kind in ("character", "date", "time")
        }
        closed = closed_answers(one for name, one in columns.items() if name not in typed["date"] + typed["time"])
        fields: dict[str, Any] = {"questions": [name for name in typed["character"] if columns[name].is_open()]}
        fields |= {kind: typed[kind][0] for kind in ("date", "time") if typed[kind]}
        if not any(variable.use == "serial" for variable in variables.values()):
            fields["id"] = next((name for name, one in columns.items() if one.is_identifier()), None)
        return {key: value for key, value in fields.items() if value} | closed

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each question answered, whose external id is ``{id}:{column}``."""
        file, record = self.path.name, read_definition(self.path)
        variables = {variable.name: variable for variable in read_variables(record, self.language, file)}
        whole = self._completed(variables)
        labels = {name: variable.label for name, variable in variables.items() if variable.label}
        header = Header(file, list(variables), labels)
        wanted = [*filter(None, (whole.id, whole.date, whole.time)), *whole.closed_columns()]
        closed = header.locate(wanted, [whole.brand])
        questions = self.questions or dict.fromkeys(_open(variables, closed), "")
        found = header.locate([*questions, *wanted], [whole.brand])
        refuse_personal(file, found, labels)
        meant = {name: variables[column] for name, column in found.items()}
        for name in questions:
            if meant[name].type != "character":
                raise FormatError(f"{file} : « {name} » contient des codes, pas du texte : retirez-la de « questions »")
        worded = asked(questions, found, labels)
        rows = self._rows(record, meant, max(variable.finish for variable in variables.values()))
        yield from build(rows, lambda row: whole._verbatims(row, meant, worded), shown=worded)

    def files(self) -> list[Path]:
        """Give the definition and its data, or the ZIP that they are in."""
        found = super().files()
        data = [self._data(read_definition(self.path).get("href", ""))] if found == [self.path] else []
        return found + data

    def _completed(self, variables: Mapping[str, Variable]) -> TripleS:
        """Give this source with the serial and weight variables of the definition, where it names none."""
        used = {variable.use: name for name, variable in reversed(list(variables.items()))}
        if not (self.id or used.get("serial")):
            raise FormatError(f"{self.path.name} : aucune variable n'y est « serial » : nommez-en une dans « id »")
        return self.model_copy(update={"id": self.id or used["serial"], "weight": self.weight or used.get("weight")})

    def _verbatims(self, row: Row, variables: Mapping[str, Variable], questions: dict[str, str]) -> list[Verbatim]:
        if error := too_long(row, LONGEST):
            raise error
        cells = {name: self._cell(row, name, variable) for name, variable in variables.items()}
        plain = Row(row.line, cells, row.file)
        identity, closed = identifier(plain, self.id or ""), self.closed(plain)
        return answers(
            plain, questions, identity, Respondent(source=self.name, created_at=self._moment(plain), **closed)
        )

    def _cell(self, row: Row, name: str, variable: Variable) -> str:
        """Give a code for a score, else what the cell means."""
        said = decode(variable, row, name)
        if variable.type == "quantity" and said and not NUMBER.fullmatch(said):
            raise row.error(f"« {said[:20]} » dans « {name} », qui est un nombre : vérifiez les positions")
        if name not in (self.nps, self.csat, self.ces, self.stars) or variable.type != "single":
            return said
        code = code_of(row.cells[name]) if said else ""
        return bare_score(variable.scores.get(code, code), variable.labels.get(code, ""))

    def _moment(self, row: Row) -> datetime | None:
        if not self.date or not self.time or not row.cells[self.date] or not row.cells[self.time]:
            return moment(row, self.date, timezone=self.timezone)
        when = f"{row.cells[self.date]}T{row.cells[self.time].zfill(6)}"
        return moment(Row(row.line, {self.date: when}, row.file), self.date, timezone=self.timezone)

    def _rows(self, record: Element, variables: Mapping[str, Variable], width: int) -> Iterator[Row | RowError]:
        path = self._data(record.get("href", ""))
        encoding = self.encoding if "encoding" in self.model_fields_set else _encoding(self.path, path)
        skip = whole(record, "skip")
        read = _delimited if record.get("format", path.suffix[1:]).lower() == "csv" else _fixed
        yield from read(path, encoding, variables, width, skip)

    def _data(self, href: str) -> Path:
        """Give the data file, which is always in the folder of the definition."""
        named = self.data or PureWindowsPath(href).name
        beside = [self.path.with_name(named)] if named else []
        if not self.data:
            beside += [path for path in sorted(self.path.parent.glob("*")) if _goes_with(path, self.path)]
        for path in beside:
            if path.is_file():
                return path
        raise FormatError(
            f"{self.path.name} : pas de données {' ou '.join(DATA)} à côté de cette définition : mettez-les dans le "
            "même dossier sous le même nom, ou nommez-les dans « data »"
        )


def read_definition(path: Path) -> Element:
    """Give the record of a definition; entities, which can fill the memory or read other files, are refused."""
    check_file(path)
    if path.stat().st_size > LARGEST:
        raise FormatError(f"{path.name} : plus de {spaced(LARGEST)} octets : donnez la définition, pas les données")
    etree, common = import_module("defusedxml.ElementTree"), import_module("defusedxml.common")
    try:
        root: Element = etree.parse(path).getroot()
    except common.DefusedXmlException as error:
        raise FormatError(
            f"{path.name} : ce XML définit des entités, refusées par prudence : retirez son DOCTYPE"
        ) from error
    except (etree.ParseError, ValueError, LookupError) as error:
        raise FormatError(
            f"{path.name} : ce n'est pas une définition Triple-S en XML ({error}) : exportez en Triple-S XML 2.0"
        ) from error
    record = child(child(root, "survey"), "record")
    version = root.get("version", "")
    if root.tag.rpartition("}")[2] != "sss" or record is None or not len(record):
        raise FormatError(f"{path.name} : pas d'élément sss/survey/record : donnez la définition d'une enquête simple")
    if version not in VERSIONS:
        raise FormatError(f"{path.name} : Triple-S « {version} » inconnu : exportez en version {', '.join(VERSIONS)}")
    return record


def _column(variable: Variable, rows: list[Row]) -> Column:
    """Give a variable as a column, what its codes mean as its cells."""
    cells, codes = [], []
    for row in rows:
        try:
            said = decode(variable, row, variable.name)
        except RowError:
            continue
        if said:
            code = code_of(row.cells[variable.name])
            cells.append(said)
            codes.append(variable.scores.get(code, code) if variable.type == "single" else said)
    return Column(variable.name, cells, len(rows), variable.label, codes)


def _open(variables: Mapping[str, Variable], closed: Mapping[str, str]) -> list[str]:
    """Give the variables of characters that are asked for nothing else and do not say who answered."""
    others = set(closed.values())
    return [
        name
        for name, variable in variables.items()
        if variable.type == "character" and name not in others and not personal(name) and not personal(variable.label)
    ]


def _fixed(
    path: Path, encoding: str, variables: Mapping[str, Variable], width: int, skip: int
) -> Iterator[Row | RowError]:
    """Cut each line at the positions defined, in characters or, if that alone makes all lines as wide, in bytes."""
    in_bytes = encoding == "utf-8-sig" and _as_wide_in_bytes(path, width)
    with open_text(path, encoding) as file:
        for line, text in enumerate(lines(file, path), 1):
            record = text.rstrip("\n")
            if line <= skip or not record.strip(END_OF_FILE + " "):
                continue
            if in_bytes:
                record = record.encode("utf-8", "replace").decode("latin-1")
            cells = {name: record[one.start - 1 : one.finish] for name, one in variables.items()}
            if in_bytes:
                cells = {name: cell.encode("latin-1").decode("utf-8", "replace") for name, cell in cells.items()}
            row = Row(line, {name: as_text(cell) for name, cell in cells.items()}, path.name)
            if in_bytes and any("\ufffd" in cell for cell in cells.values()):
                yield row.error("une position coupe une lettre en deux : exportez à nouveau les données")
            else:
                yield row


def _as_wide_in_bytes(path: Path, width: int) -> bool:
    with path.open("rb") as file:
        return all(len(raw.rstrip(b"\r\n")) == width for raw in file if raw.strip(b"\r\n \x1a"))


def _delimited(
    path: Path, encoding: str, variables: Mapping[str, Variable], width: int, skip: int
) -> Iterator[Row | RowError]:
    """Take the fields of each record at the ranks defined."""
    first = 0
    for rank, (line, fields) in enumerate(read_records(path, encoding, find_delimiter(path, encoding))):
        first = first or len(fields)
        if first < width:
            raise FormatError(
                f"{path.name}, ligne {line} : {first} champs, alors que la définition en compte {width} : donnez les "
                "données qui vont avec elle"
            )
        cells = {name: as_text(SUBFIELD.join(fields[one.start - 1 : one.finish])) for name, one in variables.items()}
        row = Row(line, cells, path.name)
        if rank < skip or not any(fields):
            continue
        if len(fields) != first:
            yield row.error(f"{len(fields)} champs au lieu de {first} : un guillemet manque ou est de trop, ajoutez-le")
        else:
            yield row


def _encoding(definition: Path, data: Path) -> str:
    """Give the encoding of the data: UTF-8 if all of it decodes, else the one that the definition announces."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with definition.open("rb") as file:
        declared = DECLARED.match(file.read(200))
    try:
        with data.open("rb") as file:
            while chunk := file.read(2**16):
                decoder.decode(chunk)
    except UnicodeDecodeError:
        return declared[1].decode() if declared else "utf-8-sig"
    return "utf-8-sig"


def _goes_with(data: Path, definition: Path) -> bool:
    return data.stem.casefold() == definition.stem.casefold() and data.suffix.lower() in DATA
