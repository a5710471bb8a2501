"""What a French text says of a person that a reviewer must look at: health, beliefs, insults, threats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple, get_args

from listening.text.patterns import load_patterns
from listening.text.tokens import flat

Flag = Literal["insulte", "menace", "opinion_politique", "origine", "religion", "sante", "sexualite", "syndicat"]
FLAGS: tuple[Flag, ...] = get_args(Flag)

MARKERS = re.compile(r"\[[A-ZÀ-Þ-]+\]")
STOPS = re.compile(r"[.!?;:\n…]+")
BETWEEN = re.compile(r"[^\w*|]+")
LEET = str.maketrans("01345@$", "oieasas")
MASKED = re.compile(r"(?<=[a-z*])[01345@$](?=[a-z*])")
STRETCHED = re.compile(r"([a-z])\1{2,}")
DOUBLED = re.compile(r"([a-z])\1+")
GAPS = re.compile(r"(?: …)+ ")
WIDEST = 3  # words in a gap
SHORTEST = 6  # letters of an insult in which a doubled letter may be single: "conne" is not "cône"
RUNS = re.compile(r"(.)\1*")
NAMED = re.compile(r"\{((?:insult:)?\w+)\}")
WAKING = re.compile(r"(?<!\(\?)<([^<>]+)>")
ENDINGS = ("", "e", "s", "es")
STARRED = r"[a-z]\*+[a-z]*"
STAR = "*"  # the key of any word with stars


class Pattern(NamedTuple):
    """A way of saying something sensitive, as `sensitive.yaml` writes it."""

    flag: Flag
    written: str


def flags(text: str) -> tuple[Flag, ...]:
    """Give what is sensitive in a text, sorted, each once: it is to be looked at, and nothing is taken out.

    `sante`: illness, disability, pregnancy, care, addiction of somebody. `religion`: belief or its practice, and none.
    `opinion_politique`, `syndicat`: what somebody votes, defends or belongs to; a strike or a union's name alone is
    none. `origine`: people, colour, nationality of somebody, and accusations of racism. `sexualite`: orientation,
    gender, sex life. `insulte`: insults to a person, slurs, "bande de …", and insults reported; not swearing
    ("putain", "service de merde"), nor a judgment on work or honesty ("incompétents", "voleurs"), which customers'
    texts are about. `menace`: violence threatened or wished, and reports of it; neither a complaint nor leaving.
    Products, places and ways of speaking are none ("assurance santé", "hôtel gay friendly", "ça me rend malade").
    Source: article 9 of the GDPR, and what the CNIL calls « propos excessifs » in free comments.

    >>> flags("Enceinte de 7 mois, debout une heure, et ce c0nnard de vigile rit")
    ('insulte', 'sante')
    >>> flags("Putain, l'assurance santé est chère, c'est malade")
    ()
    """
    read = _read(text)
    keys = _keys(read)
    woken = {pattern for key in keys & _sleeping().keys() for needs, pattern in _sleeping()[key] if needs <= keys}
    said = {pattern.flag for pattern in woken if _is_said(pattern, read)}
    return tuple(flag for flag in FLAGS if flag in said)


def _read(text: str) -> str:
    """Give the text as the patterns read it: flat words, one space between them, bars between sentences.

    >>> _read("L'AGENT [PERSONNE] est un c0nnnard ! Ça suffit")
    'l agent x est un conard | ca suffit'
    """
    small = flat(MARKERS.sub(" x ", text)).replace("œ", "oe")
    small = MASKED.sub(lambda match: match[0].translate(LEET), small)
    return BETWEEN.sub(" ", STOPS.sub(" | ", STRETCHED.sub(r"\1", small))).strip()


def _is_said(pattern: Pattern, read: str) -> bool:
    """Whether the text says so, and still does without what is excepted."""
    said = _compiled(pattern.written)
    return bool(said.search(read) and said.search(_excepted(pattern.flag).sub(" | ", read)))


@cache
def _sleeping() -> Mapping[str, Iterable[tuple[frozenset[str], Pattern]]]:
    """Give, by the word that wakes them, the patterns to try and the words that must stand beside it."""
    sleeping: dict[str, set[tuple[frozenset[str], Pattern]]] = {}
    for flag in FLAGS:
        for written in load_patterns("sensitive")["flags"][flag]:
            for expression in _waking(written):
                *before, last = expression.split()
                for key in _keys(" ".join(last + ending for ending in ENDINGS)):
                    sleeping.setdefault(key, set()).add((frozenset(_keys(" ".join(before))), Pattern(flag, written)))
    return sleeping


def _waking(written: str) -> Iterator[str]:
    """Give the words and expressions in the angle brackets of a pattern."""
    for match in WAKING.finditer(written):
        for choice in match[1].split("|"):
            yield from _choices(choice)


def _choices(choice: str) -> Sequence[str]:
    """Give the words of a list that is named, or the word itself."""
    named = NAMED.fullmatch(choice)
    if not named:
        return [choice]
    kind, _, name = named[1].rpartition(":")
    lists: Mapping[str, Sequence[str]] = load_patterns("sensitive")["insults" if kind else "words"]
    return [STAR, *lists.get(name, [])] if kind else lists[name]


def _keys(read: str) -> set[str]:
    """Give the words of a read text, their doubled letters single, and a star if some have any.

    >>> sorted(_keys("la grosse c*nne"))
    ['*', 'c*ne', 'grose', 'la']
    """
    keys = set(DOUBLED.sub(r"\1", read).split())
    return keys | {STAR} if STAR in read else keys


@cache
def _excepted(flag: Flag) -> re.Pattern[str]:
    return _compiled("|".join(load_patterns("sensitive")["except"].get(flag, ["(?!)"])))


@cache
def _compiled(written: str) -> re.Pattern[str]:
    plain = NAMED.sub(lambda match: _words()[match[1]], WAKING.sub(_any_ending, written))
    return re.compile(rf"(?<![\w*])(?:{GAPS.sub(_gap, plain)})(?![\w*])")


def _any_ending(waking: re.Match[str]) -> str:
    choices = (choice if NAMED.fullmatch(choice) else f"{choice}e?s?" for choice in waking[1].split("|"))
    return f"(?:{'|'.join(choices)})"


def _gap(match: re.Match[str]) -> str:
    return rf" (?:[\w*]+ ){{0,{WIDEST * match[0].count('…')}}}"


@cache
def _words() -> Mapping[str, str]:
    """Give the pattern of each list, by the name that stands for it in a pattern."""
    lists = load_patterns("sensitive")
    plain = {name: _either(words, "e?s?") for name, words in lists["words"].items()}
    insults = {f"insult:{name}": _either(map(_disguised, words), "s?") for name, words in lists["insults"].items()}
    return plain | insults | {"insult:masked": STARRED}


def _either(words: Iterable[str], endings: str) -> str:
    return rf"(?:(?:{'|'.join(sorted(words, key=len, reverse=True))}){endings})"


def _disguised(word: str) -> str:
    """Give the pattern of a word whose letters may be doubled, or masked by stars after the first."""
    runs = [match[0] for match in RUNS.finditer(word)]
    return "".join(_run(run, short=len(word) < SHORTEST, first=at == 0) for at, run in enumerate(runs))


def _run(run: str, *, short: bool, first: bool) -> str:
    if run == " ":
        return run
    letters = f"{run if short else run[0]}+"
    return letters if first else rf"(?:{letters}|\*{{1,{len(run)}}}{run[0]}*)"
