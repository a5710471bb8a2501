"""Words in lists and words in texts: what each may be, a first name, an initial, a word that no dictionary knows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from listening.text.patterns import load_patterns

SHORTEST = 3  # letters of a surname

_Tree = dict[str, "_Tree"]  # letters that follow one another, "" where a word ends
HEARD = 6  # letters of a first name that is known by its sound

TOKEN = re.compile(
    r"(?i:[cdjlmnost]|qu)'(?=\w)|(?:Ch|Fr|Ph|Th|[^\W\d_])\.(?:-[^\W\d_]\.)?(?!\w)|[^\W\d_]\w*(?:['-]\w+)*"
)
MISREAD = re.compile(r"(?<=[^\W\d])[01](?=[^\W\d])")
LETTERS = re.compile(r"[^\W\d_]{2,}(?:['-][^\W\d_]+)*")
UNACCENTED = {letter: unicodedata.normalize("NFD", chr(letter))[0] for letter in range(0xC0, 0x180)}


class Token(NamedTuple):
    """A word in its place."""

    start: int
    stop: int
    word: str
    flat: str  # without capitals and accents
    joined: bool  # to the word before, by a space at most
    initial: bool  # "O." and not "M."
    first: bool  # a first name and nothing else
    plain: bool  # a first name even in small letters
    given: bool  # perhaps a first name, or an initial
    rare: bool  # in no dictionary

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital."""
        return self.word[0].isupper()


def tokenise(text: str, dictionary: frozenset[str]) -> Iterator[Token]:
    """Give the words of a text, elisions apart; `dictionary` holds ordinary words, as `flat` makes them.

    >>> [token.word for token in tokenise("l'expert, Mme Guivarc'h", frozenset()) if token.rare]
    ['expert', "Guivarc'h"]
    """
    end = 0
    for match in TOKEN.finditer(text):
        word, small = match[0], _as_letters(flat(match[0]))
        parts = small.split("-")
        listed = all(part in name_words("first_names") or part in name_words("ordinary_first_names") for part in parts)
        compound = len(parts) > 1 and parts[0] in name_words("compounding") and parts[1].isalpha()
        initial = word[-1] == "." and word[0].isupper() and word != "M."
        ordinary = small in name_words("stops") or not LETTERS.fullmatch(small) or _is_known(small, dictionary)
        rare = len(word) >= SHORTEST and not ordinary and not initial
        first = (
            compound
            or (listed and (len(parts) > 1 or small in name_words("first_names")))
            or (rare and _is_misspelt(small))
        )
        yield Token(
            start=match.start(),
            stop=match.end(),
            word=word,
            flat=small,
            joined=end > 0 and text[end : match.start()] in ("", " "),
            initial=initial,
            first=first,
            plain=first and len(word) > SHORTEST and small not in name_words("first_names_in_capitals"),
            given=listed or first or initial,
            rare=rare,
        )
        end = match.end()


def _as_letters(small: str) -> str:
    """Give a flat word with its figures put right where they were read for letters: "anne-s0phie", "a1ain"."""
    return MISREAD.sub(lambda match: "o" if match[0] == "0" else "l", small)


def flat(text: str) -> str:
    """Give the text without capitals and accents, of the same length.

    >>> flat("Électro Vauban")
    'electro vauban'
    """
    return text.translate(UNACCENTED).lower()


def either(words: Iterable[str]) -> str:
    """Give the pattern of any of the words, with their accents or without; of two that begin alike, the longest.

    Beginnings that words share are tried once: with hundreds of words, that is many times quicker.

    >>> either(["réf", "à vous", "rêve"])
    '(?:r(?:[ée]f|[êe]ve)|[àa]\\\\s+vous)'
    """
    tree: _Tree = {}
    for word in sorted(words):
        branch = tree
        for letter in word:
            branch = branch.setdefault(_letter(letter), {})
        branch[""] = {}
    return _pattern(tree)


def _pattern(tree: _Tree) -> str:
    """Give the pattern of the ways through a tree of letters, the end of a word tried last."""
    ways = [letter + _pattern(branch) for letter, branch in tree.items() if letter]
    if not ways:
        return ""
    joined = ways[0] if len(ways) == 1 and "" not in tree else f"(?:{'|'.join(ways)})"
    return f"{joined}?" if "" in tree else joined


@cache
def name_words(name: str) -> frozenset[str]:
    """Give a list of `data/names.yaml`, flat.

    >>> "odile" in name_words("first_names")
    True
    """
    listed = load_patterns("names")[name]
    return frozenset(flat(word) for word in (listed.split() if isinstance(listed, str) else listed))


def _is_misspelt(small: str) -> bool:
    """Whether it sounds as a first name does: "sandrinne", "jan-pière"."""
    return len(small) >= HEARD and sound(small) in _sounds()


def sound(small: str) -> str:
    """Give about how a flat word sounds, the same for usual misspellings.

    >>> sound("sandrinne") == sound("sandrine"), sound("estefanie") == sound("stephanie")
    (True, False)
    """
    for written, heard in (("ph", "f"), ("th", "t"), ("ck", "k"), ("qu", "k"), ("y", "i"), ("h", ""), ("c", "k")):
        small = small.replace(written, heard)
    return re.sub(r"(.)\1+", r"\1", small).rstrip("e")


@cache
def _sounds() -> frozenset[str]:
    return frozenset(sound(name) for name in name_words("first_names") if len(name) >= HEARD)


def _letter(letter: str) -> str:
    if letter == " ":
        return r"\s+"
    return f"[{letter}{plain}]" if (plain := letter.translate(UNACCENTED)) != letter else re.escape(letter)


def _is_known(small: str, dictionary: frozenset[str]) -> bool:
    """Whether a dictionary has each part of the word, plural and feminine endings aside."""
    return all(
        len(part) < SHORTEST or any(re.sub(f"{ending}$", "", part) in dictionary for ending in ("", "[esx]", "es"))
        for part in re.split("['-]", small)
    )
