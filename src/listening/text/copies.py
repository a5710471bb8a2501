"""Texts that repeat one another: what is compared of them, and how much of it they share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from listening.text.masks import MARKER

METHOD = "1"  # change it when the same texts would be grouped otherwise: what is stored is then examined anew
MINIMUM = 10  # different words: with fewer, two people may well write the same
SHINGLE = 2  # words that follow one another
ALIKE = 0.6  # two texts that share this part of their shingles are copies
BANDS, ROWS, SEED = 16, 4, 1  # texts that share 0.6 of their shingles meet in a band 9 times in 10, 0.8: always

REPOST = re.compile(r"(?:\s*RT\s+(?:@\w+|\[PSEUDO\])\s*:?)+", re.IGNORECASE)
HASHTAGS = re.compile(r"(?:\s*#\w+)+\s*$")
LEFT_OUT = re.compile(rf"https?://\S+|www\.\S+|{MARKER}|@\w[\w.@-]*")
ACCENTS = re.compile(r"[\u0300-\u036f]")


def normalise(text: str) -> str:
    """Give the words of a text as copies share them: no case, accents, punctuation, links, mentions nor markers.

    A leading « RT @x: » and the hashtags at the end go too; those within the text are words of it.

    >>> normalise("RT @odile: Le SITE est #nul… voir https://example.org [PERSONNE] ! #panne #sav")
    'le site est nul voir'
    """
    text = LEFT_OUT.sub(" ", HASHTAGS.sub("", REPOST.sub("", text, count=1)))
    return " ".join(re.findall(r"\w+", ACCENTS.sub("", unicodedata.normalize("NFKD", text).casefold())))


def comparable(normalised: str) -> bool:
    """Tell whether a text has words enough for another like it to be a copy, and no coincidence.

    >>> comparable("tres bien rien a dire")
    False
    """
    return len(set(normalised.split())) >= MINIMUM


def shingles(normalised: str) -> frozenset[str]:
    """Give the pairs of words that follow one another in a text.

    >>> sorted(shingles("tres bon accueil"))
    ['bon accueil', 'tres bon']
    """
    words = normalised.split()
    return frozenset(" ".join(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1))


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """Give the part of their shingles that two texts share (Jaccard).

    >>> similarity(frozenset("abc"), frozenset("bcd"))
    0.5
    """
    return len(one & other) / len(one | other) if one | other else 0.0


def band_keys(normalised: Iterable[str]) -> Iterator[tuple[int, ...]]:
    """Give for each text the keys of its bands: texts that are alike have one in common, most others have none.

    MinHash (Broder, 1997) with locality-sensitive bands (Leskovec, Rajaraman & Ullman, *Mining of Massive Datasets*,
    3.4). Keys are whole numbers of 64 bits, with their sign.

    >>> one, other = band_keys(["le colis est arrive ouvert et vide", "le colis est arrive ouvert et vide hier"])
    >>> len(one), len(set(one) & set(other)) > 0
    (16, True)
    """
    from datasketch import MinHash

    encoded = ([shingle.encode() for shingle in shingles(text)] for text in normalised)
    for signature in MinHash.generator(encoded, num_perm=BANDS * ROWS, seed=SEED, scheme="affine32"):
        values = signature.hashvalues.astype("<u4")
        yield tuple(_key(rank, values[rank * ROWS : (rank + 1) * ROWS].tobytes()) for rank in range(BANDS))


def _key(rank: int, values: bytes) -> int:
    digest = blake2b(values, digest_size=8, salt=rank.to_bytes(2, "little")).digest()
    return int.from_bytes(digest, "little", signed=True)
