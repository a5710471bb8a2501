"""An entry of a feed: its elements by name, those of RSS and Atom bare, and what they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

from listening.sources.json_items import storable

SPACES = {
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dc:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/syndication/thread/1.0": "thr:",
    "http://itunes.apple.com/rss": "im:",
    "http://purl.org/atompub/tombstones/1.0": "at:",
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
E_MAIL_AND_NAME = re.compile(r"\S+@\S+\s*\((.+)\)")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed: its line, its address in RSS 1.0, and its elements by name, those of RSS and Atom bare."""

    line: int
    about: str
    elements: dict[str, list[Any]]

    @classmethod
    def of(cls, entry: Any) -> Entry:
        elements: dict[str, list[Any]] = {}
        for element in entry:
            if isinstance(element.tag, str):
                elements.setdefault(bare_name(element.tag), []).append(element)
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
            parts = {bare_name(part.tag): _inner(part).strip() for part in author if isinstance(part.tag, str)}
            if found := parts.get("name") or parts.get("email") or ("" if parts else _inner(author).strip()):
                match = E_MAIL_AND_NAME.fullmatch(found)
                return match[1] if match else found
        return ""

    def categories(self) -> list[str]:
        """Give the categories, each by its label, its term and its text."""
        found = self.elements.get("category", [])
        given = [[one.get("label") or "", one.get("term") or "", _inner(one)] for one in found]
        return [_stored(name).strip() for names in given for name in names if name.strip()]


def bare_name(tag: str) -> str:
    """Give the name of an element: alone for those of RSS and Atom, after the usual prefix for others.

    >>> bare_name("{http://www.w3.org/2005/Atom}entry"), bare_name("{http://purl.org/dc/terms/}created")
    ('entry', 'dc:created')
    """
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
