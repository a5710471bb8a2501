"""YouTube comments: answers of the Data API v3, or a comment a line or a row, as download tools write them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from listening.errors import FormatError, RowError
from listening.records import Deletion, Verbatim
from listening.sources.base import FileSource, Record, Source, build
from listening.sources.brands import brand_in, squeeze
from listening.sources.cells import from_epoch, identifier, moment
from listening.sources.columns import Header, keep
from listening.sources.files import open_rows
from listening.sources.items import Item, items_in
from listening.sources.json_items import LINES
from listening.sources.opening import files_at
from listening.sources.rows import LONGEST, LONGEST_HTML, Row, as_text, too_long
from listening.sources.seen import Seen
from listening.text.clean import html_to_text

TABLES = (".csv", ".tsv", ".xlsx", ".ods", ".parquet")
NAMES = {  # what each tool calls it, the best first
    "id": ("commentid", "cid", "id", "idducommentaire", "idcommentaire", "identifiantducommentaire"),
    "text": ("textoriginal", "commenttext", "text", "comment", "content", "commentaire", "texteducommentaire", "texte"),
    "html": ("textdisplay",),
    "date": (
        *("publishedat", "commentcreatetimestamp", "timeparsed", "timestamp", "publishedtime", "createdat", "date"),
        *("datedepublication", "datedecreation", "datedecreationducommentaire", "time"),
    ),
    "parent": ("parentid", "parentcommentid", "parent", "idducommentaireparent", "idparent"),
    "video": ("videoid", "iddelavideo", "idvideo", "identifiantdelavideo"),
    "author": ("authorchannelid", "authorid", "author", "authordisplayname", "auteur", "nomdelauteur"),
    "status": ("moderationstatus",),
}
UNPUBLISHED = frozenset(("heldforreview", "likelyspam", "rejected"))
RELATIVE = re.compile(r"\b(?:il y a|ago)\b", re.IGNORECASE)  # « il y a 2 ans (modifié) »: no date
MARKUP = re.compile(r"<(?:br|a|b|i|s|u)\b[^>]*>|&(?:#\d+|\w+);", re.IGNORECASE)
SEGMENTS = ('{"text"', '{"takeoutSegments"', '{"mention"', '{"link"')  # how a Google export writes a text

CLAIMED = (  # of the API, of yt-dlp, of youtube-comment-downloader, of Takeout in English and in French
    {"topLevelComment"},
    {"textDisplay"},
    {"textOriginal"},
    {"comments", "author_id", "parent"},
    {"cid", "text", "votes"},
    {"commentid", "videoid"},
    {"idducommentaire", "iddelavideo"},
)


class YouTubeComments(Source):
    """What is made of comments of YouTube, wherever they come from.

    A comment is about the first of `brands` that its text names. `meta` lists the further keys or columns to keep, such
    as ``likeCount``. Comments no longer published are told as taken back. A date told as an age (« il y a 2 ans ») is
    none.
    """

    brands: tuple[str, ...] = ()
    meta: tuple[str, ...] = ()

    def comments(self, items: Iterable[Item | RowError]) -> Iterator[Record]:
        """Give a verbatim for each comment and each reply, in the thread of its video."""
        return self._told(self._objects(items))

    def _told(self, rows: Iterable[Row | RowError]) -> Iterator[Record]:
        for row in rows:
            if isinstance(row, Row) and row.cells.get("status", "").strip().casefold() in UNPUBLISHED:
                yield Deletion(row.cells["id"].strip())
            else:
                yield from build([row], self._verbatims, shown=["text"])

    def _objects(self, items: Iterable[Item | RowError]) -> Iterator[Row | RowError]:
        for item in items:
            if isinstance(item, RowError):
                yield item
                continue
            for comment in comments_in(item.content):
                found = _roles(comment)
                cells = {role: as_text(comment[key]) for role, key in found.items()}
                cells |= {_kept(name): as_text(comment.get(name)) for name in self.meta}
                row = Row(item.line, cells, item.file, f"commentaire {cells.get('id') or 'sans id'}")
                missing = _missing(found)
                if missing:
                    yield row.error(f"il manque {missing} : exportez-le à nouveau, entier")
                else:
                    yield too_long(row, LONGEST_HTML) or row

    def _verbatims(self, row: Row) -> list[Verbatim]:
        cells = row.cells
        cells.update({role: cells.get(role, "").strip() for role in (*NAMES, *map(_kept, self.meta))})
        cells["text"] = _plain(cells["text"], cells["html"])
        cells["date"] = "" if RELATIVE.search(cells["date"]) else from_epoch(cells["date"])
        if error := too_long(Row(row.line, {"text": cells["text"]}, row.file, row.item), LONGEST):
            raise error
        identity, video = identifier(row, "id"), cells["video"]
        return [
            Verbatim(
                source=self.name,
                channel="social",
                external_id=identity,
                text=cells["text"],
                created_at=moment(row, "date", timezone=self.timezone),
                author=cells["author"] or None,
                brand=brand_in(cells["text"], self.brands) or self.brand,
                url=f"https://www.youtube.com/watch?v={video}&lc={identity}" if video else None,
                thread=video or None,
                parent=_parent(identity, cells["parent"]),
                meta={name: cells[_kept(name)] for name in self.meta if cells[_kept(name)]},
            )
        ]


class YouTube(YouTubeComments, FileSource):
    """Comments of YouTube: a JSON, JSONL, CSV, TSV, XLSX, ODS or Parquet file, a folder or a glob."""

    kind: Literal["youtube"] = "youtube"
    in_folders: ClassVar[tuple[str, ...]] = (".json", *LINES, *TABLES)

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim what the API, a Google export, or a download tool names as only YouTube does; see `CLAIMED`."""
        told = seen.keys | seen.names
        return {} if any(names <= told for names in CLAIMED) else None

    def verbatims(self) -> Iterator[Record]:
        """Give what `comments` makes of the files, and the rows of tables likewise."""
        for path in files_at(self.path, *self.in_folders):
            if path.suffix.lower() in TABLES:
                yield from self._told(self._table(path))
            else:
                yield from self.comments(items_in(path, (), self.encoding))

    def _table(self, path: Path) -> Iterator[Row | RowError]:
        content = open_rows(path, encoding=self.encoding, longest=None)
        found = _roles(content.columns)
        if missing := _missing(found):
            columns = ", ".join(f"« {column} »" for column in content.columns[:12])
            raise FormatError(
                f"{path.name} : il manque {missing} parmi {columns} : renommez une colonne, ou lisez ce fichier avec "
                "« kind: table »"
            )
        kept = Header(path.name, content.columns).locate(self.meta)
        yield from keep(content.rows, found | {_kept(name): column for name, column in kept.items()})


