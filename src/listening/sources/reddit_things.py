"""What a listing of Reddit holds: submissions and comments, one in another, and their texts in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from typing import Any

from markdown_it import MarkdownIt

from listening.sources.cells import from_epoch
from listening.sources.rows import LONGEST_HTML, Row, as_text, pick, too_long
from listening.text.clean import forum_post

COMMENT, SUBMISSION = "t1", "t3"
GONE = re.compile(r"\[\s*(?:deleted|removed)\b[^\]]*\]", re.IGNORECASE)
ROBOTS = frozenset(("automoderator",))
SPOILER = re.compile(r">!(.*?)!<", re.DOTALL)
QUOTE_END = re.compile(r"^( {0,3}>.*)\n(?! {0,3}>|\s*$)", re.MULTILINE)
PERSON = re.compile(r"(?<![\w/])/?u/([\w-]+)", re.IGNORECASE)
PLACE = re.compile(r"(?:https?://\w+\.reddit\.com)?(/r/(?!u_)[\w/%.-]+)", re.IGNORECASE)


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


def things_in(content: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Give each submission or comment, and the thread and the parent that it has from where it stands."""
    for one, thread, parent in _walk(content):
        if not _is_no_post(one):
            yield _bare(one), thread, parent


def stubs_in(content: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give the ids of comments not loaded, under that of what they answer; no id where the thread goes on deeper.

    >>> list(stubs_in({"kind": "more", "data": {"parent_id": "t1_abc1", "children": ["abc2", "abc3"]}}))
    [('t1_abc1', ('abc2', 'abc3'))]
    """
    for one, _, _ in _walk(content):
        if one.get("kind") == "more":
            ids = _bare(one).get("children")
            yield as_text(_bare(one).get("parent_id")), tuple(map(as_text, ids if isinstance(ids, list) else ()))


def is_robot(thing: dict[str, Any]) -> bool:
    """Tell what a robot says."""
    return _called(thing.get("author"), "name").casefold() in ROBOTS


def is_gone(thing: dict[str, Any]) -> bool:
    """Tell what was deleted by its author or removed by a moderator."""
    written = (as_text(thing.get(key)).strip() for key in ("body", "title", "selftext"))
    return bool(thing.get("removed_by_category")) or any(GONE.fullmatch(text) for text in written)


def identity(thing: dict[str, Any]) -> str:
    """Give the full name of a submission (``t3_…``) or comment (``t1_…``): bare ids are not unique among both."""
    return _fullname(COMMENT if _is_comment(thing) else SUBMISSION, as_text(thing.get("id")).strip())


def row_of(thing: dict[str, Any], thread: str, parent: str, *, line: int, file: str) -> Row:
    """Give the row of a submission or comment; raises its error if it is neither, or lacks something."""
    item = f"message {as_text(thing.get('id')) or 'sans id'}"
    words = "body" if _is_comment(thing) else "title"
    if "body" not in thing and "title" not in thing:
        raise Row(line, {}, file, item).error("ni commentaire (« body ») ni sujet (« title ») : exportez-le à nouveau")
    row = pick(thing, ("id", words, "created_utc"), line=line, file=file, item=item)
    markdown = row.cells[words] + as_text(thing.get("selftext"))
    if error := too_long(Row(line, {"text": markdown}, file, item), LONGEST_HTML):
        raise error
    own = identity(thing)
    link = _fullname(SUBMISSION, as_text(thing.get("link_id"))) or thread
    above = as_text(thing.get("parent_id"))
    above = link if link and _fullname(SUBMISSION, above) == link else _fullname(COMMENT, above) or parent
    place = PLACE.fullmatch(as_text(thing.get("permalink")))
    author = _called(thing.get("author"), "name")
    row.cells.update(
        id=own,
        text=_text(thing),
        created_utc=from_epoch(row.cells["created_utc"]),
        author="" if GONE.fullmatch(author) else author,
        thread=own if own.startswith(SUBMISSION) else link,
        parent="" if own.startswith(SUBMISSION) else above,
        url=f"https://www.reddit.com{place[1]}" if place else "",
        subreddit=_subreddit(thing),
        repost_of=_fullname(SUBMISSION, as_text(thing.get("crosspost_parent"))),
    )
    del row.cells[words]
    return row


def _walk(content: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, str]]:
    waiting = [(content, "", "")]
    while waiting:
        one, thread, parent = waiting.pop()
        thing = _bare(one)
        if one.get("kind") == "Listing" and thing is not one:
            waiting += [(child, thread, parent) for child in _dicts(thing.get("children"))[::-1]]
            continue
        yield one, thread, parent
        if not _is_no_post(one):
            own = identity(thing)
            inner = [*_dicts(thing.get("comments")), *_dicts(thing.get("replies"))]
            waiting += [(child, thread or own, own) for child in reversed(inner)]


def _bare(one: dict[str, Any]) -> dict[str, Any]:
    """Give a thing without the envelope that names its kind."""
    data = one.get("data")
    return data if isinstance(data, dict) else one


def _dicts(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):  # a listing
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _is_no_post(one: dict[str, Any]) -> bool:
    """Tell the mark of comments not loaded, and the accounts, subreddits and private messages of a listing."""
    if isinstance(one.get("data"), dict):
        return one.get("kind") not in (COMMENT, SUBMISSION, None)
    return "children" in one and "count" in one


def _text(thing: dict[str, Any]) -> str:
    if _is_comment(thing):
        return markdown_to_text(as_text(thing["body"]))
    title = PERSON.sub(r"@\1", unescape(as_text(thing["title"])).strip())
    return "\n\n".join(filter(None, (title, markdown_to_text(as_text(thing.get("selftext"))))))


def _is_comment(thing: dict[str, Any]) -> bool:
    return thing.get("body") is not None or as_text(thing.get("name")).startswith(f"{COMMENT}_")


def _fullname(kind: str, bare: str) -> str:
    return bare if not bare or re.match(r"t\d_", bare) else f"{kind}_{bare}"


def _called(value: Any, key: str) -> str:
    return as_text(value.get(key) if isinstance(value, dict) else value)


def _subreddit(thing: dict[str, Any]) -> str:
    """Give the name of the subreddit, '' for a person's own page."""
    name = _called(thing.get("subreddit"), "display_name").removeprefix("r/")
    return "" if name.lower().startswith(("u_", "u/")) else name
