"""Spelling as it comes: accents dropped, capitals, letters swapped. Offsets stay true: no character comes or goes."""

from __future__ import annotations

import random
import unicodedata

SWAPPED = 0.03  # share of the letters that trade places with the next one


def noisy(text: str, chance: random.Random) -> str:
    """Give the text without accents, in capitals, in small letters, or with letters swapped, each as likely.

    >>> noisy("Réponse très rapide", random.Random(2))
    'Reponse tres rapide'
    """
    change = chance.choice((_plain, str.upper, str.lower, lambda one: _swapped(one, chance)))
    changed = change(text)
    return changed if len(changed) == len(text) else text  # « ß » becomes two capitals, for one


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFD", character)[0] for character in text)


def _swapped(text: str, chance: random.Random) -> str:
    letters = list(text)
    for place in range(1, len(letters) - 2):
        if letters[place].isalpha() and letters[place + 1].isalpha() and chance.random() < SWAPPED:
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
    return "".join(letters)
