"""Bluesky posts, as its API or its JetStream gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

from listening.errors import FormatError, RowError
from listening.records import Deletion, Verbatim, content_id
from listening.sources.base import FileSource, Record, Source, build
from listening.sources.brands import brand_in, brand_named, names
from listening.sources.cells import identifier, moment
from listening.sources.items import Item, items_in
from listening.sources.json_items import LINES
from listening.sources.opening import files_at
from listening.sources.rows import LONGEST, Row, as_text, pick, too_long
from listening.sources.seen import Seen

POST = "app.bsky.feed.post"
KEYS = ("uri", "text", "createdAt")
ADDRESS = re.compile(r"at://([^/\s]+)/([\w.]+)/([^/\s]+)")  # who, what kind of record, which one
GROUPS = ("feed", "posts", "records", "thread", "parent", "post", "replies")  # what holds posts, in reading order
LATEST = 2**52  # microseconds, beyond a century from now: a moment that no event has
SHORTENED = re.compile(r"(?:https?://)?(?:[\w-]+\.)+\w+(?:[/?#]\S*)?")  # an address, as posts show it


class BlueskyPosts(Source):
    """Posts of Bluesky, wherever they are read.

    The address of a post names its author, so ids are made from it and it is not kept. A post is about the first of
    `brands` that its hashtags, its mentions or its text name. A post given again, by a repost or a pin, is given once;
    one that quotes another answers it.
    """

    brands: tuple[str, ...] = ()

    def posts(self, items: Iterable[Item | RowError], gone: Iterable[str] = ()) -> Iterator[Record]:
        """Give a verbatim for each post that is not `gone`, with the whole address of the links that it shortens.

        An event that takes a post back is a `Deletion`.
        """
        given = set(gone)
        for item in items:
            if isinstance(item, RowError):
                yield item
            elif deletion := _deletion(item.content):
                yield deletion
            else:
                yield from build(self._rows(item, given), self._verbatims, shown=["text"])

    def _rows(self, item: Item, given: set[str]) -> Iterator[Row | RowError]:
        for post in _posts(item.content):
            try:
                row = self._row(post, item.line, item.file)
            except RowError as error:
                yield error
                continue
            if row.cells["id"] not in given:
                given.add(row.cells["id"])
                yield row

    def _row(self, post: dict[str, Any], line: int, file: str) -> Row:
        record = post.get("record")
        record = record if isinstance(record, dict) else {}
        address = ADDRESS.fullmatch(as_text(post.get("uri")))
        item = f"message {address[3] if address else 'sans adresse lisible'}"
        row = pick({**record, "uri": post.get("uri")}, KEYS, line=line, file=file, item=item)
        if address is None:
            raise row.error("« uri » n'est pas une adresse at://… : exportez-le à nouveau, entier")
        text, named = _unfolded(row.cells["text"], record.get("facets"))
        named = [*names(record.get("tags"), "tag"), *named]
        answered = record.get("reply") if isinstance(record.get("reply"), dict) else {}
        cells = {
            "id": _identity(row.cells["uri"]),
            "author": address[1],
            "text": text,
            "createdAt": row.cells["createdAt"],
            "language": _language(record.get("langs")),
            "brand": brand_named(named, self.brands) or brand_in(text, self.brands) or self.brand or "",
            "parent": _reference(answered, "parent") or _quoted(record.get("embed")),
        }
        cells["thread"] = _reference(answered, "root") or cells["id"]
        return Row(line, cells, file, item)

    def _verbatims(self, row: Row) -> list[Verbatim]:
        if error := too_long(row, LONGEST):
            raise error
        return [
            Verbatim(
                source=self.name,
                channel="social",
                external_id=identifier(row, "id"),
                text=row.cells["text"],
                language=row.cells["language"] or None,
                created_at=moment(row, "createdAt", timezone=self.timezone),
                author=row.cells["author"],
                brand=row.cells["brand"] or None,
                thread=row.cells["thread"],
                parent=row.cells["parent"] or None,
            )
        ]


class Bluesky(BlueskyPosts, FileSource):
    """Posts of Bluesky: JSON or JSONL of posts, feeds, searches, threads or JetStream events; a file, folder or glob.

    The text of a post that a JetStream event takes back is not read.
    """

    kind: Literal["bluesky"] = "bluesky"
    in_folders: ClassVar[tuple[str, ...]] = (".json", *LINES)

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim records that say their type and have an address, or the account that made them."""
        return {} if {"$type", "createdAt"} <= seen.keys and {"uri", "did"} & seen.keys else None

    def verbatims(self) -> Iterator[Record]:
        """Give a verbatim for each post, and a `Deletion` for each that was taken back."""
        yield from self.posts(items_in(self.path, self.in_folders, self.encoding), self._gone())

    def _gone(self) -> set[str]:
        """Give the ids of the posts that their authors took back while JetStream was being read."""
        gone: set[str] = set()
        for path in files_at(self.path, *self.in_folders):
            with suppress(FormatError):  # said when the posts are read, after those that can be
                for item in items_in(path, self.in_folders, self.encoding):
                    if isinstance(item, Item) and (deletion := _deletion(item.content)):
                        gone.add(deletion.external_id)
        return gone


