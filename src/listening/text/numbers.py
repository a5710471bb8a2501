"""Telephone, bank, card, company and social-security numbers, confirmed by their check digits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import phonenumbers
from stdnum import iban, luhn
from stdnum.fr import nir, siret

from listening.text.masks import Rule
from listening.text.patterns import load_patterns
from listening.text.tokens import either

NEAR = 80  # characters around a number in which "exemple" is said of it

IBAN_FRENCH = r"(?i)(?<!\w)(?:FR|MC)\d\d(?:[ .-]?[A-Z0-9]){23}(?!\w)"
IBAN_OTHER = r"""(?x)
    (?<!\w) [A-Z]{2}\d\d [ .-]?[A-Z0-9]{4} (?:[ .-]?(?=[A-Z]*\d)[A-Z0-9]{4}){1,6} (?:[ .-]?\d[A-Z0-9]{0,2})? (?!\w)"""
ACCOUNT = r"(?<!\w)\d{5}[ ]\d{5}[ ][0-9A-Z]{11}[ ]\d\d(?!\w)"  # as on a French RIB
SIRET = r"""(?x)
    (?<![\w.,-]) \d{3} [ .-]?\d{3} [ .-]?\d{3} [ .-]? (?:\d{5} | \d{3}[ ]\d\d | \d[ ]\d{4}) (?!\w|[.,]\d)"""
NIR = r"""(?xi)
    (?<!\w) [12378] [ .-]? \d\d [ .-]? (?:0[1-9]|1[0-2]|[2-9]\d)
    [ .-]? (?: (?:\d\d|2[AB]) [ .-]? \d{3} | 9[78]\d [ .-]? \d\d ) [ .-]? \d{3}
    (?: [ .-]? (?: \( | cl[ée][ ] | /[ ]? )? \d\d \)? )? (?!\w)"""
CARD = r"""(?x)
    (?<![\w,]) (?: (?:[3-6]\d{3}|2[2-7]\d\d) (?:[ -]?\d{4}){3} (?:[ -]?\d{1,3})? | 3[47]\d\d [ -]?\d{6} [ -]?\d{5} )
    (?!\w)"""
PHONE = r"""(?x)
    (?<![\w+]) (?<!\d[.,-]) (?<!\b\d/) (?<!\b\d\d/) (?!\d\d[ ./-]\d\d[ ./-](?:19|20)\d\d(?!\d))
    (?: (?: (?:\+[ ]?|00[ ]?)33 \)? [ ./-]* (?:\(0\)[ ./-]*)? 0? | \(0\)[ ]? | 0 ) [1-9] (?:[ ./_-]{0,3}\d){8}
      | (?:\+[ ]?|00) [1-9] (?:[ ./()-]{0,2}\d){8,13}
      | 0[ .-][1-9] (?:[ .-]\d){8} (?![ .-]\d)
      | O[1-9] (?:[ .-]?\d\d){4}
      | [67] (?:[ .-]\d\d){4} )
    (?!\d|[A-Z](?!\w))"""


def number_rules() -> Iterator[Rule]:
    """Give the rules for numbers with check digits, then for telephones, in figures and dictated in words."""
    words = {name: either(listed) for name, listed in load_patterns("numbers").items()}
    spoken = (
        rf"(?i)(?<!\w)(?:(?:z[ée]ro|plus[\s-]+trente[\s-]+trois)[\s-]+(?:{words['digits']})|0[1-9])(?!\w)"
        rf"(?:[\s,.;-]{{1,3}}(?:et[\s-]+)?(?:{words['numbers']})(?!\w)){{4,18}}"
    )
    yield Rule(
        "IBAN", re.compile(IBAN_FRENCH), lambda match: iban.is_valid(match[0]) or not is_example(match), figures=8
    )
    yield Rule("IBAN", re.compile(IBAN_OTHER), lambda match: iban.is_valid(match[0]), figures=8)
    yield Rule("IBAN", re.compile(ACCOUNT), figures=12)
    yield Rule("SIRET", re.compile(SIRET), lambda match: siret.is_valid(_digits(match[0])), figures=14)
    yield Rule("NIR", re.compile(NIR), lambda match: nir.is_valid(match[0]) or _is_grouped(match), figures=12)
    yield Rule(
        "CARTE", re.compile(CARD), lambda match: luhn.is_valid(_digits(match[0])) or _is_grouped(match), figures=14
    )
    yield Rule("TÉLÉPHONE", re.compile(PHONE), _is_phone, figures=9)
    yield Rule("TÉLÉPHONE", re.compile(spoken))


def _is_grouped(match: re.Match[str]) -> bool:
    """Whether it is written in groups as such numbers are: enough, even mistyped, unless it is a mere example."""
    return not match[0].isalnum() and not is_example(match)


def _is_phone(match: re.Match[str]) -> bool:
    """Possible is enough: numbers kept for fiction, or not yet given out, are no valid ones."""
    before, after = match.string[: match.start()][-2:], match.string[match.end() :][:2]
    goes_on = re.search(r"\d[ .-]$", before) or re.match(r"[ .-]\d", after)
    if goes_on and is_example(match):  # a passage of a longer number that is nobody's
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(match[0].replace("O", "0"), "FR"))
    except phonenumbers.NumberParseException:
        return False


def is_example(match: re.Match[str]) -> bool:
    """Whether the words around a number say that it is nobody's."""
    around = match.string[max(0, match.start() - NEAR) : match.end() + NEAR]
    return bool(_examples().search(around))


@cache
def _examples() -> re.Pattern[str]:
    return re.compile(rf"(?i)(?<!\w)(?:{either(load_patterns('numbers')['examples'])})(?!\w)")


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
