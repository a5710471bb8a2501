"""Talkwalker results: JSON and JSONL as its APIs give them, or the CSV and XLSX of an export."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

from listening.errors import FormatError, RowError
from listening.records import Verbatim, content_id
from listening.sources.base import build
from listening.sources.brands import squeeze
from listening.sources.cells import moment
from listening.sources.columns import keep
from listening.sources.json_items import LINES, read_items
from listening.sources.mentions import (
    META,
    REPOSTS,
    Mentions,
    channel_of,
    is_extract,
    kept_columns,
    once,
    open_mentions,
    refuse_personal,
)
from listening.sources.opening import files_at
from listening.sources.rows import LONGEST, Row, as_text, too_long
from listening.sources.seen import Seen

NAMES = {
    "date": ("published", "Date"),
    "text": ("content", "Contenu"),
    "snippet": ("content_snippet", "Extrait"),
    "title": ("title", "Titre"),
    "url": ("url", "Lien"),
    "parent": ("parent_url",),
    "types": ("source_type", "Type de source"),
    "post": ("post_type",),
    "site": ("domain_url", "host_url", "Domaine"),
    "author": ("extra_author_attributes.short_name",),
    "name": ("extra_author_attributes.name", "Auteur"),
    "language": ("lang", "Langue"),
    "tags": ("tags_customer",),
}
KEYS = {field: tuple(map(squeeze, names)) for field, names in NAMES.items()}
EPOCH = re.compile(r"\d{12,13}")  # milliseconds, from 2001 on
DEEPEST = 4  # objects in one another that a result is wrapped in

CLAIMED = (  # the letters of the columns that tell a table of results
    {"published", "sourcetype", "content"},
    {"published", "sourcetype", "contentsnippet"},
    {"contenu", "typedesource"},
)


class Talkwalker(Mentions):
    """Results of Talkwalker: JSON or JSONL files (also a folder or a glob), or the table of an export.

    Forums are `forum`, reviews `review`, networks, blogs and comments `social`; press and broadcast are left out, since
    no customer writes them, as are reposts, whose words are another's. `channels` gives the channel of further types
    (``{onlinenews: social}``), or None to leave one out. Talkwalker gives the first words of a text, or the part that
    its query found. `meta` names the fields to keep, as in ``extra_source_attributes.world_data.region``. A result is
    about the brand of `brands` that its tags or its text name. The sentiment that Talkwalker gives is not read;
    addresses that may name an author are not kept.
    """

    kind: Literal["talkwalker"] = "talkwalker"
    in_folders: ClassVar[tuple[str, ...]] = (".json", *LINES)

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim what wraps results, or results and tables that have their type and their date of publication."""
        if {"result_content", "chunk_type"} & seen.keys or {"published", "source_type"} <= seen.keys:
            return {}
        return {} if any(names <= header for header in seen.headers for names in CLAIMED) else None

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each result."""
        tabled = self.path.is_file() and self.path.suffix.lower() not in (".json", *LINES)
        rows = self._table() if tabled else self._objects()
        yield from once(build(rows, self._verbatims, shown=["title", "text", "snippet"]))

    def _table(self) -> Iterator[Row | RowError]:
        content, found = open_mentions(self, NAMES, ("text", "snippet", "title", "url"))
        if not {"text", "snippet"} & found.keys():
            raise FormatError(f"{self.path.name} : pas de colonne « content » : exportez les résultats avec elle")
        yield from keep(content.rows, kept_columns(self.path.name, content, NAMES, found, self.meta))

    def _objects(self) -> Iterator[Row | RowError]:
        for name in self.meta:
            refuse_personal(self.path.name, name)
        for path in files_at(self.path, *self.in_folders):
            for item in read_items(path, self.encoding):
                if isinstance(item, RowError):
                    yield item
                    continue
                place = Row(item[0], {}, path.name)
                try:
                    results = _results(item[1], place)
                except RowError as error:
                    yield error
                    continue
                for number, result in enumerate(results, 1):
                    yield self._row(result, Row(place.line, {}, path.name, f"résultat {number}"))

    def _row(self, result: dict[str, Any], place: Row) -> Row | RowError:
        flat = {squeeze(key): value for key, value in _flat(result)}
        for needed in ("published", "source_type"):
            if not flat.get(squeeze(needed)):
                return place.error(f"il manque « {needed} » : exportez-le à nouveau, entier")
        if not {"content", "contentsnippet"} & flat.keys():
            return place.error("il manque « content » : exportez-le à nouveau, entier")
        for field, keys in KEYS.items():
            place.cells[field] = next((flat[key] for key in keys if key in flat), "")
        place.cells.update({META + name: flat.get(squeeze(name), "") for name in self.meta})
        return too_long(place, LONGEST) or place

    def _verbatims(self, row: Row) -> list[Verbatim]:
        cells = row.cells
        cells.update({field: cell.strip() for field, cell in cells.items()})
        types = _most_precise(cells["types"])
        channel = channel_of(row, types, cells["site"], self.channels)
        if channel is None or any(squeeze(one) in REPOSTS for one in cells["post"].split(",")):
            return []
        if EPOCH.fullmatch(cells["date"]):
            cells["date"] = datetime.fromtimestamp(int(cells["date"]) / 1000, UTC).isoformat()
            created_at = moment(row, "date", timezone=self.timezone)
        else:
            created_at = moment(row, "date", timezone=self.timezone, date_format=self.date_format)
        url, text = cells["url"], cells["text"] or _plain(cells["snippet"])
        parent = content_id(cells["parent"]) if cells["parent"] not in ("", url) else None
        return [
            self.verbatim(
                row,
                channel=channel,
                source_type=types[0] if types else "",
                text=text,
                extract=is_extract(text),
                author=cells["author"] or cells["name"],
                created_at=created_at,
                labels=cells["tags"].split(","),
                identity=content_id(url) if url else "",
                thread=parent,
                parent=parent,
            )
        ]


def _results(item: dict[str, Any], place: Row) -> list[dict[str, Any]]:
    """Give the results that an object wraps: a page of a search, a chunk of a stream, or one result."""
    kind = item.get("chunk_type")
    if kind == "CT_CONTROL":
        return []
    if kind == "CT_ERROR":
        raise place.error("Talkwalker a interrompu ce flux par une erreur : exportez à nouveau ce qui la suit")
    if as_text(item.get("status_code", "0")) != "0":
        raise place.error(
            "Talkwalker a répondu par une erreur, sans résultat : vérifiez la requête et exportez à nouveau"
        )
    found: Any = item.get("chunk_result", item.get("result_content", item))
    for _ in range(DEEPEST):
        if isinstance(found, dict) and isinstance(found.get("data"), dict | list):
            found = found["data"]
    wrapped = found if isinstance(found, list) else [found]
    results = [one["data"] if isinstance(one, dict) and isinstance(one.get("data"), dict) else one for one in wrapped]
    if not all(isinstance(one, dict) for one in results):
        raise place.error("un résultat n'est pas un objet JSON {…} : exportez à nouveau")
    return results


def _flat(value: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Give what an object holds, under the names that the columns of an export have."""
    for key, held in value.items():
        if isinstance(held, dict):
            yield from _flat(held, f"{prefix}{key}.")
        elif isinstance(held, list):
            yield f"{prefix}{key}", ",".join(as_text(one) for one in held if not isinstance(one, dict | list))
        else:
            yield f"{prefix}{key}", as_text(held)


def _most_precise(types: str) -> list[str]:
    """Give the types of ``SOCIALMEDIA,SOCIALMEDIA_TWITTER``, the longest first."""
    return sorted((one.strip(' []"') for one in types.split(",") if one.strip(' []"')), key=lambda one: -len(one))


def _plain(snippet: str) -> str:
    """Give an extract without the marks of what was looked for.

    >>> _plain("...le <b>colis</b> n&#39;est pas arrivé...")
    "...le colis n'est pas arrivé..."
    """
    return html.unescape(re.sub(r"</?(?:b|em)>", "", snippet))