def _posts(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the posts of any answer of the API or event of JetStream, each with `uri` and `record`."""
    waiting = [content]
    while waiting:
        one = waiting.pop()
        inner = _inner(one)
        if inner is None:
            yield one
        waiting += reversed(inner or [])


def _inner(one: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Give what an object holds; None if it is itself a post, or nothing known."""
    if "commit" in one or one.get("kind") in ("identity", "account"):
        commit = _commit(one)
        created = commit is not None and commit.get("operation") == "create"
        return [{"uri": _address(one, commit or {}), "record": (commit or {}).get("record")}] if created else []
    if one.get("notFound") or one.get("blocked"):
        return []
    if isinstance(value := one.get("value"), dict):  # an entry of a thread, or of a list of records
        if "#threadItem" in as_text(value.get("$type")):
            return [value["post"]] if isinstance(value.get("post"), dict) else []
        return [{"uri": one.get("uri"), "record": value}]
    held = [one[key] for key in GROUPS if isinstance(one.get(key), dict | list)]
    if held:
        together = [part for group in held for part in (group if isinstance(group, list) else [group])]
        return [part for part in together if isinstance(part, dict)]
    address = ADDRESS.fullmatch(as_text(one.get("uri")))
    return [] if address and address[2] != POST else None


def _commit(event: dict[str, Any]) -> dict[str, Any] | None:
    """Give what a JetStream event does to a post, None if it is about something else."""
    commit = event.get("commit")
    return commit if isinstance(commit, dict) and commit.get("collection") == POST else None


def _deletion(event: dict[str, Any]) -> Deletion | None:
    """Give the post that a JetStream event takes back, None if the event does something else."""
    commit = _commit(event)
    if commit is None or commit.get("operation") != "delete":
        return None
    time = event.get("time_us")
    at = datetime.fromtimestamp(time / 1e6, UTC) if isinstance(time, int) and 0 <= time < LATEST else None
    return Deletion(_identity(_address(event, commit)), at)


def _address(event: dict[str, Any], commit: dict[str, Any]) -> str:
    return f"at://{as_text(event.get('did'))}/{POST}/{as_text(commit.get('rkey'))}"


def _identity(uri: str) -> str:
    return content_id(uri)


def _reference(reply: Any, role: str) -> str:
    """Give the id of the post that a reply refers to, '' if it is not told."""
    referred = reply.get(role)
    uri = as_text(referred.get("uri")) if isinstance(referred, dict) else ""
    return _identity(uri) if uri else ""


def _quoted(embed: Any) -> str:
    """Give the id of the post that another shows below its text, '' if it shows none."""
    record = embed.get("record") if isinstance(embed, dict) else None
    inner = record.get("record") if isinstance(record, dict) else None  # of a quote with pictures
    shown = inner if isinstance(inner, dict) else record
    address = ADDRESS.fullmatch(as_text(shown.get("uri"))) if isinstance(shown, dict) else None
    return _identity(address[0]) if address and address[2] == POST else ""


def _language(languages: Any) -> str:
    """Give the language of a post that says one and no other.

    >>> _language(["fr-FR"]), _language(["fr", "en"])
    ('fr', '')
    """
    told = {as_text(tag).partition("-")[0].lower() for tag in languages} if isinstance(languages, list) else set()
    return told.pop()[:8] if len(told) == 1 else ""


def _unfolded(text: str, facets: Any) -> tuple[str, list[str]]:
    """Give the text with the whole address of each shortened link, and what its hashtags and mentions are called."""
    raw, named, free = text.encode(), list[str](), len(text.encode())
    for start, stop, feature in sorted(_features(facets), key=lambda facet: facet[0], reverse=True):
        if not 0 <= start < stop <= free:
            continue
        shown = raw[start:stop].decode(errors="ignore")
        uri = feature.get("uri")
        if isinstance(uri, str) and SHORTENED.fullmatch(shown):
            raw, free = raw[:start] + uri.encode() + raw[stop:], start
        elif isinstance(feature.get("tag"), str):
            named.append(feature["tag"])
        elif shown.startswith("@"):
            named += [shown.removeprefix("@").partition(".")[0], shown]
    return raw.decode(errors="ignore"), named[::-1]


def _features(facets: Any) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Give the bytes that each facet is about, and what it says of them."""
    for facet in facets if isinstance(facets, list) else ():
        index = facet.get("index") if isinstance(facet, dict) else None
        start, stop = (index.get(key) if isinstance(index, dict) else None for key in ("byteStart", "byteEnd"))
        features = facet.get("features") if isinstance(facet, dict) else None
        for feature in features if isinstance(features, list) else ():
            if isinstance(feature, dict) and isinstance(start, int) and isinstance(stop, int):
                yield start, stop, feature
