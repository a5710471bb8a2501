"""The posts of an X (Twitter) archive: its ``data/tweets.js``, and the further parts of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any, ClassVar, Literal

from listening.errors import FormatError, RowError, SourceError
from listening.records import Deletion, Verbatim
from listening.sources.base import FileSource, Record, build
from listening.sources.brands import brand_in, brand_named, names
from listening.sources.cells import identifier, moment
from listening.sources.json_items import Window, listed, storable
from listening.sources.opening import files_at, open_text
from listening.sources.rows import LONGEST, Row, as_text, pick, too_long
from listening.sources.seen import Seen

KEYS = ("id", "full_text", "created_at")
ASSIGNMENT = re.compile(r"window\.YTD\.(\w+)\.part\d+\s*=\s*")
PARTS = ("tweet", "tweets", "community_tweet", "community_tweets")  # what the owner of the archive said in public
TAKEN_BACK = ("deleted_tweet", "deleted_tweets", "deleted_tweet_headers")
FILES = re.compile(
    r"(?:(?:community-)?tweets?|deleted-tweets?|deleted-tweet-headers)(?:-part\d+)?\.(?:js|json)", re.IGNORECASE
)
RETWEET = re.compile(r"RT @\w+:")
CUT_LINK = re.compile(r"\s*\bhttps?(?::\S*)?…\s*$")
STATUS = re.compile(r"https?://(?:\w+\.)*(?:twitter|x)\.com/\w+/status/(\d+)(?:\?\S*)?", re.IGNORECASE)
OWN_LINK = re.compile(r"https?://(?:\w+\.)*(?:twitter|x)\.com/", re.IGNORECASE)  # names somebody
DATE = re.compile(r"\w{3} (\w{3}) (\d\d?) ([\d:]{8}) ([+-]\d\d)(\d\d) (\d{4})", re.ASCII)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class XArchive(FileSource):
    """Posts of an X archive: its ``tweets.js``, the folder ``data`` that holds it and its further parts, or a glob.

    All posts of an archive have one author: `author` names the account, whose keyed hash alone is kept. A post is about
    the first of `brands` that its hashtags, its mentions or its text name. One that quotes another answers it, one that
    repeats another is linked to it; a retweet that does not say which, whose words are cut short, is left out. Of posts
    taken back, nothing is read but which they are. No other file of an archive is read.
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

    def verbatims(self) -> Iterator[Record]:
        """Give a verbatim for each post, its links whole, those to its own pictures and those cut short taken out.

        Posts taken back are deletions.
        """
        for path in self._files():
            for line, part, item in _items(path, self.encoding):
                tweet = item.get("tweet", item) if isinstance(item, dict) else None
                if not isinstance(tweet, dict):
                    yield Row(line, {}, path.name).error("un objet {…} est attendu ici : demandez une autre archive")
                elif part in TAKEN_BACK or "deleted_at" in tweet:
                    yield self._deletion(tweet, line, path.name)
                elif not _is_cut(tweet):
                    yield from build(self._rows(tweet, line, path.name), self._verbatims, shown=["text"])

    def _rows(self, tweet: dict[str, Any], line: int, file: str) -> Iterator[Row | RowError]:
        try:
            yield self._row(tweet, line, file)
        except RowError as error:
            yield error

    def _files(self) -> list[Path]:
        files = files_at(self.path, *self.in_folders)
        found = files if self.path.is_file() else [file for file in files if FILES.fullmatch(file.name)]
        if not found:
            raise SourceError(f"{self.path} : pas de « tweets.js » ici : donnez le dossier « data » de l'archive")
        return found

    def _deletion(self, tweet: dict[str, Any], line: int, file: str) -> Deletion | RowError:
        identity = _identity(tweet) or as_text(tweet.get("tweet_id"))
        cells = {"id": identity, "deleted_at": _iso(as_text(tweet.get("deleted_at")))}
        row = Row(line, cells, file, f"message {identity or 'sans id'}")
        try:
            return Deletion(identifier(row, "id"), moment(row, "deleted_at", timezone=self.timezone))
        except RowError as error:
            return error

    def _row(self, tweet: dict[str, Any], line: int, file: str) -> Row:
        identity = _identity(tweet)
        retweeted = tweet.get("retweeted_status")
        said = retweeted if isinstance(retweeted, dict) and _written(retweeted) else tweet
        written = {"id": identity or None, "full_text": _written(said), "created_at": tweet.get("created_at")}
        row = pick(written, KEYS, line=line, file=file, item=f"message {identity or 'sans id'}")
        entities = said.get("entities")
        entities = entities if isinstance(entities, dict) else {}
        text = _with_links(unescape(row.cells["full_text"]), said)
        named = [*names(entities.get("hashtags"), "text"), *names(entities.get("user_mentions"), "screen_name")]
        row.cells.update(
            full_text="",
            text=text,
            created_at=_iso(row.cells["created_at"]),
            brand=brand_named(named, self.brands) or brand_in(text, self.brands) or self.brand or "",
            parent=as_text(tweet.get("in_reply_to_status_id_str") or tweet.get("in_reply_to_status_id"))
            or _quoted(tweet, entities),
            language=as_text(said.get("lang")),
            repeated=_retweeted(tweet),
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
                repost_of=row.cells["repeated"] or None,
            )
        ]


def _items(path: Path, encoding: str) -> Iterator[tuple[int, str, Any]]:
    """Give the line, the part and the content of each item of a file of an archive, a list given to a variable."""
    with open_text(path, encoding) as file:
        window = Window(file, path)
        window.peek()
        part = ""
        if assignment := ASSIGNMENT.match(window.text, window.at):
            part = assignment[1]
            if part not in PARTS + TAKEN_BACK:
                raise FormatError(
                    f"{path.name} : ce fichier de l'archive contient « {part} », pas des messages publics : "
                    "donnez tweets.js"
                )
            window.at = assignment.end()
        if window.peek() != "[":
            raise FormatError(
                f"{path.name} : ce n'est pas un fichier d'archive X (« window.YTD.tweets.part0 = […] ») : "
                "donnez data/tweets.js, tel qu'il est dans l'archive"
            )
        for line, item in listed(window):
            yield line, part, storable(item)
        if window.peek() == ";":
            window.at += 1
        if window.peek():
            raise window.fault("autre chose commence ici : donnez le fichier tel qu'il est dans l'archive")


def _identity(tweet: dict[str, Any]) -> str:
    return as_text(tweet.get("id_str") or tweet.get("id"))


def _written(tweet: dict[str, Any]) -> Any:
    return tweet.get("full_text") if tweet.get("full_text") is not None else tweet.get("text")


def _retweeted(tweet: dict[str, Any]) -> str:
    """Give the id of the post that a retweet repeats, '' if it says none."""
    retweeted = tweet.get("retweeted_status")
    return _identity(retweeted) if isinstance(retweeted, dict) else ""


def _is_cut(tweet: dict[str, Any]) -> bool:
    """Tell whether a post repeats the first words of another, and does not say of which."""
    repeats = "retweeted_status" in tweet or RETWEET.match(as_text(_written(tweet)).lstrip()) is not None
    return repeats and not _retweeted(tweet)


def _quoted(tweet: dict[str, Any], entities: dict[str, Any]) -> str:
    """Give the id of the post that a quote shows, which its last link names, '' if there is none."""
    if told := as_text(tweet.get("quoted_status_id_str") or tweet.get("quoted_status_id")):
        return told
    status = STATUS.fullmatch(next(reversed(names(entities.get("urls"), "expanded_url")), ""))
    return status[1] if status else ""


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
