"""What exports of listening tools share: a header to find, sources of many types, addresses that name people."""

from __future__ import annotations

import re
from abc import ABC
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field

from listening.errors import FormatError, RowError
from listening.records import Channel, Verbatim, content_id
from listening.sources.base import FileSource
from listening.sources.brands import brand_in, brand_named, fold, squeeze
from listening.sources.columns import Header
from listening.sources.delimited import DELIMITERS, read_records
from listening.sources.files import Content
from listening.sources.opening import check_file
from listening.sources.rows import Row, column_names, shape, titled
from listening.sources.seen import PREAMBLE
from listening.sources.workbooks import SPREADSHEETS, read_sheet

SUFFIXES = (".csv", ".tsv", ".txt", *SPREADSHEETS)
CUT = ("...", "…", "[…]", "[...]")  # how an extract begins or ends
PROFILE = re.compile(r"@|/(?:u|user|users|profile|profiles|profil|membre|membres|member|members|author)(?:[/.=-]|$)")
REPOSTS = frozenset(("share", "shared", "repost", "retweet", "rt", "partage", "republication"))
CHANNELS: dict[str, Channel | None] = {
    **dict.fromkeys(("forum", "messageboard", "board", "reddit", "qa", "discussion"), "forum"),
    **dict.fromkeys(
        ("review", "consumerreview", "avis", "trustpilot", "tripadvisor", "appstore", "playstore"), "review"
    ),
    **dict.fromkeys(("social", "socialmedia", "x", "twitter", "tweet", "facebook", "instagram", "tiktok"), "social"),
    **dict.fromkeys(("youtube", "linkedin", "bluesky", "bsky", "mastodon", "thread", "tumblr", "pinterest"), "social"),
    **dict.fromkeys(("telegram", "twitch", "vk", "weibo", "wechat", "snapchat", "dailymotion", "vimeo"), "social"),
    **dict.fromkeys(("blog", "blogue", "microblog", "comment", "commentaire"), "social"),
    **dict.fromkeys(("news", "onlinenews", "newspaper", "magazine", "print", "press", "presse", "journal"), None),
    **dict.fromkeys(("tv", "radio", "broadcast", "podcast", "newsagency", "newswire", "pressrelease", "agency"), None),
}
LANGUAGES = {
    **dict.fromkeys(("french", "francais", "franzosisch", "frances"), "fr"),
    **dict.fromkeys(("english", "anglais", "englisch", "ingles"), "en"),
    **dict.fromkeys(("spanish", "espagnol", "spanisch", "espanol"), "es"),
    **dict.fromkeys(("german", "allemand", "deutsch", "aleman"), "de"),
    **dict.fromkeys(("italian", "italien", "italienisch", "italiano"), "it"),
    **dict.fromkeys(("dutch", "neerlandais", "niederlandisch", "neerlandes"), "nl"),
    **dict.fromkeys(("portuguese", "portugais", "portugiesisch", "portugues"), "pt"),
    **dict.fromkeys(("arabic", "arabe", "arabisch"), "ar"),
}
PERSONAL = re.compile(  # squeezed names of columns that say who wrote, or who works on it
    r"author|auteur|influenc|screenname|fullname|handle|profil|avatar|gender|bio$|assign|mail|userid|twitterid|replyto"
    r"|sourceattributes(?:name|id)|url|links|image"
)

META = "meta "  # before the name of a column kept as it is, so that it is never taken for a field

Names = Mapping[str, tuple[str, ...]]


