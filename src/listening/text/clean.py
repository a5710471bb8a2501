"""Text as a person typed it: mojibake, HTML, quotes and signatures out. Pure functions, text in, text out."""

from __future__ import annotations

import re
from functools import cache

import ftfy
from selectolax.lexbor import LexborHTMLParser

from listening.text.patterns import load_patterns
from listening.text.tokens import either

CLOSING_LINES, CLOSING_WORDS = 5, 8  # a closing block has no more lines, and none of them more words

BLOCKS = (
    "address, article, aside, blockquote, dd, details, div, dl, dt, figure, footer, h1, h2, h3, h4, h5, h6, header, "
    "hr, main, ol, p, pre, section, summary, table, ul"
)
UNSEEN = "head, script, style, template, .quote-inline, .lightbox .meta, aside.quote > .title"
QUOTES = "aside.quote, blockquote"
LINE, PARAGRAPH = "\ue000", "\ue001"  # private characters: white space of the source folds around them

PICTURE = "[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]"
INVISIBLE = re.compile(  # a joiner between two pictures stays: it makes one emoji of them
    "[\u00ad\u034f\u061c\u115f\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
    f"|(?<!{PICTURE})\u200d|\u200d(?!{PICTURE})"
)
APOSTROPHE = re.compile("[\u2018\u2019\u201b\u02bc]|(?<=\\w)[`\u00b4\u2032](?=\\w)")


def repair(text: str) -> str:
    """Give the text with its characters mended: mojibake, entities, invisible and control characters, white space.

    Composed letters (NFC), `'` for every apostrophe, a plain space for every kind of space, at most one empty line.
    Guillemets, emoji, capitals and spelling stay as typed.

    >>> repair("L\\u2019appli est trÃ¨s  lente…\\r\\n\\r\\n\\r\\n« Bof »\\u200b &amp; chère")
    "L'appli est très lente…\\n\\n« Bof » & chère"
    """
    text = ftfy.fix_text(text, uncurl_quotes=False)
    text = APOSTROPHE.sub("'", INVISIBLE.sub("", text))
    text = re.sub(r" ?\n ?", "\n", re.sub(r"[^\S\n]+", " ", text))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def html_to_text(html: str) -> str:
    """Give the text of an HTML fragment, such as a Discourse `cooked` or a Mastodon `content`.

    Paragraphs, line breaks and list items become line breaks; an emoji image gives its emoji or `:name:`; a shortened
    link gives its whole address; hashtags and mentions stay `#Tag`, `@name`.

    >>> html_to_text('<p>Merci <img class="emoji" alt="🙂"> &agrave; tous<br>Bye</p><ul><li>un</li><li>deux</li></ul>')
    'Merci 🙂 à tous\\nBye\\n\\nun\\ndeux'
    """
    return _text(LexborHTMLParser(html))


def forum_post(html: str) -> str:
    """Give what the author of a post wrote in it: its text without quotes of others and without signature.

    A post that is nothing but a closing stays whole.

    >>> forum_post('<aside class="quote"><blockquote>Déjà vu</blockquote></aside><p>Non.</p><p>-- <br>Léo</p>')
    'Non.'
    """
    tree = LexborHTMLParser(html)
    _remove(tree, QUOTES)
    text = _text(tree)
    lines = text.split("\n")
    signature, closing = _endings()
    for at, line in enumerate(lines):
        if signature.match(line) or (closing.match(line) and _is_short(lines[at:])):
            return "\n".join(lines[:at]).strip() or text
    return text


def _is_short(lines: list[str]) -> bool:
    filled = [line for line in lines if line.strip()]
    return len(filled) <= CLOSING_LINES and all(len(line.split()) <= CLOSING_WORDS for line in filled)


def _text(tree: LexborHTMLParser) -> str:
    _remove(tree, UNSEEN)
    while preview := tree.css_first("aside.onebox"):
        preview.replace_with(PARAGRAPH + (preview.attributes.get("data-onebox-src") or "") + PARAGRAPH)
    for link in tree.css("a[href]"):
        if re.match(r"\s*(https?://|www\.)", link.text()):
            link.replace_with(link.attributes["href"] or "")
    for image in tree.css("img.emoji[alt]"):
        image.replace_with(image.attributes["alt"] or "")
    for node in tree.css(f"{BLOCKS}, li, tr"):
        node.insert_before(LINE if node.tag in ("li", "tr") else PARAGRAPH)
    for node in tree.css(f"{BLOCKS}, br, td, th"):
        node.insert_after({"br": LINE, "td": " ", "th": " "}.get(node.tag or "", PARAGRAPH))
    text = re.sub(r"\s+", " ", tree.body.text() if tree.body else "")
    paragraphs = (paragraph.strip(f" {LINE}") for paragraph in text.split(PARAGRAPH))
    return re.sub(rf" ?{LINE} ?", "\n", "\n\n".join(filter(None, paragraphs)))


def _remove(tree: LexborHTMLParser, names: str) -> None:
    while node := tree.css_first(names):  # one at a time: removing a node frees those within it
        node.decompose()


@cache
def _endings() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = load_patterns("clean")
    signature, closing = (either(words[name]) for name in ("signatures", "closings"))
    name = r"(?:\s*[,.;:!\u2013-].*|(?:\s+[A-ZÀ-Þ]\S*)*\s*)$"
    return re.compile(rf"\s*(?i:{signature})"), re.compile(rf"\s*(?i:{closing}){name}")
