"""Forum markup into HTML: BBCode as typed or stored, and the XML of s9e that phpBB stores. Pure, text in, text out."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterator

TAG = re.compile(
    r"\[(?P<close>/?)(?P<name>\*|[a-z][a-z0-9_]*)"
    r"(?P<value>=\s*(?:\"[^\"\n]*\"|'[^'\n]*')(?:\s[^\[\]\n]*)?|(?:=|\s)[^\[\]\n]*)?(?:\s*/)?\]",
    re.IGNORECASE,
)
UNSEEN = {
    *("attach", "attachment", "audio", "embed", "flash", "gallery", "image", "img", "media", "sigpic", "tweet"),
    *("video", "vimeo", "youtube"),
}
LITERAL = {"code", "html", "icode", "noparse", "php", "plain"}
CLOSED = re.compile(rf"\[/({'|'.join(sorted(LITERAL))})\]", re.IGNORECASE)
LISTS = frozenset(("list", "ol", "ul"))
ALONE = {"*": "<li>", "li": "<li>", "hr": "\n", "br": "\n", "tr": "\n", "td": " ", "th": " "}
STYLES = {
    *("align", "b", "background", "bgcolor", "big", "center", "color", "colour", "email", "font", "float", "h", "h1"),
    *("h2", "h3", "h4", "heading", "highlight", "i", "inlinespoiler", "ispoiler", "indent", "ins", "justify", "left"),
    *("mention", "quote", "right", "s", "size", "small", "spoiler", "strike", "style", "sub", "sup", "table", "u"),
    *("url", "user"),
}
KNOWN = UNSEEN | LITERAL | LISTS | STYLES | ALONE.keys()

SMILEY = re.compile(r'<img src="\{SMILIES_PATH\}[^<>]*?\balt="([^"]*)"[^<>]*>')
UID = re.compile(r"\[/[a-z*]+(?::[mou])?:([0-9a-z]{5,10})\]", re.IGNORECASE)
BLOCK = re.compile(r"(<br><blockquote[^>]*>|</blockquote><br>|</?ul>|<li>)")
QUOTED = re.compile(r"\b(?:post_id=|post: ?|pid=)[\"']?(\d+)|;n?(\d+)[\"']?\s*$")
TOPIC = re.compile(r"\btopic: ?(\d+)")
CITED = re.compile(r'<blockquote cite="([^"]+)">')

MARKUP = re.compile(r"<([sei])>[^<]*</\1>")  # of s9e: the tags as typed, and what it leaves out
ELEMENT = re.compile(r"<(/?)([A-Za-z][\w:.-]*)([^<>]*)>")
ELEMENTS = {"LIST": "ul", "LI": "li", "CODE": "pre", "br": "br", "p": "p"}
ELEMENTS |= dict.fromkeys(("IMG", "ATTACHMENT", "FLASH"), "template")  # whose content no reader sees
ATTRIBUTE = re.compile(r'\b(post_id|url)="([^"]*)"')


def bbcode_to_html(text: str, *, uid: str = "", escaped: bool = False) -> str:
    """Give the HTML of a post in BBCode: quotes become `blockquote`, pictures and players go, styles leave their words.

    `escaped` is for what phpBB stored before 3.2: HTML already, each tag ending with the `uid` of its post (found
    in the text if not given). A quote that never closes is no quote; a bracket that is no tag stays.

    >>> bbcode_to_html("[QUOTE=Zoé;12]Nul[/QUOTE]\\n[B]Bof[/B] [sic], 3 < 4")
    '<br><blockquote cite="12">Nul</blockquote><br>Bof [sic], 3 &lt; 4'
    """
    if escaped:
        text = _without_uid(SMILEY.sub(r"\1", text), uid)
    else:
        text = html.escape(re.sub(r"&#\d{2,7};", lambda match: html.unescape(match[0]), text), quote=False)
    return "".join(_around_blocks(_rendered(text))).replace("\r\n", "\n").replace("\n", "<br>")


def s9e_to_html(xml: str) -> str:
    """Give the HTML of a post as phpBB has stored it since 3.2: `<t>plain text</t>` or `<r>rich text</r>`.

    Raises `ValueError` for one that is cut.

    >>> s9e_to_html('<r><B><s>[b]</s>Bof<e>[/b]</e></B> <E>:)</E><br/>\\nBye</r>')
    'Bof :)<br>\\nBye'
    """
    xml = xml.strip()
    if not re.match(r"<([rt])[ >].*</\1>$", xml, re.DOTALL):
        raise ValueError("balise <r> ou <t> jamais refermée")
    depth = 0

    def element(match: re.Match[str]) -> str:
        nonlocal depth
        closes, name, attributes = match[1], match[2], dict(ATTRIBUTE.findall(match[3]))
        if name == "QUOTE":
            depth += -1 if closes else 1
            return _quote("" if depth > 1 else attributes.get("post_id", ""), closes=bool(closes))
        if name == "URL":
            return "</a>" if closes else _link(attributes.get("url", ""))
        alone = match[3].endswith("/") and name != "br"
        return f"<{closes}{ELEMENTS[name]}>" if name in ELEMENTS and not alone else ""

    return ELEMENT.sub(element, MARKUP.sub("", xml))


def quoted_post(fragment: str) -> str | None:
    """Give the id of the first post that the HTML of a post quotes, if its forum says it.

    It is ``post`` in most forums, ``topic/post`` in Discourse. Quotes within quotes do not count.

    >>> quoted_post(bbcode_to_html('[QUOTE="Zoé, post: 12, member: 4"]Nul[/QUOTE]Bof'))
    '12'
    """
    match = CITED.search(fragment)
    return match[1] if match else None


def _without_uid(text: str, uid: str) -> str:
    if not uid:
        match = UID.search(text)
        uid = match[1] if match else ""
    return re.sub(rf"(?::[mou])?:{re.escape(uid)}(?=\])", "", text) if uid else text


def _around_blocks(fragment: str) -> Iterator[str]:
    """Give the pieces of a fragment without the white space around its blocks."""
    pieces = BLOCK.split(fragment)
    for at, piece in enumerate(pieces):
        inner = piece.lstrip() if at > 0 else piece
        yield inner.rstrip() if at < len(pieces) - 1 else inner


def _rendered(text: str) -> str:
    tags = _tags(text)
    ends = _ends(tags)
    closing = set(ends.values())
    parts: list[str] = []
    at, depth, skipped = 0, 0, 0
    for index, tag in enumerate(tags):
        if tag.start() < skipped:
            continue
        parts.append(text[at : tag.start()])
        at, name = tag.end(), tag["name"].lower()
        if index in ends and name in UNSEEN:
            at = skipped = tags[ends[index]].end()
        elif index in ends and name == "quote":
            depth += 1
            parts.append(_quote(_source(tag["value"]) if depth == 1 else "", closes=False))
        elif index in closing and name == "quote":
            depth -= 1
            parts.append(_quote("", closes=True))
        elif index in ends or index in closing:
            parts.append(_paired(name, tag, text[at : at + 1]))
        elif not tag["close"] and name in ALONE:
            parts.append(ALONE[name])
        elif name not in KNOWN:
            parts.append(tag[0])
    return "".join((*parts, text[at:]))


def _tags(text: str) -> list[re.Match[str]]:
    """Give the tags of a text, without those that stand within code."""
    found: list[re.Match[str]] = []
    within = ""
    closed = {match[1].lower(): match.start() for match in CLOSED.finditer(text)}
    for tag in TAG.finditer(text):
        name = tag["name"].lower()
        if within and not (tag["close"] and name == within):
            continue
        within = ""
        if name in LITERAL and not tag["close"] and closed.get(name, 0) >= tag.end():
            within = name
        found.append(tag)
    return found


def _ends(tags: list[re.Match[str]]) -> dict[int, int]:
    """Give the index of the tag that closes each tag that is closed."""
    opened: dict[str, list[int]] = defaultdict(list)
    ends: dict[int, int] = {}
    for index, tag in enumerate(tags):
        name = tag["name"].lower()
        if not tag["close"]:
            opened[name].append(index)
        elif opened[name]:
            ends[opened[name].pop()] = index
    return ends


def _paired(name: str, tag: re.Match[str], following: str) -> str:
    closes = tag["close"]
    if name in LISTS:
        return f"<{closes}ul>"
    if name in LITERAL:
        return f"<{closes}pre>"
    if name == "url":
        address = html.unescape((tag["value"] or "").lstrip("= ")).strip("\"' ")
        return "</a>" if closes else _link(html.escape(address))
    if name in ("mention", "user") and not closes and following != "@":
        return "@"
    return "" if closes else ALONE.get(name, "")


def _link(address: str) -> str:
    return f'<a href="{address}">' if address else "<a>"


def _quote(source: str, *, closes: bool) -> str:
    """Give a tag of a quote, with a line break that stays when the quote is taken out."""
    if closes:
        return "</blockquote><br>"
    return f'<br><blockquote cite="{source}">' if source else "<br><blockquote>"


def _source(value: str | None) -> str:
    """Give the post that the value of a quote tag names.

    >>> [_source(value) for value in ("=Zoé;12", '="zoe, post:4, topic:8"', "=&quot;12 post: it&quot;")]
    ['12', '8/4', '']
    """
    value = html.unescape(value or "")
    post, topic = QUOTED.search(value), TOPIC.search(value)
    number = (post[1] or post[2]) if post else ""
    return f"{topic[1]}/{number}" if number and topic else number
