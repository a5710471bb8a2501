"""The language of a short text, with a prior for the language that its source expects."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from listening.errors import ConfigurationError

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LANGUAGES = ("ar", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "ro", "ru", "tr", "uk", "zh")
PRIOR = 10.0  # how much more probable the default is before reading: borrowed words and typos must not outweigh it
SHORT_PRIOR = 100.0  # the same for a text of fewer than SHORT_WORDS words or SHORT_LETTERS letters
SHORT_WORDS, SHORT_LETTERS = 4, 20

MARKERS = re.compile(r"\[[^\]\n]*\]|https?://\S+")
WORDS = re.compile(r"[^\W\d_]+")


def detect(text: str, *, default: str = "fr") -> str:
    """Give the ISO 639-1 code of the text's language, among `LANGUAGES` and `default`.

    `default` is the language expected: it wins unless the evidence against it is strong, overwhelming when the text
    is very short. Method: naive Bayes over byte n-grams (py3langid, after Lui and Baldwin, 2012), times the prior.
    Raises `ConfigurationError` when `default` is no language that can be told.

    >>> detect("jsuis deg, 3 sem ke jattends"), detect("ok top"), detect("My parcel never arrived, nobody answers")
    ('fr', 'fr', 'en')
    """
    text = MARKERS.sub(" ", text).lower()
    words = WORDS.findall(text)
    if not words:
        return default
    short = len(words) < SHORT_WORDS or sum(map(len, words)) < SHORT_LETTERS
    probabilities = dict(_identifier(default).rank(text))
    probabilities[default] *= SHORT_PRIOR if short else PRIOR
    return str(max(probabilities, key=lambda language: probabilities[language]))


@cache
def _identifier(default: str) -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    if default not in identifier.labels:
        raise ConfigurationError(f"langue inconnue : {default} ; un code ISO 639-1 est attendu, comme fr, en ou es")
    identifier.set_languages([*LANGUAGES, *({default} - set(LANGUAGES))])
    return identifier
