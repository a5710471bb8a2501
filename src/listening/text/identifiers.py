"""Numbers and addresses that lead to a person, found by their form and confirmed by their check digits."""

from __future__ import annotations

import re
from functools import cache

from listening.text.addresses import address_rules
from listening.text.births import birth_rules
from listening.text.masks import Masked, Rule
from listening.text.numbers import number_rules
from listening.text.online import online_rules
from listening.text.plates import plate_rules
from listening.text.references import reference_rules


def mask_identifiers(masked: Masked) -> Masked:
    """Give the text with a marker for every number and address that leads to a person.

    >>> mask_identifiers(Masked("14 rue des Tanneurs, 29200 Brest : commande n° 48213377, 150 €")).text
    '[ADRESSE] : commande n° [RÉFÉRENCE], 150 €'
    """
    figures = bool(re.search(r"\d", masked.text))
    for rule in _rules():
        if figures or not rule.figures:
            masked = masked.mask(rule.find(masked.text))
    return masked


@cache
def _rules() -> tuple[Rule, ...]:
    """Give the rules in order: each reads what the ones before it left."""
    return (
        *online_rules(),
        *birth_rules(),
        *plate_rules(),
        *number_rules(),
        *address_rules(),
        *reference_rules(),
    )
