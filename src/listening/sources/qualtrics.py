"""Qualtrics exports: three rows of headers (names, wording, ImportId), or two in older ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Literal
from zoneinfo import available_timezones

from listening.errors import FormatError, RowError
from listening.records import Verbatim
from listening.sources.base import Source, build
from listening.sources.cells import identifier, moment
from listening.sources.columns import Columns, Header, keep
from listening.sources.files import open_rows
from listening.sources.rows import Row

NO_WORDING = re.compile(r'R_\w{10,}$|\{"ImportId"')  # what the row of the wording never holds: a response, an id
PERSONAL = {
    *("ipaddress", "recipientemail", "recipientlastname", "recipientfirstname", "name", "emailaddress"),
    *("locationlatitude", "locationlongitude", "locationaccuracy"),
}
SYSTEM = PERSONAL | {
    *("startdate", "enddate", "status", "progress", "duration (in seconds)", "finished", "recordeddate", "responseid"),
    *("externalreference", "externaldatareference", "distributionchannel", "userlanguage"),
}


class Qualtrics(Columns, Source):
    """One open question of a Qualtrics export; columns are named as in its first row or worded as in its second.

    Dates are in the time zone that the export announces, unless `timezone` is given. The language column is that of
    the interface, hence ignored. Who answered, and from where, is never kept.
    """

    kind: Literal["qualtrics"] = "qualtrics"
    text: str
    id: str = "ResponseId"
    date: str = "RecordedDate"

    def read(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each response, with an empty text if it does not answer the question."""
        content = open_rows(self.path, encoding=self.encoding, longest=None)
        wording, imports, rows = self._headers(content.rows)
        header = Header(self.path.name, content.columns, wording, hidden=SYSTEM)
        found = header.locate([self.text, self.id, self.date, *self.closed_columns()], [self.brand])
        for column in found.values():
            if {column.casefold(), wording[column].casefold()} & PERSONAL:
                raise FormatError(f"{self.path.name} : « {column} » dit qui a répondu : retirez-la de la source")
        question = wording[found[self.text]].strip() or None
        timezone = self._timezone(imports.get(found[self.date], ""))
        yield from build(keep(rows, found), lambda row: [self._verbatim(row, question, timezone)], shown=[self.text])

    def _verbatim(self, row: Row, question: str | None, timezone: str) -> Verbatim:
        return Verbatim(
            source=self.name,
            channel="survey",
            external_id=identifier(row, self.id),
            text=row.cells[self.text],
            question=question,
            created_at=moment(row, self.date, timezone=timezone),
            **self.closed(row),
        )

    def _headers(
        self, rows: Iterator[Row | RowError]
    ) -> tuple[dict[str, str], dict[str, str], Iterator[Row | RowError]]:
        """Give the wording and the ImportId of each column, and the rows of the responses."""
        wording = next(rows, None)
        if not isinstance(wording, Row) or any(map(NO_WORDING.match, wording.cells.values())):
            raise FormatError(
                f"{self.path.name}, ligne 2 : le libellé des questions est attendu ici : exportez de Qualtrics en CSV "
                "sans retirer de ligne d'en-tête"
            )
        third = next(rows, None)
        if third is None:
            return wording.cells, {}, rows
        if isinstance(third, Row) and any("ImportId" in cell for cell in third.cells.values()):
            return wording.cells, third.cells, rows
        return wording.cells, {}, chain([third], rows)

    def _timezone(self, imported: str) -> str:
        """Give the time zone to read dates in, such as ``{"ImportId":"recordedDate","timeZone":"America/Denver"}``."""
        match = re.search(r'"timeZone": ?"([^"]+)"', imported)
        if match is None or "timezone" in self.model_fields_set:
            return self.timezone
        return match[1] if match[1] in available_timezones() else self.timezone
