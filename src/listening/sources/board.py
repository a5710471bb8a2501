"""Posts of vBulletin and XenForo, exported as a table; and what any table of forum posts has in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from html import unescape
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from listening.errors import RowError
from listening.records import Verbatim
from listening.sources.base import FileSource, build
from listening.sources.brands import brand_in
from listening.sources.cells import SHOWN, identifier, moment
from listening.sources.columns import Header
from listening.sources.files import open_rows
from listening.sources.rows import LONGEST, LONGEST_HTML, Row, too_long
from listening.sources.seen import Seen
from listening.text.bbcode import bbcode_to_html, quoted_post
from listening.text.clean import forum_post
from listening.text.privacy import scrub

Role = Literal["id", "text", "date", "thread", "author", "member", "parent", "title", "forum"]
NAMES: dict[str, tuple[str, ...]] = {  # the first that a file has is meant
    "id": ("post_id", "postid", "nodeid", "id du message", "id message", "n° de message", "id"),
    "text": ("message", "pagetext", "rawtext", "texte", "texte du message", "contenu", "message_text", "text"),
    "date": ("dateline", "post_date", "publishdate", "date", "date du message", "date de publication", "created"),
    "thread": ("thread_id", "threadid", "starter", "id de la discussion", "id du sujet", "topic_id", "discussion_id"),
    "author": ("username", "authorname", "auteur", "pseudo", "nom d'utilisateur", "utilisateur", "author", "user_name"),
    "member": ("user_id", "userid", "id du membre"),
    "parent": ("parentid", "parent_id", "id du parent"),
    "title": ("thread_title", "topic_title", "titre de la discussion", "titre du sujet", "title", "titre", "sujet"),
    "forum": ("forum_title", "node_title", "forum_name", "nom du forum", "forum", "node_id", "forumid", "forum_id"),
}
WANTED = ("id", "text")
STATES = ("message_state", "discussion_state", "visible", "showapproved", "showpublished", "état du message")
READABLE = frozenset(("1", "true", "t", "visible", "approved", "oui", "vrai", "yes"))
HIDDEN = frozenset(("0", "2", "3", "false", "f", "moderated", "deleted", "non", "faux", "no", "modéré", "supprimé"))
NULLS = frozenset(("NULL", "\\N"))  # what MySQL and phpMyAdmin write for nothing
SECONDS = re.compile(r"\d{9,10}", re.ASCII)
REPLY = re.compile(r"^(?:(?:re|ré|rép|réponse|tr)\s*:\s*)+", re.IGNORECASE)


class Board(FileSource):
    """Posts of vBulletin (3 to 5) or XenForo: an export of their table, joined or not with that of the threads.

    `columns` names a column that goes under a name of its own (``{text: corps}``). A post is about the first of
    `brands` that its thread's title or its text names. `post_url` (``https://forum.example.org/posts/{id}/``) gives
    verbatims their address. Moderated and deleted posts are left out.
    """

    kind: Literal["forum"] = "forum"
    specificity: ClassVar[int] = 1  # tools of forums share these names with exports of their own
    brands: tuple[str, ...] = ()
    columns: dict[Role, str] = Field(default_factory=dict)
    post_url: str | None = None

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim posts that have a text, and an id and a thread called as forums call them."""
        columns = {plain(column) for column in seen.columns}
        named = {role: {plain(name) for name in NAMES[role] if name != "id"} for role in ("id", "text", "thread")}
        return {} if all(names & columns for names in named.values()) else None

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each post, the quotes of other posts taken out."""
        content = open_rows(self.path, encoding=self.encoding, longest=None)
        if not content.columns:  # JSON without any object
            yield from build(content.rows, lambda row: [], shown=())
            return
        found = locate(self.path.name, content.columns, NAMES, given=dict(self.columns.items()), wanted=WANTED)
        rows = posts(content.rows, found, states_of(content.columns, STATES))
        yield from build(rows, lambda row: [self._verbatim(row, found)], shown=[found["text"]])

    def _verbatim(self, row: Row, found: Mapping[str, str]) -> Verbatim:
        identity, cell = identifier(row, found["id"]), cells(row, found)
        text, quoted = cleaned(row, found["text"], bbcode_to_html)
        starter = plain(found["id"]) == "nodeid" and cell("thread") == identity  # its parent is a forum
        parent = quoted or ("" if starter else cell("parent"))
        title = topic_title(cell("title"))
        return Verbatim(
            source=self.name,
            channel="forum",
            external_id=identity,
            text=text,
            created_at=posted(row, found.get("date"), timezone=self.timezone),
            author=cell("author") or (cell("member") if cell("member") != "0" else "") or None,
            brand=brand_in(title, self.brands) or brand_in(text, self.brands) or self.brand,
            url=self.post_url.replace("{id}", identity) if self.post_url else None,
            thread=cell("thread") or None,
            parent=parent if parent not in ("", "0", identity) else None,
            meta=meta(title, cell("forum"), self.brands),
        )

    @field_validator("post_url")
    @classmethod
    def _place_of_id(cls, post_url: str | None) -> str | None:
        if post_url is not None and "{id}" not in post_url:
            raise ValueError(
                f"adresse « {post_url} » sans « {{id}} » : écrivez https://forum.example.org/posts/{{id}}/"
            )
        return post_url


def locate(
    file: str,
    columns: Sequence[str],
    names: Mapping[str, Sequence[str]],
    *,
    given: Mapping[str, str],
    wanted: Iterable[str],
) -> dict[str, str]:
    """Give the column of each role that the file has: the one given, or the first known name.

    Raises `FormatError` for a given column that is missing, or if a wanted role has none.
    """
    header = Header(file, list(columns))
    known = {plain(column): column for column in reversed(columns)}
    found = {role: header.locate([name])[name] for role, name in given.items()}
    for role, candidates in names.items():
        column = next((known[name] for name in map(plain, candidates) if name in known), None)
        if column is not None:
            found.setdefault(role, column)
    for role in wanted:
        if role not in found:
            header.locate([names[role][0]])
    return found


def plain(column: str) -> str:
    """Give what two spellings of a column's name share.

    >>> [plain(name) for name in ("post_id", "Post ID", "p.post_id")]
    ['postid', 'postid', 'postid']
    """
    return re.sub(r"[^\w°]|_", "", column.rpartition(".")[2].casefold())


def states_of(columns: Sequence[str], names: Iterable[str]) -> list[str]:
    """Give the columns that say whether people can read a post."""
    known = {plain(name) for name in names}
    return [column for column in columns if plain(column) in known]


def posts(rows: Iterable[Row | RowError], found: Mapping[str, str], states: Sequence[str]) -> Iterator[Row | RowError]:
    """Give the rows of the posts that people can read, with the columns found and no other.

    A row whose state is unknown is a `RowError`: what was hidden must not come out.
    """
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        unknown = [column for column in states if row.cells.get(column, "").casefold() not in READABLE | HIDDEN]
        if unknown:
            cell = row.cells.get(unknown[0], "")[:SHOWN]
            yield row.error(f"visibilité « {cell} » inconnue dans « {unknown[0]} » : écrivez 1 (visible) ou 0 (caché)")
            continue
        if any(row.cells[column].casefold() in HIDDEN for column in states):
            continue
        kept = {column: row.cells.get(column, "") for column in found.values()}
        yield Row(row.line, {c: "" if v in NULLS and c != found["text"] else v for c, v in kept.items()}, row.file)


def cells(row: Row, found: Mapping[str, str]) -> Callable[[str], str]:
    """Give the function that reads the cell of a role, '' if no column plays it."""
    return lambda role: row.cells[found[role]].strip() if role in found else ""


def cleaned(row: Row, column: str, to_html: Callable[[str], str]) -> tuple[str, str]:
    """Give what the author of a post wrote, and the id of the post quoted, or ''."""
    if error := too_long(Row(row.line, {column: row.cells[column]}, row.file), LONGEST_HTML):
        raise error
    try:
        fragment = to_html(row.cells[column])
    except ValueError as error:
        raise row.error(f"message coupé dans « {column} » ({error}) : exportez-le à nouveau, entier") from error
    text = forum_post(fragment)
    if too := too_long(Row(row.line, {column: text}, row.file), LONGEST):
        raise too
    return text, quoted_post(fragment) or ""


def posted(row: Row, column: str | None, *, timezone: str) -> datetime | None:
    """Give the date of a cell in Unix seconds, or as people write it; None if it is empty or 0."""
    text = row.cells[column].strip() if column else ""
    if text == "0":
        return None
    return datetime.fromtimestamp(int(text), UTC) if SECONDS.fullmatch(text) else moment(row, column, timezone=timezone)


def topic_title(stored: str) -> str:
    """Give the title of a topic, from that of any of its posts.

    >>> topic_title("Re: Re: Fibre &amp; coupures")
    'Fibre & coupures'
    """
    return REPLY.sub("", unescape(stored)).strip()


def meta(title: str, forum: str, brands: Sequence[str]) -> dict[str, str]:
    """Give what is known of a topic, its title scrubbed, since nothing scrubs it later."""
    known = {"title": _scrubbed(title, tuple(brands)) if title else "", "forum": unescape(forum)}
    return {name: value for name, value in known.items() if value}


@lru_cache(maxsize=4096)
def _scrubbed(title: str, brands: tuple[str, ...]) -> str:
    return scrub(title, keep=brands).text