class Mentions(FileSource, ABC):
    """What tells how the mentions of a listening tool are read, and what becomes of each."""

    brands: tuple[str, ...] = ()
    meta: tuple[str, ...] = ()
    channels: dict[str, Channel | None] = Field(default_factory=dict)
    date_format: str | None = None

    def verbatim(
        self,
        row: Row,
        *,
        channel: Channel,
        source_type: str,
        text: str,
        extract: bool,
        author: str,
        created_at: datetime | None,
        labels: Iterable[str],
        identity: str = "",
        thread: str | None = None,
        parent: str | None = None,
        further: Mapping[str, str] | None = None,
    ) -> Verbatim:
        """Give the verbatim of a mention, without what may name its author beside `author`.

        Its title, address, site and language are those of the row, its brand the one that `labels` or the text name.
        Its meta are those asked for, and `further`.
        """
        cells, date = row.cells, created_at.isoformat() if created_at else ""
        told = {name: cells.get(META + name, "").strip() for name in self.meta} | {
            "type": source_type,
            "domain": public_site(channel, cells["site"], author),
            "texte": "extrait" if extract else "",
            **(further or {}),
        }
        return Verbatim(
            source=self.name,
            channel=channel,
            external_id=identity or mention_id(channel, cells["url"], author, date, text),
            text=titled(cells["title"], text) if channel == "review" else text,
            language=language_code(cells["language"]),
            created_at=created_at,
            author=author or None,
            brand=brand_of(labels, f"{cells['title']}\n{text}", self.brands, self.brand),
            url=public_url(channel, cells["url"], author),
            thread=thread,
            parent=parent,
            meta={name: cell for name, cell in told.items() if cell},
        )


def open_mentions(source: FileSource, names: Names, texts: tuple[str, ...]) -> tuple[Content, dict[str, str]]:
    """Give a table whose header may come after other lines, and the column of each field of `names` that it has.

    Raises `FormatError` when no line names both a date and one of `texts`.
    """
    path = source.path
    check_file(path)
    if path.suffix.lower() not in SUFFIXES:
        raise FormatError(f"{path.name} : ce n'est pas un tableau : exportez en {', '.join(SUFFIXES)}")
    records = _after_preamble(path, source.encoding, lambda cells: _is_header(cells, names, texts))
    if records is None:
        wanted = " ou ".join(f"« {names[text][0]} »" for text in texts)
        raise FormatError(
            f"{path.name} : aucune des {PREAMBLE} premières lignes ne nomme les colonnes : exportez à nouveau, "
            f"avec « {names['date'][0]} » et {wanted}"
        )
    columns = column_names(next(records)[1])
    rows = shape(columns, records, file=path.name, longest=None, spare=None)
    return Content(columns, rows), _fields(columns, names)


def kept_columns(
    file: str, content: Content, names: Names, found: Mapping[str, str], meta: Iterable[str]
) -> dict[str, str]:
    """Give the columns to keep, '' for a field without one, those of `meta` under a name that no field has.

    Refuses those that say who wrote.
    """
    hidden = {column.casefold() for column in content.columns if PERSONAL.search(squeeze(column))}
    asked = Header(file, content.columns, hidden=hidden).locate(meta)
    for column in asked.values():
        refuse_personal(file, column)
    missing = {field: "" for field in names if field not in found}
    return {**found, **{META + name: column for name, column in asked.items()}, **missing}


def refuse_personal(file: str, name: str) -> None:
    """Raise `FormatError` for a column or a key that says who wrote."""
    if PERSONAL.search(squeeze(name)):
        raise FormatError(f"{file} : « {name} » dit qui a écrit : retirez-la de « meta »")


def channel_of(row: Row, types: Iterable[str], site: str, chosen: Mapping[str, Channel | None]) -> Channel | None:
    """Give the channel of the first type that is known, or of the site of a row without; None if no customer writes it.

    Types of `chosen` come first. Raises the error of a row whose type is unknown.
    """
    types = [one.strip() for one in types if one.strip()]
    mine = {squeeze(name): channel for name, channel in chosen.items()}
    for one in types or [""]:
        if squeeze(one) in mine:
            return mine[squeeze(one)]
    for one in types or [site]:
        for word in (squeeze(one), *reversed(fold(one).split())):
            for form in (word, word.removesuffix("s")):
                if form in CHANNELS:
                    return CHANNELS[form]
    if types:
        raise row.error(f"type de source « {types[0]} » inconnu : ajoutez « {types[0]}: social » à « channels »")
    raise row.error("ni type de source, ni site connu : ajoutez « '': social » à « channels » de la source")


