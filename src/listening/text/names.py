"""Names among the words of a text: where one that begins at a word ends, and what makes it no person's."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import zip_longest

from listening.text.tokens import SHORTEST, Token, name_words

LONGEST = 5  # words of a name

Span = tuple[int, int]


def in_capitals(tokens: list[Token], at: int) -> list[Token]:
    """Give the name in capitals that begins at `at`; what follows a first name may be ordinary or in small letters."""
    name: list[Token] = []
    for token, after in with_next(tokens[at : at + LONGEST + 1]):
        last = name[-1] if name else None
        leads = is_particle(token) and after is not None and after.joined and (after.rare or _is_bridge(after))
        if (last and not token.joined) or (not leads and (token.flat in name_words("stops") or is_particle(token))):
            break
        if not token.capital:
            if last and leads and _is_bridge(token):
                name.append(token)
                continue
            if last and last.first and token.rare and len(token.word) > SHORTEST:
                name.append(token)
            break
        if last and not (token.rare or token.given or leads):
            goes_on = after is not None and after.joined and after.flat not in name_words("stops")
            if not last.given or (token.word.isupper() and last.word.isupper() and goes_on):
                break
        name.append(token)
    return name


def in_small_letters(tokens: list[Token], at: int) -> list[Token]:
    """Give the name that begins at `at` in small letters: words that no dictionary knows, or a first name."""
    name: list[Token] = []
    for token, after in with_next(tokens[at : at + LONGEST + 1]):
        leads = is_particle(token) and after is not None and after.joined and after.rare
        if name and name[-1].given and token.joined and len(token.word) == 2 and token.word[1] == ".":  # "nadia b."
            return [*name, token]
        follows = not name or (token.joined and (token.first or name[-1].given or is_particle(name[-1])))
        if not follows or not (leads or token.given or (token.rare and len(token.word) > SHORTEST)):
            break
        name.append(token)
    return name


def after_civility(tokens: list[Token], at: int) -> list[Token]:
    """Give the surname of ordinary words that begins at `at`, after a civility: "boulanger", "de La Tour"."""
    if tokens[at].flat in name_words("surnames"):
        return tokens[at : at + 1]
    noble = tokens[at : at + 1] if tokens[at].flat in ("de", "d'") else []
    for token in tokens[at + 1 : at + 3] if noble else ():
        if not token.capital or not token.joined or token.flat in name_words("stops") - name_words("particles"):
            break
        noble.append(token)
    return noble if len(noble) > 1 else []


def listed_after(text: str, tokens: list[Token], at: int) -> Iterator[Span]:
    """Give the names that follow one in a list, `at` being the word after it: "merci à Léa, Capu et Odile"."""
    while at < len(tokens):
        between = text[tokens[at - 1].stop : tokens[at].start]
        if between == " " and tokens[at].flat == "et":
            at += 1
        elif between != ", ":
            return
        name = in_capitals(tokens, at) if at < len(tokens) and tokens[at].capital else []
        if not name or not (name[0].rare or name[0].given):
            return
        yield name[0].start, name[-1].stop
        at += len(name)


def with_next(tokens: list[Token]) -> Iterator[tuple[Token, Token | None]]:
    """Give each word with the one after it."""
    return zip_longest(tokens, tokens[1:])


def is_sure(name: list[Token]) -> bool:
    """Whether it can only be a name: it begins with a first name, or holds words in no dictionary beside others."""
    known = all(token.rare or token.given or is_particle(token) for token in name)
    return name[0].first or (len(name) > 1 and known and any(token.rare for token in name))


def is_beside_first(tokens: list[Token], at: int) -> bool:
    """Whether "et" joins it to a word that can only be a first name: "mike et noémie"."""
    for links in ((at + 1, at + 2), (at - 1, at - 2)):
        if min(links) >= 0 and max(links) < len(tokens):
            link, other = (tokens[link] for link in links)
            if link.flat == "et" and other.first and (other.plain or other.capital):
                return True
    return False


def is_register(token: Token, after: Token) -> bool:
    """Whether a surname comes before a first name, as in a register: "PETIT Julien", "Perchoux Odile"."""
    shouted = token.word.isupper() and len(token.word) > SHORTEST and not after.word.isupper()
    if after.first:
        return token.rare or (shouted and token.flat not in name_words("stops"))
    return shouted and after.given and not after.initial and (token.rare or token.flat in name_words("surnames"))


def is_particle(token: Token) -> bool:
    """Whether it may stand before a surname: "de", "Le", "van"."""
    return token.flat in name_words("particles")


def is_thing(tokens: list[Token], at: int, *, alone: bool = False) -> bool:
    """Whether the name at `at` is that of a street, a school, an animal, a product; `alone` when it is a single word.

    "rue de Julien", "le parfum Nina", and alone: "chez Mathilde", "un Pierrot".
    """
    before = at - 1
    if _is_product(tokens, at):
        return True
    if alone and before >= 0 and tokens[before].flat in name_words("articles"):
        return True
    if alone and (_is_kind(tokens, at) or _is_model(tokens, at)):
        return True
    while before >= 0 and tokens[before].given:
        before -= 1
    if before >= 0 and tokens[before].flat in name_words("things"):
        return True
    while before >= 0 and (tokens[before].given or is_particle(tokens[before])):
        before -= 1
    return before >= 0 and (
        tokens[before].flat in name_words("places")
        or (before < at - 1 and tokens[before].flat in name_words("stage"))
        or (tokens[before].flat == "a" and before > 0 and tokens[before - 1].flat == "hommage")
    )


def _is_kind(tokens: list[Token], at: int) -> bool:
    """Whether a noun that is no person's comes right before, with its article: "les rideaux Louise"."""
    if at < 2 or not tokens[at].joined or not tokens[at - 1].joined:
        return False
    article, noun = tokens[at - 2 : at]
    if article.flat not in name_words("noun_articles") or noun.capital or noun.rare or noun.given:
        return False
    if at > 2 and tokens[at - 3].flat in name_words("subjects"):
        return False
    return noun.flat not in _persons() and not any(noun.flat.endswith(end) for end in name_words("person_ends"))


def _is_model(tokens: list[Token], at: int) -> bool:
    """Whether "la" comes before what a car or a machine is called: "la Mégane"."""
    return at > 0 and tokens[at - 1].flat in ("la", "ma", "sa") and tokens[at].flat in name_words("models")


@cache
def _persons() -> frozenset[str]:
    """Give the words that a person's name may follow, with their plurals."""
    lists = ("roles", "kin", "people", "workplaces", "stops", "duties", "civilities", "thanks", "companions")
    words = {word.split()[-1] for name in lists for word in name_words(name)}
    return frozenset(words | {f"{word}s" for word in words})


def _is_product(tokens: list[Token], at: int) -> bool:
    """Whether a product comes before, with ordinary words between at most: "lit bébé Théo"."""
    for before in range(at - 1, max(-1, at - 4), -1):
        if not tokens[before + 1].joined:
            return False
        if tokens[before].flat in name_words("products"):
            return True
        if tokens[before].flat in name_words("stops") or tokens[before].rare or tokens[before].given:
            return False
    return False


def _is_bridge(token: Token) -> bool:
    """Whether it stands within a foreign surname: "Van den Bosch"."""
    return token.flat in name_words("bridges")
