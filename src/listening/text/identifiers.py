"""Numbers and addresses that lead to a person, found by their form and confirmed by their check digits."""

from __future__ import annotations

import re
from functools import cache
from itertools import chain, groupby

from listening.text.addresses import address_rules
from listening.text.births import birth_rules
from listening.text.masks import Masked, Rule
from listening.text.numbers import number_rules
from listening.text.online import online_rules
from listening.text.plates import plate_rules
from listening.text.references import reference_rules

FIGURE = re.compile(r"\d")
CONFUSED = re.compile(r"\d[OolI]|[OlI]\d|[A-Z]l[A-Z]|N0")  # by who reads a print: "2O24-l1873", "CLlENT", "N0 4821"
AMISS = re.compile(
    r"(?<=\d)[OolI]+(?=\d)|(?<!\w)[OlI]+(?=\d[\dOolI]*(?!\w))|(?<=\d\d)[Oo]+(?!\w)|(?<=[-/]\d\d)[lI](?!\w)"
    r"|(?<=[A-Z])l(?=[A-Z]{2})|(?<=(?<!\w)N)0(?=\s\d)"
)
FIGURES, LETTERS = str.maketrans("OolI", "0011"), str.maketrans("l0", "Io")


def mask_identifiers(masked: Masked) -> Masked:
    """Give the text with a marker for every number and address that leads to a person.

    >>> mask_identifiers(Masked("14 rue des Tanneurs, 29200 Brest : commande n° 48213377, 150 €")).text
    '[ADRESSE] : commande n° [RÉFÉRENCE], 150 €'
    """
    text = as_meant(masked.text)
    figures = len(FIGURE.findall(text))
    for clue, rules in _rules():
        if clue is None or clue.search(text):
            for rule in rules:
                if figures >= rule.figures and (found := rule.find(text)):
                    masked = masked.mask(found)
                    text = as_meant(masked.text)
    return masked


def as_meant(text: str) -> str:
    """Give the text, of the same length, with the figures and letters that were read one for the other put right.

    >>> as_meant("REF CLlENT OO7 4l8, N0 762OO, 1 l de lait, Il")
    'REF CLIENT 007 418, No 76200, 1 l de lait, Il'
    """
    return AMISS.sub(_meant, text) if CONFUSED.search(text) else text


def _meant(amiss: re.Match[str]) -> str:
    before = amiss.string[amiss.start() - 1 : amiss.start()]
    return amiss[0].translate(LETTERS if before.isalpha() else FIGURES)


@cache
def _rules() -> tuple[tuple[re.Pattern[str] | None, tuple[Rule, ...]], ...]:
    """Give the rules in order, those of one clue together: each reads what the ones before it left."""
    families = (online_rules, birth_rules, plate_rules, number_rules, address_rules, reference_rules)
    rules = chain.from_iterable(family() for family in families)
    return tuple((clue, tuple(group)) for clue, group in groupby(rules, key=lambda rule: rule.clue))
