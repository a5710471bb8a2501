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


def mask_identifiers(masked: Masked) -> Masked:
    """Give the text with a marker for every number and address that leads to a person.

    >>> mask_identifiers(Masked("14 rue des Tanneurs, 29200 Brest : commande n° 48213377, 150 €")).text
    '[ADRESSE] : commande n° [RÉFÉRENCE], 150 €'
    """
    figures = len(FIGURE.findall(masked.text))
    for clue, rules in _rules():
        if clue is None or clue.search(masked.text):
            for rule in rules:
                if figures >= rule.figures:
                    masked = masked.mask(rule.find(masked.text))
    return masked


@cache
def _rules() -> tuple[tuple[re.Pattern[str] | None, tuple[Rule, ...]], ...]:
    """Give the rules in order, those of one clue together: each reads what the ones before it left."""
    families = (online_rules, birth_rules, plate_rules, number_rules, address_rules, reference_rules)
    rules = chain.from_iterable(family() for family in families)
    return tuple((clue, tuple(group)) for clue, group in groupby(rules, key=lambda rule: rule.clue))
