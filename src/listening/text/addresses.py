"""Where somebody lives: a number and a street, what leads to them, the postcode and its town."""

from __future__ import annotations

import re
from collections.abc import Iterator

from listening.text.masks import Rule
from listening.text.patterns import load_patterns
from listening.text.tokens import either

CAPITAL = r"(?:[A-ZÀ-ÖØ-ÞŒ]\.|[A-ZÀ-ÖØ-ÞŒ][\w'-]*\w)"
DAY = r"\d{1,2}(?:er)?[\s-]\w+(?:[\s-]\d{4})?"  # "rue du 8 mai 1945"


def address_rules() -> Iterator[Rule]:
    """Give the rules for streets with a number, then for places that only a postcode makes an address.

    A town alone stays, and so does a street alone.
    """
    words = {name: f"(?i:{either(listed)})" for name, listed in load_patterns("addresses").items()}
    particle = rf"(?:{words['particles']}(?:\s+|(?<=')))"
    named = rf"{particle}*(?:{DAY}|{CAPITAL})(?:[ -]{particle}*{CAPITAL}){{0,4}}"
    word = rf"(?!{words['after_street']}\b)[^\W\d_][\w'-]{{2,}}"
    small = rf"(?:{particle}+(?:{words['titles']}\s+)*{word}|{word}(?:\s{word})?)"
    called = rf"(?:\s+{particle}*(?:{CAPITAL}|[A-Z]|\d{{1,4}}[A-Z]?)(?!\w)){{1,4}}"
    site = rf"(?:{words['sites']}\.?{called}|{words['centres']})"
    floor = r"\d{1,2}(?:er|e|ème|eme)\s(?i:étage)(?:\s(?i:gauche|droite|face))?"
    part = rf"(?:{words['doors']}\.?\s*(?:[A-Z]|\d{{1,4}}[A-Za-z]?|gauche|droite|face)(?!\w)|{floor})"
    door = rf"(?:\s*,?\s*{part}){{0,3}}"
    number = r"\d{1,4}(?:[-/]\d{1,4})?(?:\s?(?i:bis|ter|quater)\b|\s?[A-D]\b)?\s*,?\s*(?:de\s(?:la|l')\s?)?"
    street = (
        rf"(?:{words['streets']}\.?\s+(?:{named}|{small})"
        rf"|{words['sizes']}['\s-]{words['streets']}\b(?:\s+{named})?"
        rf"|{words['places']}\s+{named})"
    )
    town = (
        rf"(?:(?i:l[ea]s?|sainte?|ste?)[ -])?{CAPITAL}(?:[ ](?:{words['town_links']}[ ])+{CAPITAL})?"
        r"(?:[ ](?i:cedex)(?:[ ]\d{1,2})?|[ ]\d{1,2}(?:er|e|ème)(?!\w))?"
    )
    small_town = rf"(?!{words['after_town']}(?!\w))[^\W\d_][\w'-]{{2,}}"
    postcode = r"\s*[,;-]?\s*\(?\d{5}\)?(?!\d)"
    then = rf"(?:{postcode}(?:[ ](?:-[ ])?(?:{town}|{small_town}))?)?"
    yield _rule(rf"(?:(?<![\w'-]){site}\s*[,-]\s*){{0,3}}(?<![\w,.+-]){number}{street}{door}{then}")
    alone = rf"(?:{site}|{words['streets']}\.?\s+{named}|{words['places']}\s+{named})"
    yield _rule(rf"(?<![\w'-]){alone}{door}{postcode}[ ](?:-[ ])?{town}")
    yield _rule(rf"(?<![\w,.+-]){number}{words['homes']}\s+{particle}+{word}{door}{then}")
    turned = rf"(?:{words['streets']}|{words['places']})\.?\s+{named},?\s+"  # as in Belgium
    abroad = rf"\s*,?\s*(?:à\s)?(?:(?:B|CH|L|F)-?\s?)?\d{{4,5}}[ ]{town}"
    yield _rule(
        rf"(?<![\w'-]){turned}(?:(?:n°\s?)?\d{{1,4}}[a-zA-Z]?{abroad}|(?:au\s+)?(?:n°\s?|numéro\s)\d{{1,4}}(?!\w))"
    )
    spelt = rf"(?<![\w'-]){words['numbers']}[ ](?:(?:bis|ter)[ ])?{words['streets']}[ ](?:{named}|{small}){door}{then}"
    lieu_dit = rf"(?<![\w'-])(?i:lieu[- ]?dit)\s+[«\"]?{named}{then}"
    yield _rule(f"{spelt}|{lieu_dit}", figures=0)
    lived = rf"(?<![\w'-]){words['dwelling']}(?!\w)[^\d.;!?\n]{{0,30}}?(?<!\w)"
    hamlet = rf"{CAPITAL}(?:[ ]{CAPITAL}){{0,3}}{postcode}[ ]{town}"
    yield _rule(rf"{lived}(?P<code>{number}{words['places']}\s+{small}{door}{then}|{hamlet})")
    flat = rf"{words['flats']}\.?\s*(?:n°\s?)?(?:[A-Z]\d{{0,3}}|\d{{1,4}}[A-Za-z]?)(?!\w)"
    yield _rule(
        rf"(?<![\w'-])(?:(?:(?:{site}|{part})\s*[,-]?\s*){{1,3}}{flat}(?:\s*,?\s*{part}){{0,2}}"
        rf"|(?:{flat}|{site}\s*,?\s*{part})(?:\s*,?\s*{part}){{1,3}}"
        rf"|{words['boxes']}[ ]?\d{{1,5}}{postcode}[ ](?:-[ ])?{town})"
    )


def _rule(pattern: str, *, figures: int = 1) -> Rule:
    return Rule("ADRESSE", re.compile(pattern), figures=figures)
