"""Reddit submissions and comments: listings of its API, dumps of praw, or one a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from typing import Any, ClassVar, Literal

from markdown_it import MarkdownIt

from listening.errors import RowError
from listening.records import Verbatim
from listening.sources.base import FileSource, build
from listening.sources.brands import brand_in, brand_named
from listening.sources.cells import from_epoch, identifier, moment
from listening.sources.json_items import LINES, read_items
from listening.sources.opening import files_at
from listening.sources.rows import LONGEST, LONGEST_HTML, Row, as_text, pick, too_long
from listening.sources.seen import Seen
from listening.text.clean import forum_post

COMMENT, SUBMISSION = "t1", "t3"
GONE = re.compile(r"\[\s*(?:deleted|removed)\b[^\]]*\]", re.IGNORECASE)
ROBOTS = frozenset(("automoderator",))
SPOILER = re.compile(r">!(.*?)!<", re.DOTALL)
QUOTE_END = re.compile(r"^( {0,3}>.*)\n(?! {0,3}>|\s*$)", re.MULTILINE)
PERSON = re.compile(r"(?<![\w/])/?u/([\w-]+)", re.IGNORECASE)
PLACE = re.compile(r"(?:https?://\w+\.reddit\.com)?(/r/(?!u_)[\w/%.-]+)", re.IGNORECASE)


class Reddit(FileSource):
    """Submissions and comments of Reddit: a JSON or JSONL file, a folder or a glob.

    A submission or comment is about the first of `brands` that its subreddit or its words name; a comment that names
    none is about that of its submission, if the comment follows it in the file. What was deleted or removed, and what
    AutoModerator says, is left out.
    """

    kind: Literal["reddit"] = "reddit"
    in_folders: ClassVar[tuple[str, ...]] = (".json", *LINES)
    brands: tuple[str, ...] = ()

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim posts dated as Reddit dates them, that have a text or a title."""
        return {} if "created_utc" in seen.keys and {"body", "selftext", "title"} & seen.keys else None

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each submission, its title first, and for each comment, without the quotes of others."""
        yield from build(self._rows(), self._verbatims, shown=["text"])

    def _rows(self) -> Iterator[Row | RowError]:
        topic = ("", "")  # the last submission, and the brand that it is about
        for path in files_at(self.path, *self.in_folders):
            for item in read_items(path, self.encoding):
                if isinstance(item, RowError):
                    yield item
                    continue
                for thing, thread, parent in _things(item[1]):
                    if _is_gone(thing):
                        continue
                    try:
                        row = _row(thing, thread, parent, line=item[0], file=path.name)
                    except RowError as error:
                        yield error
                        continue
                    cells = row.cells
                    brand = brand_named([cells["subreddit"]], self.brands) or brand_in(cells["text"], self.brands)
                    if cells["id"] == cells["thread"]:
                        topic = (cells["id"], brand or "")
                    cells["brand"] = brand or (topic[1] if topic[0] == cells["thread"] else "") or self.brand or ""
                    yield row

    def _verbatims(self, row: Row) -> list[Verbatim]:
        if error := too_long(row, LONGEST):
            raise error
        subreddit = row.cells["subreddit"]
        return [
            Verbatim(
                source=self.name,
                channel="forum",
                external_id=identifier(row, "id"),
                text=row.cells["text"],
                created_at=moment(row, "created_utc", timezone=self.timezone),
                author=row.cells["author"] or None,
                brand=row.cells["brand"] or None,
                url=row.cells["url"] or None,
                thread=row.cells["thread"] or None,
                parent=row.cells["parent"] or None,
                meta={"subreddit": subreddit} if subreddit else {},
            )
        ]


def markdown_to_text(markdown: str) -> str:
    """Give what the author of a post in Reddit's Markdown wrote in it: without marks, quotes of others and signature.

    >>> markdown_to_text("> Personne ne répond ?\\n\\n**Si**, mais &gt;!tard!&lt;. Voir [leur page](https://a.example)")
    'Si, mais tard. Voir leur page'
    """
    text = PERSON.sub(r"@\1", SPOILER.sub(r"\1", unescape(markdown)))
    return forum_post(_markdown().render(QUOTE_END.sub(r"\1\n\n", text)))


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])


def _things(content: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Give each submission or comment, and the thread and the parent that it has from where it stands."""
    waiting = [(content, "", "")]
    while waiting:
        one, thread, parent = waiting.pop()
        kind, data = one.get("kind"), one.get("data")
        if kind == "Listing" and isinstance(data, dict):
            waiting += [(child, thread, parent) for child in _dicts(data.get("children"))[::-1]]
            continue
        if _is_no_post(one):
            continue
        thing = data if isinstance(data, dict) else one
        yield thing, thread, parent
        identity = _identity(thing)
        inner = [*_dicts(thing.get("comments")), *_dicts(thing.get("replies"))]
        waiting += [(child, thread or identity, identity) for child in reversed(inner)]


