"""Saved feeds, RSS 0.9x to 2.0 or Atom: posts of a forum, comments, reviews."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from html import escape, unescape
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Literal

from listening.errors import FormatError, RowError, SourceError
from listening.records import Channel, Scores, Verbatim, content_id
from listening.sources.base import FileSource, build
from listening.sources.brands import brand_in, brand_named, squeeze
from listening.sources.cells import moment, score
from listening.sources.json_items import storable
from listening.sources.opening import check_file, files_at
from listening.sources.rows import LONGEST, LONGEST_HTML, Row, too_long
from listening.sources.seen import Seen
from listening.text.clean import forum_post, html_to_text

SUFFIXES = (".xml", ".rss", ".atom", ".rdf")
SPACES = {
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dc:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/syndication/thread/1.0": "thr:",
    "http://itunes.apple.com/rss": "im:",
}
PLAIN_SPACES = frozenset(
    (
        "http://www.w3.org/2005/Atom",
        "http://purl.org/atom/ns#",
        "http://purl.org/rss/1.0/",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://backend.userland.com/rss2",
    )
)
XHTML = "http://www.w3.org/1999/xhtml"
ROOTS = frozenset(("rss", "feed", "rdf"))
BORNE = frozenset(("ERR_UNDECLARED_ENTITY", "ERR_RESERVED_XML_NAME", "ERR_INVALID_CHAR", "NS_ERR_UNDEFINED_NAMESPACE"))
DATES = ("pubDate", "published", "issued", "dc:date", "dc:created", "updated", "modified")
LONGEST_ID = 200  # characters that the store takes
PERSONAL = re.compile(
    r"@|%40|mailto:|/~|/(?:u|users?|members?|profiles?|people|authors?|membres?|profils?|auteurs?)/",
    re.IGNORECASE,
)
COMMENT = re.compile(r"#comment[-_]?\w+$")
E_MAIL_AND_NAME = re.compile(r"\S+@\S+\s*\((.+)\)")
MACHINE = re.compile(  # what the software of a site adds around a text, which often names its author
    r"^(?:Statisti(?:cs|ques)\s*: (?:Posted by|Publié par|Posté par|Par) .*|In reply to .*\.|En réponse à .*\."
    r"|The post .* (?:appeared first on|first appeared on) .*|L['’]article .* est apparu en premier sur .*)$",
    re.MULTILINE,
)


class Feed(FileSource):
    """Entries of a feed saved as a file, a folder or a glob of them; nothing is fetched.

    The text is ``content:encoded``, else the content, else the summary; `with_title` puts the title before it as a
    sentence. An entry is about the first of `brands` that its categories, its title or its text name. Ids that are too
    long or that may name an author, as addresses of profiles do, are hashed; such addresses are not kept.
    """

    kind: Literal["feed"] = "feed"
    in_folders: ClassVar[tuple[str, ...]] = SUFFIXES
    channel: Channel = "forum"
    brands: tuple[str, ...] = ()
    with_title: bool = False

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim XML whose root is that of a feed; one with ratings holds reviews."""
        rated = {"channel": "review"} if "<im:rating" in seen.text else {}
        return rated if seen.root in ROOTS else None

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each entry, the quotes of others taken out."""
        yield from build(self._rows(), self._verbatims, shown=["text"])

    def _rows(self) -> Iterator[Row | RowError]:
        encoding = self.encoding if "encoding" in self.model_fields_set else None
        for path in files_at(self.path, *self.in_folders):
            for rank, element in enumerate(_entries(path, encoding), 1):
                try:
                    yield self._row(_Entry.of(element), f"élément {rank}", path.name)
                except RowError as error:
                    yield error

    def _row(self, entry: _Entry, item: str, file: str) -> Row:
        link, author = entry.link(), entry.author()
        identity = entry.text("guid", "id") or entry.about or link
        html = entry.html("content:encoded", "content", "description", "summary")
        row = Row(
            entry.line,
            {
                "id": identity,
                "text": html,
                "title": html_to_text(entry.html("title")),
                "date": _iso(entry.text(*DATES)),
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


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of a feed: its line, its address in RSS 1.0, and its elements by name, those of RSS and Atom bare."""

    line: int
    about: str
    elements: dict[str, list[Any]]

    @classmethod
    def of(cls, entry: Any) -> _Entry:
        elements: dict[str, list[Any]] = {}
        for element in entry:
            if isinstance(element.tag, str):
                elements.setdefault(_name(element.tag), []).append(element)
        about = entry.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about") or ""
        return cls(entry.sourceline or 1, about, elements)

    def html(self, *names: str) -> str:
        """Give the HTML of the first of these elements that holds some."""
        found = (_html(element) for name in names for element in self.elements.get(name, ()))
        return next(filter(str.strip, found), "")

    def text(self, *names: str) -> str:
        """Give the text of the first of these elements that holds some."""
        found = (_inner(element).strip() for name in names for element in self.elements.get(name, ()))
        return next(filter(None, found), "")

    def attribute(self, name: str, key: str) -> str:
        """Give an attribute of the first element of that name."""
        return next((_stored(element.get(key) or "").strip() for element in self.elements.get(name, ())), "")

    def link(self) -> str:
        """Give the address of what the entry stands for."""
        links = [link for link in self.elements.get("link", ()) if link.get("rel", "alternate") == "alternate"]
        return next(filter(None, (_stored(link.get("href") or _inner(link)).strip() for link in links)), "")

    def author(self) -> str:
        """Give the name of the author, or their e-mail address if the feed gives nothing else."""
        if name := self.text("dc:creator"):
            return name
        for author in self.elements.get("author", ()):
            parts = {_name(part.tag): _inner(part).strip() for part in author if isinstance(part.tag, str)}
            if found := parts.get("name") or parts.get("email") or ("" if parts else _inner(author).strip()):
                match = E_MAIL_AND_NAME.fullmatch(found)
                return match[1] if match else found
        return ""

    def categories(self) -> list[str]:
        """Give the categories, each by its label, its term and its text."""
        found = self.elements.get("category", [])
        given = [[one.get("label") or "", one.get("term") or "", _inner(one)] for one in found]
        return [_stored(name).strip() for names in given for name in names if name.strip()]