def comments_in(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the comments and replies of an answer of the API or of a tool, each as one flat object."""
    waiting = [(content, "")]
    while waiting:
        one, video = waiting.pop()
        snippet = one.get("snippet")
        if isinstance(snippet, dict) and "topLevelComment" in snippet:
            video = as_text(snippet.get("videoId")) or video
            replies = one.get("replies")
            answers = replies.get("comments") if isinstance(replies, dict) else None
            inner = _dicts([snippet["topLevelComment"]]) + _dicts(answers)
        elif isinstance(one.get("items"), list):
            inner = _dicts(one["items"])
        elif isinstance(one.get("comments"), list):  # of a video, as yt-dlp writes it
            video, inner = as_text(one.get("id")), _dicts(one["comments"])
        else:
            flat = {**one, **snippet, "id": one.get("id")} if isinstance(snippet, dict) else one
            channel = flat.get("authorChannelId")
            flat = flat | ({"authorChannelId": channel.get("value")} if isinstance(channel, dict) else {})
            yield flat if _roles(flat).get("video") or not video else flat | {"videoId": video}
            continue
        waiting += [(part, video) for part in reversed(inner)]


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _roles(columns: Iterable[str]) -> dict[str, str]:
    """Give the column or key that plays each part; one that is null or missing is not given.

    >>> _roles(["cid", "Comment Text", "snippet.authorChannelId.value"])
    {'id': 'cid', 'text': 'Comment Text', 'author': 'snippet.authorChannelId.value'}
    """
    present = [column for column in columns if not isinstance(columns, Mapping) or columns[column] is not None]
    bare = {_bare(column): column for column in reversed(present)}
    choices = {role: [bare[name] for name in called if name in bare] for role, called in NAMES.items()}
    return {role: found[0] for role, found in choices.items() if found}


def _bare(column: str) -> str:
    return squeeze(column.removesuffix(".value").rpartition(".")[2])


def _missing(found: Mapping[str, str]) -> str:
    """Name what a comment cannot do without, '' if it is all there."""
    wanted = {
        "l'identifiant (« id », « cid » ou « comment_id »)": "id" in found,
        "le texte (« textOriginal », « textDisplay » ou « text »)": "text" in found or "html" in found,
    }
    return " et ".join(name for name, there in wanted.items() if not there)


def _kept(name: str) -> str:
    return f"meta {name}"


def _plain(text: str, html: str) -> str:
    """Give the text as typed or, for want of it, that of the HTML shown."""
    if not text:
        return html_to_text(html) if MARKUP.search(html) else html
    if not text.startswith(SEGMENTS):
        return text
    try:
        parts = _dicts(json.loads(f"[{text}]"))
    except (ValueError, RecursionError):  # ValueError: also a number of thousands of digits
        return text
    segments = [segment for part in parts for segment in _dicts(part.get("takeoutSegments", [part]))]
    return "".join(as_text(segment.get("text")) for segment in segments).strip()


def _parent(identity: str, told: str) -> str | None:
    """Give the comment that a reply answers: told, or what comes before the point of its own id."""
    if told and told not in ("root", identity):
        return told
    return identity.partition(".")[0] if "." in identity and not told else None
