"""The posts of an X (Twitter) archive: its ``data/tweets.js``, and the further parts of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any, ClassVar, Literal

from listening.errors import FormatError, RowError, SourceError
from listening.records import Verbatim
from listening.sources.base import FileSource, build
from listening.sources.brands import brand_in, brand_named, names
from listening.sources.cells import identifier, moment
from listening.sources.json_items import Window, listed, storable
from listening.sources.opening import files_at, open_text
from listening.sources.rows import LONGEST, Row, as_text, pick, too_long
from listening.sources.seen import Seen

KEYS = ("id", "full_text", "created_at")
ASSIGNMENT = re.compile(r"window\.YTD\.(\w+)\.part\d+\s*=\s*")
PARTS = ("tweet", "tweets", "community_tweet", "community_tweets")  # what the owner of the archive said in public
FILES = re.compile(r"(?:community-)?tweets?(?:-part\d+)?\.(?:js|json)", re.IGNORECASE)
RETWEET = re.compile(r"RT @\w+:")
CUT_LINK = re.compile(r"\s*\bhttps?(?::\S*)?…\s*$")
OWN_LINK = re.compile(r"https?://(?:\w+\.)*(?:twitter|x)\.com/", re.IGNORECASE)  # names somebody
DATE = re.compile(r"\w{3} (\w{3}) (\d\d?) ([\d:]{8}) ([+-]\d\d)(\d\d) (\d{4})", re.ASCII)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class XArchive(FileSource):
    """Posts of an X archive: its ``tweets.js``, the folder ``data`` that holds it and its further parts, or a glob.

    All posts of an archive have one author: `author` names the account, whose keyed hash alone is kept. Retweets, which
    are the words of others cut short, are left out. A post is about the first of `brands` that its hashtags, its
    mentions or its text name. No other file of an archive is read.
    """

    kind: Literal["x"] = "x"
    in_folders: ClassVar[tuple[str, ...]] = (".js", ".json")
    author: str | None = None
    brands: tuple[str, ...] = ()

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim a part of an archive that holds public posts, or a list of such posts."""
        assignment = ASSIGNMENT.match(seen.text)
        listed_alone = {"full_text", "id_str"} <= seen.keys
        return {} if listed_alone or (assignment and assignment[1] in PARTS) else None

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each post, its links whole, those to its own pictures and those cut short taken out."""
        yield from build(self._rows(), self._verbatims, shown=["text"])

    def _rows(self) -> Iterator[Row | RowError]:
        for path in self._files():
            for line, item in _items(path, self.encoding):
                tweet = item.get("tweet", item) if isinstance(item, dict) else None
                if not isinstance(tweet, dict):
                    yield Row(line, {}, path.name).error("un objet {…} est attendu ici : demandez une autre archive")
                elif not _is_retweet(tweet):
                    try:
                        yield self._row(tweet, line, path.name)
                    except RowError as error:
                        yield error

    def _files(self) -> list[Path]:
        files = files_at(self.path, *self.in_folders)
        found = files if self.path.is_file() else [file for file in files if FILES.fullmatch(file.name)]
        if not found:
            raise SourceError(f"{self.path} : pas de « tweets.js » ici : donnez le dossier « data » de l'archive")
        return found

    def _row(self, tweet: dict[str, Any], line: int, file: str) -> Row:
        identity = tweet.get("id_str") or tweet.get("id")
        written = {**tweet, "id": identity, "full_text": _written(tweet)}
        row = pick(written, KEYS, line=line, file=file, item=f"message {identity or 'sans id'}")
        entities = tweet.get("entities")
        entities = entities if isinstance(entities, dict) else {}
        text = _with_links(unescape(row.cells["full_text"]), tweet)
        named = [*names(entities.get("hashtags"), "text"), *names(entities.get("user_mentions"), "screen_name")]
        row.cells.update(
            full_text="",
            text=text,
            created_at=_iso(row.cells["created_at"]),
            brand=brand_named(named, self.brands) or brand_in(text, self.brands) or self.brand or "",
            parent=as_text(tweet.get("in_reply_to_status_id_str") or tweet.get("in_reply_to_status_id")),
            language=as_text(tweet.get("lang")),
        )
        return row

    def _verbatims(self, row: Row) -> list[Verbatim]:
        if error := too_long(row, LONGEST):
            raise error
        language = row.cells["language"]
        return [
            Verbatim(
                source=self.name,
                channel="social",
                external_id=identifier(row, "id"),
                text=row.cells["text"],
                language=language if len(language) == 2 else None,  # « und », « qme », « zxx »: no language
                created_at=moment(row, "created_at", timezone=self.timezone),
                author=self.author,
                brand=row.cells["brand"] or None,
                parent=row.cells["parent"] or None,
            )
        ]


def _items(path: Path, encoding: str) -> Iterator[tuple[int, Any]]:
    """Give the line and the content of each item of a file of an archive, which is a list given to a variable."""
    with open_text(path, encoding) as file:
        window = Window(file, path)
        window.peek()
        if assignment := ASSIGNMENT.match(window.text, window.at):
            if assignment[1] not in PARTS:
                raise FormatError(
                    f"{path.name} : ce fichier de l'archive contient « {assignment[1]} », pas des messages publics : "
                    "donnez tweets.js"
                )
            window.at = assignment.end()
        if window.peek() != "[":
            raise FormatError(
                f"{path.name} : ce n'est pas un fichier d'archive X (« window.YTD.tweets.part0 = […] ») : "
                "donnez data/tweets.js, tel qu'il est dans l'archive"
            )
        for line, item in listed(window):
            yield line, storable(item)
        if window.peek() == ";":
            window.at += 1
        if window.peek():
            raise window.fault("autre chose commence ici : donnez le fichier tel qu'il est dans l'archive")


def _written(tweet: dict[str, Any]) -> Any:
    return tweet.get("full_text") if tweet.get("full_text") is not None else tweet.get("text")


def _is_retweet(tweet: dict[str, Any]) -> bool:
    return "retweeted_status" in tweet or RETWEET.match(as_text(_written(tweet)).lstrip()) is not None


def _with_links(text: str, tweet: dict[str, Any]) -> str:
    """Give a text with the address behind each t.co link; links to its own pictures, and those cut, are taken out."""
    whole = CUT_LINK.sub("…", text)
    for key in ("entities", "extended_entities"):
        entities = tweet.get(key)
        for kind in ("urls", "media"):
            links = entities.get(kind) if isinstance(entities, dict) else None
            for link in links if isinstance(links, list) else ():
                short, long = (
                    as_text(link.get(name)) if isinstance(link, dict) else "" for name in ("url", "expanded_url")
                )
                if short and (kind == "media" or (long and not OWN_LINK.match(long))):
                    whole = whole.replace(short, "" if kind == "media" else long)
    return whole.strip()


def _iso(date: str) -> str:
    """Give a date of the archive as ISO 8601, any other as it is.

    >>> _iso("Sat Dec 06 18:20:30 +0000 2025")
    '2025-12-06T18:20:30+00:00'
    """
    match = DATE.fullmatch(date.strip())
    if match is None or match[1] not in MONTHS:
        return date
    month, day, time, hours, minutes, year = match.groups()
    return f"{year}-{MONTHS.index(month) + 1:02}-{int(day):02}T{time}{hours}:{minutes}"
