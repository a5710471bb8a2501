"""The language of a short text, with a prior for the language that its source expects."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from listening.errors import ConfigurationError
from listening.text.patterns import load_patterns

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LANGUAGES = ("ar", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "ro", "ru", "tr", "uk", "zh")
PRIOR = 10.0  # how much more probable the default is before reading: borrowed words and typos must not outweigh it
SHORT_PRIOR = 100.0  # the same for a text of fewer than SHORT_WORDS words or SHORT_LETTERS letters
SHORT_WORDS, SHORT_LETTERS = 4, 20

MARKERS = re.compile(r"\[[^\]\n]*\]|https?://\S+")
WORDS = re.compile(r"[^\W\d_]+")
TYPED = re.compile(r"\w+")
FIGURES = re.compile(r"[3579](?=[a-z])(\D+)|\D*[a-z][379][a-z].*")  # for letters that Latin has not
ARABIC_WORDS, ARABIC_SHARE = 2, 1 / 3  # how many, and which part of the words, tell Arabic in Latin letters


def detect(text: str, *, default: str = "fr") -> str:
    """Give the ISO 639-1 code of the text's language, among `LANGUAGES` and `default`.

    `default` is the language expected: it wins unless the evidence against it is strong, overwhelming when the text
    is very short. Method: naive Bayes over byte n-grams (py3langid, after Lui and Baldwin, 2012), times the prior.
    Arabic in Latin letters, unknown to them, is told by its words and figures ("3endkom"). A text in several languages
    gets one of them.
    Raises `ConfigurationError` when `default` is no language that can be told.

    >>> detect("jsuis deg, 3 sem ke jattends"), detect("ok top"), detect("My parcel never arrived, nobody answers")
    ('fr', 'fr', 'en')
    """
    text = MARKERS.sub(" ", text).lower()
    words = WORDS.findall(text)
    if not words:
        return default
    if _is_arabic(text):
        return "ar"
    short = len(words) < SHORT_WORDS or sum(map(len, words)) < SHORT_LETTERS
    probabilities = dict(_identifier(default).rank(text))
    probabilities[default] *= SHORT_PRIOR if short else PRIOR
    return str(max(probabilities, key=lambda language: probabilities[language]))


def _is_arabic(text: str) -> bool:
    """Whether the text is Arabic typed in Latin letters; one word in a sentence is borrowed, and tells nothing."""
    words = [word for word in TYPED.findall(text) if not word.isdigit()]
    told = sum(word in _listed("arabic") or _has_figure(word) for word in words)
    beside = sum(word in _listed("linking") for word in words)
    if told >= ARABIC_WORDS:
        return told + beside >= ARABIC_SHARE * len(words)
    return told == 1 and beside > 0 and told + beside >= len(words) / 2


def _has_figure(word: str) -> bool:
    figures = FIGURES.fullmatch(word)
    return figures is not None and figures[1] not in _listed("units")


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(load_patterns("language")[name])


@cache
def _identifier(default: str) -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    if default not in identifier.labels:
        raise ConfigurationError(f"langue inconnue : {default} ; un code ISO 639-1 est attendu, comme fr, en ou es")
    identifier.set_languages([*LANGUAGES, *({default} - set(LANGUAGES))])
    return identifier
