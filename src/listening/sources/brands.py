"""Which brand of a list a tag, a mention or a text names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from listening.sources.rows import as_text


def fold(text: str) -> str:
    """Give the bare words of a text: no accents, no capitals, no punctuation.

    >>> fold("Électro-Vauban !")
    'electro vauban'
    """
    bare = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return re.sub(r"[^a-z0-9]+", " ", "".join(letter for letter in bare if not unicodedata.combining(letter))).strip()


def squeeze(name: str) -> str:
    """Give the letters and digits of a name, by which those of any export are compared.

    >>> {squeeze(name) for name in ("Full Text", "fullText", "full_text")}
    {'fulltext'}
    """
    return fold(name).replace(" ", "")


def names(tags: Any, *keys: str) -> list[str]:
    """Give what the tags or mentions of a JSON export are called, be they strings or objects with such keys.

    >>> names(["sav", {"id": 7, "name": "Grandval", "slug": "grandval"}], "name", "slug")
    ['sav', 'Grandval', 'grandval']
    """
    found: list[str] = []
    for tag in tags if isinstance(tags, list) else ():
        found += [as_text(tag.get(key)) for key in keys] if isinstance(tag, dict) else [as_text(tag)]
    return found


def brand_named(called: Iterable[str], brands: Sequence[str]) -> str | None:
    """Give the brand of the first name that is one, however it is written.

    >>> brand_named(["sav", "electro-vauban"], ["Grandval", "Électro Vauban"])
    'Électro Vauban'
    """
    known = {squeeze(brand): brand for brand in reversed(brands)}
    return next((known[name] for name in map(squeeze, called) if name in known), None)


def brand_in(text: str, brands: Sequence[str]) -> str | None:
    """Give the brand whose name, in whole words, comes first in a text.

    >>> brand_in("Chez électro vauban, pas chez Grandval.", ["Grandval", "Électro Vauban"])
    'Électro Vauban'
    """
    words = f" {fold(text)} "
    places = [(words.find(f" {fold(brand)} "), -len(brand), brand) for brand in brands]
    return min((place for place in places if place[0] >= 0), default=(0, 0, None))[2]
