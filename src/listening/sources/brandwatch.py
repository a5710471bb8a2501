"""Brandwatch exports of mentions (CSV or XLSX), whose header comes after lines on the report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

from listening.errors import FormatError, RowError
from listening.records import Verbatim, content_id
from listening.sources.base import build
from listening.sources.brands import squeeze
from listening.sources.cells import moment
from listening.sources.columns import keep
from listening.sources.mentions import (
    REPOSTS,
    Mentions,
    channel_of,
    is_extract,
    kept_columns,
    once,
    open_mentions,
)
from listening.sources.rows import Row
from listening.sources.seen import Seen

NAMES = {
    "date": ("Date", "Date (UTC)"),
    "text": ("Full Text", "Texte intégral", "Texte complet"),
    "snippet": ("Snippet", "Extrait"),
    "title": ("Title", "Titre"),
    "id": ("Resource Id", "Mention Id"),
    "url": ("Url", "Original Url", "Lien"),
    "author": ("Author", "Auteur"),
    "site": ("Domain", "Domaine", "Site"),
    "type": ("Page Type", "Content Source", "Content Source Name", "Page Type Name", "Type de page"),
    "entry": ("Thread Entry Type", "Type d'entrée"),
    "language": ("Language", "Langue"),
    "query": ("Query Name", "Nom de la requête"),
    "thread": ("Thread Id",),
    "thread_url": ("Thread URL",),
    "reply_to": ("Reply To", "X Reply To", "Twitter Reply To"),
    "repost_of": ("Retweet Of", "X Repost Of", "X Retweet Of", "Twitter Retweet Of"),
}
EMPTY = frozenset(("", "0", "false", "faux", "no", "non", "n/a", "null", "none"))

DATED = {squeeze(name) for name in NAMES["date"]}
TEXTS = {squeeze(name) for field in ("text", "snippet") for name in NAMES[field]}
QUERIES = {"queryid", *map(squeeze, NAMES["query"])}


class Brandwatch(Mentions):
    """Mentions of a Brandwatch export, each under the channel of its page type.

    Forums are `forum`, reviews `review`, networks, blogs and comments `social`; press and broadcast are left out, since
    no customer writes them, as are reposts, whose words are another's. `channels` gives the channel of further types
    (``{news: social}``), or None to leave one out. `categories` names the category groups and `meta` the columns to
    keep. A mention is about the brand of `brands` that its categories, its query or its text name. The sentiment that
    Brandwatch gives is not read; addresses that may name an author are not kept.
    """

    kind: Literal["brandwatch"] = "brandwatch"
    categories: tuple[str, ...] = ()

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim a table of mentions, dated, that says which query found each."""
        found = (header & DATED and header & TEXTS and header & QUERIES for header in seen.headers)
        return {} if any(found) else None

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each mention, of its snippet when there is no full text."""
        content, found = open_mentions(self, NAMES, ("text", "snippet", "title", "url"))
        if not {"text", "snippet"} & found.keys():
            raise FormatError(f"{self.path.name} : ni « Full Text » ni « Snippet » : exportez les mentions avec l'une")
        groups = {name: self._group(name, content.columns) for name in self.categories}
        columns = kept_columns(self.path.name, content, NAMES, found, self.meta)
        columns |= {f"{name} - {child}": column for name, group in groups.items() for child, column in group.items()}
        rows = keep(content.rows, columns)
        yield from once(build(rows, lambda row: self._verbatims(row, groups), shown=["title", "text", "snippet"]))

    def _verbatims(self, row: Row, groups: dict[str, dict[str, str]]) -> list[Verbatim]:
        cells = {field: cell.strip() for field, cell in row.cells.items()}
        row = replace(row, cells=cells)
        channel = channel_of(row, [cells["type"]], cells["site"], self.channels)
        if channel is None or squeeze(cells["entry"]) in REPOSTS or cells["repost_of"].casefold() not in EMPTY:
            return []
        created_at = moment(row, "date", timezone=self.timezone, date_format=self.date_format)
        text = cells["text"] or cells["snippet"]
        reply_to = cells["reply_to"] if cells["reply_to"].casefold() not in EMPTY else ""
        thread_url = cells["thread_url"] or reply_to
        chosen = {name: _children(cells, name, group) for name, group in groups.items()}
        return [
            self.verbatim(
                row,
                channel=channel,
                source_type=cells["type"],
                text=text,
                extract=not cells["text"] and is_extract(text),
                author=cells["author"],
                created_at=created_at,
                labels=[*(child for children in chosen.values() for child in children), cells["query"]],
                identity=cells["id"],
                thread=cells["thread"] or (content_id(thread_url) if thread_url else None),
                parent=content_id(reply_to) if reply_to and not cells["id"] else None,
                further={name: ", ".join(children) for name, children in chosen.items()},
            )
        ]

    def _group(self, name: str, columns: list[str]) -> dict[str, str]:
        """Give the column of each category of a group, under '' the one that names them in its cells."""
        group = dict.fromkeys(("",), next((one for one in columns if squeeze(one) == squeeze(name)), ""))
        group = {child: column for child, column in group.items() if column}
        parts = ((column, column.rpartition(" - ")) for column in columns)
        group |= {child: column for column, (parent, _, child) in parts if parent and squeeze(parent) == squeeze(name)}
        if not group:
            known = dict.fromkeys(column.rpartition(" - ")[0] for column in columns if " - " in column)
            listed = ", ".join(f"« {one} »" for one in known) or "aucun groupe dans ce fichier"
            raise FormatError(f"{self.path.name} : pas de catégories « {name} » : choisissez parmi {listed}")
        return group


def _children(cells: dict[str, str], name: str, group: dict[str, str]) -> list[str]:
    """Give the categories of a group that a mention is in."""
    found = [child or cells[f"{name} - "] for child in group]
    marked = [cells[f"{name} - {child}"].casefold() not in EMPTY for child in group]
    return [child for child, mark in zip(found, marked, strict=True) if mark]
