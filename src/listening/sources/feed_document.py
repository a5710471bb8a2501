"""The XML of a feed, read an entry at a time: broken, or one that declares entities, it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Any, BinaryIO

from listening.errors import FormatError
from listening.records import Deletion
from listening.sources.feed_entry import Entry, bare_name

ROOTS = frozenset(("rss", "feed", "rdf"))
ENTRIES = ("item", "entry")
DELETED = "at:deleted-entry"
BORNE = frozenset(("ERR_UNDECLARED_ENTITY", "ERR_RESERVED_XML_NAME", "ERR_INVALID_CHAR", "NS_ERR_UNDEFINED_NAMESPACE"))
OPTIONS = {"resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False, "recover": True}


@dataclass(frozen=True, slots=True)
class Remedies:
    """What users do when a feed is none, is broken, lies about its encoding, or declares entities."""

    none: str
    broken: str
    encoding: str
    entities: str


@dataclass
class Document:
    """A feed being read, under the name that errors call it.

    `begun` says that its root was seen, `following` is the address of its next page, once all is read.

    Sources: RSS 0.9x to 2.0, RFC 4287 (Atom), RFC 5005, 3 (``rel="next"``), RFC 6721 (``deleted-entry``).
    """

    file: BinaryIO
    name: str
    remedies: Remedies
    encoding: str | None = None
    following: str = field(default="", init=False)
    begun: bool = field(default=False, init=False)

    def entries(self) -> Iterator[Entry | Deletion]:
        """Give the entries one at a time, and those that were deleted, by their ids as written.

        Raises `FormatError` for what is no feed, or is broken. Entities that the feed declares are refused, those that
        HTML knows are read; nothing outside it is opened.
        """
        etree = import_module("lxml.etree")
        try:
            reading = etree.iterparse(self.file, events=("start", "end"), encoding=self.encoding, **OPTIONS)
        except LookupError as error:
            raise FormatError(
                f"{self.name} : XML en « {self.encoding} », qui ne se lit pas : réenregistrez-le en UTF-8"
            ) from error
        try:
            for event, element in reading:
                if not self.begun:
                    self._check_root(element)
                    self.begun = True
                    self._check(reading)
                if event == "end" and isinstance(element.tag, str):
                    yield from self._entry(element, reading)
        except etree.XMLSyntaxError as error:
            raise self._broken(error.lineno or 1, error.msg) from error
        self._check(reading)

    def _entry(self, element: Any, reading: Any) -> Iterator[Entry | Deletion]:
        name = bare_name(element.tag)
        if name in ENTRIES:
            self._check(reading)
            yield Entry.of(element)
            _forget(element)
        elif name == DELETED and element.get("ref"):
            yield Deletion(element.get("ref").strip(), _moment(element.get("when", "")))
        elif name == "link" and element.get("rel") == "next" and bare_name(element.getparent().tag) not in ENTRIES:
            self.following = element.get("href", "").strip()

    def _check(self, reading: Any) -> None:
        """Raise the first fault that cannot be borne: what follows it is read askew."""
        for fault in reading.error_log:
            if fault.level_name != "WARNING" and fault.type_name not in BORNE:
                raise self._broken(fault.line, fault.message)

    def _check_root(self, root: Any) -> None:
        name = bare_name(root.tag).rpartition(":")[2].casefold()
        if name not in ROOTS:
            raise FormatError(f"{self.name} : ni RSS ni Atom, mais « {name[:30]} » : {self.remedies.none}")
        declared = root.getroottree().docinfo.internalDTD
        if declared is not None and any(True for _ in declared.iterentities()):
            raise FormatError(
                f"{self.name} : ce flux déclare des entités XML (<!ENTITY …>), refusées par sécurité : "
                f"{self.remedies.entities}"
            )

    def _broken(self, line: int, message: str) -> FormatError:
        remedy = self.remedies.broken
        if "ncoding" in message:
            remedy = self.remedies.encoding
        elif not self.begun:
            return FormatError(f"{self.name} : ce n'est pas du XML : {self.remedies.none}")
        elif "EntityRef" in message:
            remedy = "écrivez &amp; au lieu de & seul"
        return FormatError(f"{self.name}, ligne {line} : XML illisible ({message}) : {remedy}")


def _forget(element: Any) -> None:
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _moment(when: str) -> datetime | None:
    with suppress(ValueError):
        moment = datetime.fromisoformat(when.strip())
        return moment if moment.tzinfo else None
    return None
