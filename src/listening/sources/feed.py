"""Feeds, RSS 0.9x to 2.0 or Atom: posts of a forum, comments, reviews."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar, Literal

from listening.errors import RowError, SourceError
from listening.records import Channel, Deletion, Scores, Verbatim, content_id
from listening.sources.base import FileSource, Record, Source, build
from listening.sources.brands import brand_in, brand_named, squeeze
from listening.sources.cells import moment, score
from listening.sources.feed_document import ROOTS, Document, Remedies
from listening.sources.feed_entry import Entry
from listening.sources.opening import check_file, files_at
from listening.sources.rows import LONGEST, LONGEST_HTML, Row, too_long
from listening.sources.seen import Seen
from listening.text.clean import forum_post, html_to_text

SUFFIXES = (".xml", ".rss", ".atom", ".rdf")
DATES = ("pubDate", "published", "issued", "dc:date", "dc:created", "updated", "modified")
LONGEST_ID = 200  # characters that the store takes
PERSONAL = re.compile(
    r"@|%40|mailto:|/~|/(?:u|users?|members?|profiles?|people|authors?|membres?|profils?|auteurs?)/",
    re.IGNORECASE,
)
COMMENT = re.compile(r"#comment[-_]?\w+$")
MACHINE = re.compile(  # what the software of a site adds around a text, which often names its author
    r"^(?:Statisti(?:cs|ques)\s*: (?:Posted by|Publié par|Posté par|Par) .*|In reply to .*\.|En réponse à .*\."
    r"|The post .* (?:appeared first on|first appeared on) .*|L['’]article .* est apparu en premier sur .*)$",
    re.MULTILINE,
)
FILE = Remedies(
    none="enregistrez le flux lui-même, en .xml, pas la page qui l'annonce",
    broken="enregistrez le flux à nouveau, entier",
    encoding="ajoutez « encoding: cp1252 » à la source ou réenregistrez-le en UTF-8",
    entities="retirez son <!DOCTYPE>",
)


class FeedEntries(Source):
    """What the entries of a feed say, whether it was saved or is asked for.

    The text is ``content:encoded``, else the content, else the summary; `with_title` puts the title before it as a
    sentence. An entry is about the first of `brands` that its categories, its title or its text name. Ids that are too
    long or that may name an author, as addresses of profiles do, are hashed; such addresses are not kept.
    """

    channel: Channel = "forum"
    brands: tuple[str, ...] = ()
    with_title: bool = False

    def entries(self, found: Iterable[Entry | Deletion], file: str) -> Iterator[Record]:
        """Give a verbatim for each entry, the quotes of others taken out, and a deletion for each taken back."""
        for rank, entry in enumerate(found, 1):
            if isinstance(entry, Deletion):  # hashed too: whether the id named the author is no more known
                yield entry
                yield Deletion(content_id(entry.external_id), entry.at)
                continue
            try:
                row = self._row(entry, f"élément {rank}", file)
            except RowError as error:
                yield error
            else:
                yield from build([row], self._verbatims, shown=["text"])

    def _row(self, entry: Entry, item: str, file: str) -> Row:
        link, author = entry.link(), entry.author()
        identity = entry.text("guid", "id") or entry.about or link
        html = entry.html("content:encoded", "content", "description", "summary")
        row = Row(
            entry.line,
            {
                "id": identity,
                "text": html,
                "title": html_to_text(entry.html("title")),
                "date": iso_date(entry.text(*DATES)),
                "author": author,
                "link": link,
                "parent": entry.attribute("thr:in-reply-to", "ref") or entry.attribute("thr:in-reply-to", "href"),
                "rating": entry.text("im:rating"),
                "categories": "\n".join(entry.categories()),
            },
            file,
            item,
        )
        if not identity:
            raise row.error("ni « guid », ni « id », ni « link » : cet élément n'a pas d'identifiant, complétez-le")
        if error := too_long(row, LONGEST_HTML):
            raise error
        row.cells["text"] = re.sub(r"\n{3,}", "\n\n", MACHINE.sub("", forum_post(html))).strip()
        return row

    def _verbatims(self, row: Row) -> list[Verbatim]:
        if error := too_long(row, LONGEST):
            raise error
        cell = row.cells
        title = cell["title"]
        text = _headed(title, cell["text"]) if self.with_title else cell["text"]
        named = brand_named(cell["categories"].split("\n"), self.brands)
        link, parent = cell["link"], cell["parent"]
        shown = link.startswith(("http://", "https://")) and not _names_author(link, cell["author"])
        thread = COMMENT.sub("", link) if COMMENT.search(link) else parent
        return [
            Verbatim(
                source=self.name,
                channel=self.channel,
                external_id=_identity(cell["id"], cell["author"]),
                text=text,
                created_at=moment(row, "date", timezone=self.timezone),
                author=cell["author"] or None,
                brand=named or brand_in(title, self.brands) or brand_in(text, self.brands) or self.brand,
                url=link if shown else None,
                thread=_identity(thread) if thread else None,
                parent=_identity(parent) if parent else None,
                scores=Scores(stars=score(row, "rating", 1, 5)),
            )
        ]


class Feed(FeedEntries, FileSource):
    """Entries of a feed saved as a file, a folder or a glob of them; nothing is fetched."""

    kind: Literal["feed"] = "feed"
    in_folders: ClassVar[tuple[str, ...]] = SUFFIXES

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim XML whose root is that of a feed; one with ratings holds reviews."""
        rated = {"channel": "review"} if "<im:rating" in seen.text else {}
        return rated if seen.root in ROOTS else None

    def verbatims(self) -> Iterator[Record]:
        """Give a verbatim for each entry, and a deletion for each taken back."""
        encoding = self.encoding if "encoding" in self.model_fields_set else None
        for path in files_at(self.path, *self.in_folders):
            check_file(path)
            try:
                with path.open("rb") as file:
                    yield from self.entries(Document(file, path.name, FILE, encoding).entries(), path.name)
            except OSError as error:
                raise SourceError(f"{path} : lecture impossible ({error.strerror}) : vérifiez les droits") from error


def iso_date(date: str) -> str:
    """Give a date of RSS as ISO 8601, another as it is.

    >>> iso_date("Sun, 01 Mar 2026 10:22:41 +0100"), iso_date("hier")
    ('2026-03-01T10:22:41+01:00', 'hier')
    """
    try:
        return parsedate_to_datetime(date).isoformat()
    except (ValueError, IndexError, OverflowError):
        return date


def _identity(address: str, author: str = "") -> str:
    hashed = len(address) > LONGEST_ID or _names_author(address, author)
    return content_id(address) if hashed else address


def _names_author(address: str, author: str) -> bool:
    name = squeeze(author)
    return bool(PERSONAL.search(address)) or (len(name) > 3 and name in squeeze(address))


def _headed(title: str, text: str) -> str:
    """Put a title before a text as a sentence, unless the text begins with it."""
    if not title or text.casefold().startswith(title.rstrip(".… ").casefold()):
        return text
    return f"{title}{'' if title.endswith(('.', '!', '?', '…')) else '.'} {text}".strip()
