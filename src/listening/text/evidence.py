"""What follows a name in a text, and says that it is a person's."""

from __future__ import annotations

import re
from functools import cache

from listening.text.patterns import load_patterns
from listening.text.tokens import either

NAMED, PERSONAL, SURE, LIKELY, NONE = 4, 3, 2, 1, 0
OTHERS = r"(?:(?:\s*,|\s+et)\s+[^\W\d_][\w-]+){0,2}"  # "Pierre et Claire nous ont aidés"


def evidence_after(text: str, stop: int) -> int:
    """Give how much what follows a name that ends at `stop` says that it is a person's.

    `NAMED` where its own words say so: "Boulanger, il s'appelle"; `PERSONAL` for what no company is or does: an age, a
    role, a place of work, a welcome; `SURE` for what is done to the writer; `LIKELY` for any other verb.

    >>> [evidence_after(text, 4) for text in ("Rose à la caisse", "Rose m'a facturé", "Rose est là", "Rose bonbon")]
    [3, 2, 1, 0]
    """
    if _named().match(text, stop):
        return NAMED
    if _personal().match(text, stop):
        return PERSONAL
    if _sure().match(text, stop):
        return SURE
    return LIKELY if _likely().match(text, stop) else NONE


def is_public(text: str, stop: int) -> bool:
    """Whether what follows a name that ends at `stop` is said of those whom everybody knows: "en concert"."""
    return bool(_public().match(text, stop))


@cache
def _public() -> re.Pattern[str]:
    return re.compile(rf"(?i)\s+(?:{either(load_patterns('names')['public'])})\b")


@cache
def _named() -> re.Pattern[str]:
    return re.compile(
        r"(?i)\s*,?\s+(?:(?:qu'|c'est comme ça qu')?(?:il|elle) (?:s'appelle|se nomme|se prénomme)"
        r"|comme (?:on|je|tout le monde) (?:l'|le |la )(?:appelle|appelait|surnomme)|de son (?:pré)?nom)\b"
    )


@cache
def _personal() -> re.Pattern[str]:
    names = ("roles", "workplaces", "served", "kind")
    words = {name: either(load_patterns("names")[name]) for name in names}
    article = r"(?:(?:le|la|les|mon|ma|notre|votre|un|une)\s+|l')"
    very = r"(?:\s*\b(?:bien|hyper|plus|super|si|toujours|tout|très|trop|vraiment|même|gentiment)\b){0,2}\s*\b"
    return re.compile(
        rf"(?i){OTHERS}(?:\s+(?:de|du|des|d'|à|au|aux|en|dans)\s*(?:la\s+|l'|le\s+)?(?:{words['workplaces']})\b"
        rf"|\s*[,(]?\s*{article}(?:\w+\s+)?(?:{words['roles']})\b|\s*[,(]\s*(?:{words['roles']})\b"
        rf"|\s*[,(]\s*\d{{1,2}}\s+ans\b|\s+d'(?:en face|à côté|en haut|en bas|au-dessus)\b"
        rf"|\s+(?:m'|nous\s+|l'|ma\s+)(?:a|ont|avait)?{very}(?:{words['served']})\b"
        rf"|\s+(?:est|était|étaient|sont|a\s+été|ont\s+été){very}(?:{words['kind']})\b"
        rf"|\s*,?\s+(?:hyper|super|toujours|très|trop|vraiment|au)\s+(?:{words['kind']})\b|\s*\(\s*(?:{words['workplaces']})\b)"
    )


@cache
def _sure() -> re.Pattern[str]:
    return re.compile(
        rf"(?i){OTHERS}\s+(?:m'|t'|nous\s+(?:a|ont|avait|avaient|fait|sert)\b|vous\s|qui\s|ma\s+\w+[ée]e?s?\b|lui\s)"
    )


@cache
def _likely() -> re.Pattern[str]:
    return re.compile(rf"(?i)(?:\s+et\s+[^\W\d_][\w-]+)?\s+(?:{either(load_patterns('names')['finite'])})\b")