def _dicts(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):  # a listing
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _is_no_post(one: dict[str, Any]) -> bool:
    """Tell the mark of comments not loaded, and the accounts, subreddits and private messages of a listing."""
    if isinstance(one.get("data"), dict):
        return one.get("kind") not in (COMMENT, SUBMISSION, None)
    return "children" in one and "count" in one


def _row(thing: dict[str, Any], thread: str, parent: str, *, line: int, file: str) -> Row:
    """Give the row of a submission or comment; raises its error if it is neither, or lacks something."""
    item = f"message {as_text(thing.get('id')) or 'sans id'}"
    words = "body" if _is_comment(thing) else "title"
    if "body" not in thing and "title" not in thing:
        raise Row(line, {}, file, item).error("ni commentaire (« body ») ni sujet (« title ») : exportez-le à nouveau")
    row = pick(thing, ("id", words, "created_utc"), line=line, file=file, item=item)
    markdown = row.cells[words] + as_text(thing.get("selftext"))
    if error := too_long(Row(line, {"text": markdown}, file, item), LONGEST_HTML):
        raise error
    identity = _identity(thing)
    link = _fullname(SUBMISSION, as_text(thing.get("link_id"))) or thread
    above = as_text(thing.get("parent_id"))
    above = link if link and _fullname(SUBMISSION, above) == link else _fullname(COMMENT, above) or parent
    place = PLACE.fullmatch(as_text(thing.get("permalink")))
    author = _called(thing.get("author"), "name")
    row.cells.update(
        id=identity,
        text=_text(thing),
        created_utc=from_epoch(row.cells["created_utc"]),
        author="" if GONE.fullmatch(author) else author,
        thread=identity if identity.startswith(SUBMISSION) else link,
        parent="" if identity.startswith(SUBMISSION) else above,
        url=f"https://www.reddit.com{place[1]}" if place else "",
        subreddit=_subreddit(thing),
    )
    del row.cells[words]
    return row


def _text(thing: dict[str, Any]) -> str:
    if _is_comment(thing):
        return markdown_to_text(as_text(thing["body"]))
    title = PERSON.sub(r"@\1", unescape(as_text(thing["title"])).strip())
    return "\n\n".join(filter(None, (title, markdown_to_text(as_text(thing.get("selftext"))))))


def _is_gone(thing: dict[str, Any]) -> bool:
    """Tell what was deleted or removed, and what a robot says."""
    written = (as_text(thing.get(key)).strip() for key in ("body", "title", "selftext"))
    robot = _called(thing.get("author"), "name").casefold() in ROBOTS
    return robot or bool(thing.get("removed_by_category")) or any(GONE.fullmatch(text) for text in written)


def _is_comment(thing: dict[str, Any]) -> bool:
    return thing.get("body") is not None or as_text(thing.get("name")).startswith(f"{COMMENT}_")


def _identity(thing: dict[str, Any]) -> str:
    """Give the full name of a submission (``t3_…``) or comment (``t1_…``): bare ids are not unique among both."""
    return _fullname(COMMENT if _is_comment(thing) else SUBMISSION, as_text(thing.get("id")).strip())


def _fullname(kind: str, identity: str) -> str:
    return identity if not identity or re.match(r"t\d_", identity) else f"{kind}_{identity}"


def _called(value: Any, key: str) -> str:
    return as_text(value.get(key) if isinstance(value, dict) else value)


def _subreddit(thing: dict[str, Any]) -> str:
    """Give the name of the subreddit, '' for a person's own page."""
    name = _called(thing.get("subreddit"), "display_name").removeprefix("r/")
    return "" if name.lower().startswith(("u_", "u/")) else name