def mention_id(channel: Channel, url: str, author: str, date: str, text: str) -> str:
    """Give the id of a mention that has none: a social post has its own address, others share that of their page."""
    if url and channel == "social":
        return content_id(url)
    return content_id(url, author or text, date) if url else content_id(author, date, text)


def public_url(channel: Channel, url: str, author: str) -> str | None:
    """Give the address of a page, None if it may name its author.

    >>> public_url("forum", "https://forum.example.org/t/8", "lulu")
    'https://forum.example.org/t/8'
    >>> public_url("forum", "https://forum.example.org/lulu/8", "Lulu")
    """
    if channel == "social" or not url.startswith(("http://", "https://")) or PROFILE.search(url.casefold()):
        return None
    return None if _names(url, author) else url


def public_site(channel: Channel, site: str, author: str) -> str:
    """Give the site of a mention, '' if it may name its author; that of a social post is its type."""
    site = (urlsplit(site).hostname or "") if "//" in site else site.strip()
    return "" if channel == "social" or _names(site, author) else site


def language_code(name: str) -> str | None:
    """Give the two letters of a language, None if it is not known.

    >>> [language_code(name) for name in ("French", "fr-FR", "pt", "unknown", "")]
    ['fr', 'fr', 'pt', None, None]
    """
    if match := re.fullmatch(r"([a-z]{2})(?:[-_][a-z]{2,4})?", name.strip().casefold()):
        return match[1]
    return LANGUAGES.get(squeeze(name))


def brand_of(named: Iterable[str], text: str, brands: tuple[str, ...], otherwise: str | None) -> str | None:
    """Give the brand that a label is or holds, else the one that the text names first."""
    labels = [*named]
    held = (brand_in(label, brands) for label in labels)
    return brand_named(labels, brands) or next(filter(None, held), None) or brand_in(text, brands) or otherwise


def is_extract(text: str) -> bool:
    """Tell whether a text is a part of another."""
    return text.strip().startswith(CUT) or text.strip().endswith(CUT)


def once(read: Iterable[Verbatim | RowError]) -> Iterator[Verbatim | RowError]:
    """Give each verbatim once, though several queries found it; some 200 bytes a row stay in memory for it."""
    seen: set[str] = set()
    for one in read:
        if isinstance(one, RowError):
            yield one
        elif one.version not in seen:
            seen.add(one.version)
            yield one


def _names(address: str, author: str) -> bool:
    """Tell whether an address holds the name of an author, or each of its words."""
    words, bare = [word for word in fold(author).split() if len(word) > 2], squeeze(address)
    return bool(words) and all(word in bare for word in words)


def _after_preamble(
    path: Path, encoding: str, is_header: Callable[[list[str]], bool]
) -> Iterator[tuple[int, list[str]]] | None:
    """Give the records of a file from its header on, cut by the first delimiter that shows one."""
    failed: FormatError | None = None
    for delimiter in ("",) if path.suffix.lower() in SPREADSHEETS else DELIMITERS:
        records = read_records(path, encoding, delimiter) if delimiter else read_sheet(path, encoding)
        try:
            for record, _ in zip(records, range(PREAMBLE), strict=False):
                if is_header(record[1]):
                    return _from(record, records)
        except FormatError as error:
            failed = failed or error
    if failed:
        raise failed
    return None


def _from(header: tuple[int, list[str]], records: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    yield header
    yield from records


def _is_header(cells: Iterable[str], names: Names, texts: tuple[str, ...]) -> bool:
    found = _fields(cells, names)
    return "date" in found and any(text in found for text in texts)


def _fields(columns: Iterable[str], names: Names) -> dict[str, str]:
    """Give the column of each field that a header has: the first of its names that is there."""
    squeezed = {squeeze(column): column for column in reversed([*columns])}
    known = (
        (field, [squeezed[squeeze(one)] for one in ones if squeeze(one) in squeezed]) for field, ones in names.items()
    )
    return {field: found[0] for field, found in known if found}