def _entries(path: Path, encoding: str | None) -> Iterator[Any]:
    """Give the entries of a feed one at a time; raises `FormatError` for a file that is none, or is broken.

    Entities that the file declares are refused, those that HTML knows are read; nothing outside the file is opened.
    """
    check_file(path)
    etree = import_module("lxml.etree")
    options = {"resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False, "recover": True}
    try:
        with path.open("rb") as file:
            reading = etree.iterparse(file, events=("start", "end"), encoding=encoding, **options)
            check = partial(_check, reading, path)
            root = None
            for event, element in reading:
                if root is None:
                    root = element
                    _check_root(root, path)
                    check()
                if event == "end" and isinstance(element.tag, str) and _name(element.tag) in ("item", "entry"):
                    check()
                    yield element
                    _forget(element)
            check()
            if root is None:
                raise FormatError(f"{path.name} : ce fichier n'est pas du XML : enregistrez le flux lui-même, en .xml")
    except etree.XMLSyntaxError as error:
        raise FormatError(_broken(path, error.lineno or 1, error.msg)) from error
    except OSError as error:
        raise SourceError(f"{path} : lecture impossible ({error.strerror}) : vérifiez les droits") from error


def _check(reading: Any, path: Path) -> None:
    """Raise the first fault that cannot be borne: what follows it is read askew."""
    for fault in reading.error_log:
        if fault.level_name != "WARNING" and fault.type_name not in BORNE:
            raise FormatError(_broken(path, fault.line, fault.message))


def _check_root(root: Any, path: Path) -> None:
    name = _name(root.tag).rpartition(":")[2].casefold()
    if name not in ROOTS:
        raise FormatError(
            f"{path.name} : ni RSS ni Atom, mais « {name[:30]} » : enregistrez le flux lui-même, "
            "pas la page qui l'annonce"
        )
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise FormatError(
            f"{path.name} : ce flux déclare des entités XML (<!ENTITY …>), refusées par sécurité : "
            "retirez son <!DOCTYPE>"
        )


def _broken(path: Path, line: int, message: str) -> str:
    remedy = "enregistrez le flux à nouveau, entier"
    if "ncoding" in message:
        remedy = "ajoutez « encoding: cp1252 » à la source ou réenregistrez-le en UTF-8"
    elif "EntityRef" in message:
        remedy = "écrivez &amp; au lieu de & seul"
    return f"{path.name}, ligne {line} : XML illisible ({message}) : {remedy}"


def _forget(element: Any) -> None:
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _name(tag: str) -> str:
    space, _, name = tag.removeprefix("{").rpartition("}")
    return name if space in PLAIN_SPACES or not space else SPACES.get(space, f"{space}:") + name


def _html(element: Any) -> str:
    """Give the HTML that an element holds, whether escaped, in XHTML, or plain text."""
    kind = (element.get("type") or "html").casefold()
    if element.get("mode") == "xml" or kind == "xhtml" or kind.endswith("+xml"):
        return _markup(element)
    if "/" in kind and not kind.startswith("text/"):  # a picture, a sound
        return ""
    atom = element.tag.startswith(("{http://www.w3.org/2005/Atom}", "{http://purl.org/atom/ns#}"))
    if kind in ("text", "text/plain") or (atom and element.get("type") is None):
        return escape(_inner(element), quote=False).replace("\n", "<br>")
    return _inner(element)


def _inner(element: Any) -> str:
    """Give the text of an element and of those within it; an entity is what HTML says, or stays as typed."""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            parts.append(_inner(child))
        elif child.tag.__name__ == "Entity":
            parts.append(unescape(child.text))
        parts.append(child.tail or "")
    return _stored("".join(parts))


def _markup(element: Any) -> str:
    parts = [escape(element.text or "", quote=False)]
    for child in element:
        if isinstance(child.tag, str):
            name = child.tag.rpartition("}")[2]
            keys = "".join(f' {key}="{escape(value)}"' for key, value in child.items() if "}" not in key)
            parts.append(f"<{name}{keys}>{'' if name in ('br', 'hr', 'img') else f'{_markup(child)}</{name}>'}")
        elif child.tag.__name__ == "Entity":
            parts.append(child.text)
        parts.append(escape(child.tail or "", quote=False))
    return _stored("".join(parts))


def _stored(text: str) -> str:
    return str(storable(text))


def _iso(date: str) -> str:
    """Give a date of RSS (``Sun, 01 Mar 2026 10:22:41 +0100``) as ISO 8601, another as it is."""
    try:
        return parsedate_to_datetime(date).isoformat()
    except (ValueError, IndexError):
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
