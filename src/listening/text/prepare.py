"""The way of a text before it is stored: repaired, personal data masked, language known, what is sensitive flagged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from listening.text.clean import repair
from listening.text.language import detect
from listening.text.privacy import scrub, scrub_all
from listening.text.sensitive import Flag, flags

VERSION = "7"  # change it when the same raw text would come out otherwise: what is stored is then prepared anew
FACTS = 4096  # closed answers kept in mind


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text fit to be stored; `language` is None when nothing is left of it, `flags` say what to look at in it."""

    text: str
    language: str | None
    flags: tuple[Flag, ...] = ()


def prepare(texts: Sequence[str], *, language: str = "fr", names: bool = True) -> list[Prepared]:
    """Make texts fit to be stored, in their order; `language` is that of texts too short to tell."""
    return [_known(one.text, language) for one in scrub_all((repair(text) for text in texts), names=names)]


def _known(text: str, default: str) -> Prepared:
    language = detect(text, default=default) if text else None
    return Prepared(text, language, flags(text) if language == "fr" else ())


@lru_cache(maxsize=FACTS)
def prepare_fact(text: str) -> str:
    """Make a closed answer (a region, a segment, a title) fit to be stored; the same ones come again and again.

    >>> prepare_fact("Agence de Lyon, M. Guivarc'h")
    'Agence de Lyon, M. [PERSONNE]'
    """
    return scrub(repair(text)).text
