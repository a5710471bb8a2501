"""The archive that a member of a Discourse forum downloads: ``user_archive.csv``, their own posts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any, Literal

from selectolax.lexbor import LexborHTMLParser

from listening.errors import RowError
from listening.records import Verbatim
from listening.sources.base import FileSource, build
from listening.sources.board import HIDDEN, READABLE, cells, cleaned, locate, meta, posts
from listening.sources.brands import brand_in, brand_named, squeeze
from listening.sources.cells import SHOWN, moment
from listening.sources.files import open_rows
from listening.sources.rows import Row
from listening.sources.seen import Seen
from listening.text.bbcode import bbcode_to_html

FILE = "user_archive.csv"
NAMES = {
    "private": ("is_pm", "message privé"),
    "address": ("url", "adresse"),
    "date": ("created_at", "créé le", "date de création"),
    "raw": ("post_raw", "post", "raw", "message"),
    "cooked": ("post_cooked", "cooked"),
    "title": ("topic_title", "titre du sujet"),
    "categories": ("categories", "category", "catégories", "catégorie"),
}
WANTED = ("private", "address", "raw")
PRIVATE = READABLE | {"sí", "ja", "sim", "sì", "si"}
PUBLIC = HIDDEN | {"nein", "nee", "não"}
ADDRESS = re.compile(r"/t/(?:[^/?#]*/)?(\d+)/(\d+)(?:[/?#].*)?$")
WITHDRAWN = re.compile(
    r"\((?:post|topic|message|publication|sujet)\b[^()]{0,60}"
    r"(?:deleted by|withdrawn by|supprimée?|retirée?)[^()]{0,60}\)"
)
UTC_SUFFIX = re.compile(r" UTC$")
MARKDOWN = (
    (re.compile(r"!\[[^\[\]\n]*\]\([^()\n]*\)"), ""),  # a picture
    (re.compile(r"(?<!\!)\[([^\[\]\n]*)\]\((?:https?:|/|mailto:)[^()\s]*(?: \"[^\"\n]*\")?\)"), r"\1"),  # a link
    (re.compile(r"^ {0,3}&gt;.*\n?", re.MULTILINE), ""),  # a quote
    (re.compile(r"^ {0,3}(?:#{1,6}|[*+]) +", re.MULTILINE), ""),
    (re.compile(r"(\*\*|__|~~)(?=\S)(.{1,300}?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])([*_])(?=[^\s*_])([^*_\n]+)(?<=\S)\1(?![\w*])"), r"\2"),
    (re.compile(r"^```.*$|`", re.MULTILINE), ""),
)


class DiscourseArchive(FileSource):
    """The posts of one member of a Discourse forum: ``user_archive.csv``, or the archive, unzipped or not.

    Ids are ``topic/post number``, for the archive gives no other. Private messages, and posts that their author
    withdrew, are left out, and no error repeats a text; other deleted posts cannot be told apart. `author` is the
    member, whom the file does not name.
    """

    kind: Literal["discourse-archive"] = "discourse-archive"
    brands: tuple[str, ...] = ()
    author: str | None = None

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim a table that says which posts are private, and where they are."""
        private, address = ({squeeze(name) for name in NAMES[role]} for role in ("private", "address"))
        return {} if private & seen.names and address & seen.names else None

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each public post, the quotes of other posts taken out."""
        path = self.path / FILE if self.path.is_dir() else self.path
        content = open_rows(path, encoding=self.encoding, longest=None)
        found = locate(path.name, content.columns, NAMES, given={}, wanted=WANTED)
        rows = posts(content.rows, found, ())
        yield from build(rows, lambda row: self._verbatims(row, found), shown=())

    def _verbatims(self, row: Row, found: Mapping[str, str]) -> list[Verbatim]:
        cell = cells(row, found)
        private = cell("private").casefold()
        if private not in PRIVATE | PUBLIC:
            raise row.error(
                f"« {private[:SHOWN]} » dans « {found['private']} » : écrivez Oui (message privé, écarté) ou Non"
            )
        if private in PRIVATE or WITHDRAWN.fullmatch(cell("raw")):
            return []
        address = ADDRESS.search(cell("address"))
        if address is None:
            raise row.error(f"adresse de message illisible dans « {found['address']} » : exportez l'archive à nouveau")
        if cell("cooked"):
            text, quoted = cleaned(row, found["cooked"], lambda html: html)
            quoted = _quoted(cell("cooked"))
        else:
            text, quoted = cleaned(row, found["raw"], markdown_to_html)
        if "date" in found:
            row.cells[found["date"]] = UTC_SUFFIX.sub("+00:00", cell("date"))
        topic, number = address.groups()
        title, categories = unescape(cell("title")), [name for name in cell("categories").split("|") if name != "-"]
        brand = brand_named(categories, self.brands) or brand_in(title, self.brands) or brand_in(text, self.brands)
        known = meta(title, "", self.brands)
        if any(categories):
            known["category"] = "|".join(categories)
        return [
            Verbatim(
                source=self.name,
                channel="forum",
                external_id=f"{topic}/{number}",
                text=text,
                created_at=moment(row, found.get("date"), timezone=self.timezone),
                author=self.author,
                brand=brand or self.brand,
                url=cell("address"),
                thread=topic,
                parent=quoted if quoted not in ("", f"{topic}/{number}") else None,
                meta=known,
            )
        ]


def markdown_to_html(raw: str) -> str:
    """Give the HTML of a post as its author typed it in Discourse: Markdown, quotes of others in BBCode.

    >>> markdown_to_html("**Bof**, [la fibre](https://example.org/f)")
    'Bof, la fibre'
    """
    typed = bbcode_to_html(raw).replace("<br>", "\n")
    for pattern, kept in MARKDOWN:
        typed = pattern.sub(kept, typed)
    return typed.replace("\n", "<br>")


def _quoted(html: str) -> str:
    """Give the ``topic/post number`` of the first post quoted, '' if there is none."""
    quote = LexborHTMLParser(html).css_first("aside.quote[data-post][data-topic]")
    return f"{quote.attributes['data-topic']}/{quote.attributes['data-post']}" if quote else ""
