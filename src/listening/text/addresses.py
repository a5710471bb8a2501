"""Where somebody lives: a number and a street, what leads to them, the postcode and its town."""

from __future__ import annotations

import re
from collections.abc import Iterator

from listening.text.masks import Rule
from listening.text.patterns import load_patterns
from listening.text.tokens import either

CAPITAL = r"(?:[A-ZÀ-ÖØ-ÞŒ]\.|[A-ZÀ-ÖØ-ÞŒ][\w'-]*\w)"
FOUND = re.compile(r"\[ADRESSE\]")
DAY = r"\d{1,2}(?:er|e|ème)?[\s-]\w+(?:[\s-]\d{4})?"  # "rue du 8 mai 1945"


def address_rules() -> Iterator[Rule]:
    """Give the rules for streets with a number, for places that only a postcode makes an address, for what goes on.

    A town alone stays, and so does a street alone.
    """
    words = {name: f"(?i:{either(listed)})" for name, listed in load_patterns("addresses").items()}
    particle = rf"(?:{words['particles']}(?:\s+|(?<=')))"
    named = (
        rf"(?:{particle}|{words['titles']}\.?\s)*(?:{DAY}|{CAPITAL})"
        rf"(?:(?:[ -]|(?<=\.))(?:{particle}|{words['titles']}\.?\s)*{CAPITAL}){{0,4}}"
    )
    word = rf"(?!{words['after_street']}\b)[^\W\d_][\w'-]{{2,}}"
    ends = rf"(?=\s*,?\s*(?:\d{{5}}|{words['doors']}\b))"
    more = rf"(?:\s(?:(?i:aux)\s{word}|{word}{ends}))?"
    small = rf"(?:{particle}+(?:{words['titles']}\.?\s+)*{word}{more}|{word}(?:\s{word})?)"
    called = rf"(?:\s+{particle}*(?:{CAPITAL}|[A-Z]|(?:n°\s?)?\d{{1,4}}[A-Z]?)(?!\w)){{1,4}}"
    phrase = rf"(?:(?i:l[ea]s?[ ]|l'))?{CAPITAL}(?:[ -]{particle}*{CAPITAL}){{0,3}}"
    site = rf"(?:{words['sites']}\.?{called}|{words['centres']})"
    floor = (
        r"\d{1,2}\s?(?:er|e|è|ème|eme)\s(?i:étage|et\.|ét\.?)(?:\s(?i:gauche|droite|face)\b)?"
        r"|\d{1,2}(?:er|e|ème)\s(?i:à\s)?(?i:gauche|droite|dr|g)\b\.?|(?i:rdc|rez-de-chaussée)\b"
    )
    part = (
        rf"(?:{words['doors']}\.?\s*(?:n°\s?)?(?:[A-Z]\d{{0,3}}|\d{{1,4}}[A-Za-z]?\d{{0,2}}|(?i:gauche|droite|face))(?!\w)"
        rf"|{floor}|{words['sides']}\s[^\W\d_]+|{words['bells']}\s{CAPITAL})"
    )
    door = rf"(?:\s*,?\s*{part}){{0,3}}"
    again = r"(?:\s?(?i:bis|ter|quater)\b|\s?[A-D]\b)?"
    number = (
        rf"(?:(?:n°|numéro)\s?)?\d{{1,4}}[lI]?{again}(?:(?:[-/]|\sà\s|\set\s)\d{{1,4}}{again})?"
        r"\s*,?\s*(?:de\s(?:la|l')\s?)?"
    )
    town = (
        rf"(?:(?i:l[ea]s?|sainte?|ste?)[ -])?{CAPITAL}(?:[ ](?:{words['town_links']}[ ])+{CAPITAL})?"
        r"(?:[ ](?i:cedex)(?:[ ]\d{1,2})?|[ ]\d{1,2}(?:er|e|ème)(?!\w))?"
    )
    small_town = rf"(?!{words['after_town']}(?!\w))[^\W\d_][\w'-]{{2,}}"
    postcode = r"\s*[,;-]?\s*\(?(?:[FL]-)?\d{5}\)?(?!\d)"
    there = rf"{postcode}[ ](?:-[ ])?{town}"
    then = rf"(?:{postcode}(?:[ ](?:-[ ])?(?:{town}|{small_town}))?)?"
    street = (
        rf"(?:{words['streets']}\.?\s+(?:{named}|{small})"
        rf"|{words['sizes']}['\s-]{words['streets']}\b(?:\s+{named})?"
        rf"|{words['places']}\.?\s+(?:{named}|{particle}+{word}(?:\s{word})?(?={postcode})))"
    )
    yield _rule(rf"(?:(?<![\w'-]){site}\s*[,-]\s*){{0,3}}(?<![\w,.+-]){number}{street}{door}{then}")
    alone = rf"(?:{site}|{words['streets']}\.?\s+{named}|{words['places']}\.?\s+{named})"
    article = rf"(?:(?i:l[ea][ ]|l')(?={words['farms']}))?"
    yield _rule(rf"(?<![\w'-]){article}{alone}{door}(?:\s*,\s*{phrase}){{0,2}}{there}", figures=5)
    yield _rule(rf"(?<![\w,.+-]){number}{words['homes']}\s+{particle}+{word}{door}{then}")
    yield _rule(rf"(?<![\w,.+-]){number}(?:{phrase}|{words['ways']})(?:\s\d{{1,4}})?{door}{there}", figures=6)
    turned = rf"(?:{words['streets']}|{words['places']})\.?\s+{named},?\s+"  # as in Belgium
    abroad = rf"\s*,?\s*(?:à\s)?(?:(?:B|CH|L|F)-?\s?)?\d{{4,5}}[ ]{town}"
    house = r"\d{1,4}(?:/\d{1,4})?[a-zA-Z]?"
    yield _rule(
        rf"(?<![\w'-]){turned}(?:(?:n°\s?)?{house}{door}{abroad}|(?:au\s+)?(?:n°\s?|numéro\s)\d{{1,4}}(?!\w))"
        rf"|(?<!\w)[A-Z]\w+{words['germanic']}\.?\s{house}(?:{abroad})?"
    )
    spelt = (
        rf"(?<![\w'-]){_number_in_words()}[ ](?:(?:bis|ter)[ ])?(?:de\s(?:la|l')\s?)?{words['streets']}[ ]"
        rf"(?:{named}|{small}){door}{then}"
    )
    lieu_dit = rf"(?<![\w'-])(?i:lieu[- ]?dit)\s+[«\"]?{named}{then}"
    yield _rule(f"{spelt}|{lieu_dit}", figures=0)
    lived = rf"(?<![\w'\[-]){words['dwelling']}(?!\w)[^\d.;!?\n]{{0,30}}?(?<!\w)"
    hamlet = rf"{CAPITAL}(?:[ ]{CAPITAL}){{0,3}}{there}"
    yield _rule(rf"{lived}(?P<code>{number}{words['places']}\s+{small}{door}{then}|{hamlet})")
    sent = rf"(?<![\w'\[-]){words['sendings']}\s*:\s*"
    yield _rule(rf"{sent}(?P<code>(?:[^\W\d_][\w'-]*[ ,]+){{1,5}}\d{{5}}[ ](?:{town}|{small_town}))", figures=5)
    flat = rf"{words['flats']}\.?\s*(?:n°\s?)?(?:[A-Z]\d{{0,3}}|\d{{1,4}}[A-Za-z]?)(?!\w)"
    yield _rule(
        rf"(?<![\w'-])(?:(?:(?:{site}|{part})\s*[,-]?\s*){{1,3}}{flat}(?:\s*,?\s*{part}){{0,2}}"
        rf"|(?:{flat}|{site}\s*,?\s*{part})(?:\s*,?\s*{part}){{1,3}}"
        rf"|{words['boxes']}[ ]?\d{{1,5}}{there})"
    )
    led = rf"(?:{part}|{site}|{words['streets']}\.?\s+{named}(?=,)|(?:L[ea]s?[ ]|L'){phrase}|\d{{5}}[ ]{town})"
    yield _beside(rf"(?<![\w'-])(?>(?>{led})\s*[,;–-]?\s*){{1,5}}\[ADRESSE\]")
    abroad = rf"{CAPITAL}(?:\s\((?i:qu[ée]bec|qc)\))?[ ,]*[A-Z]\d[A-Z]\s?\d[A-Z]\d(?!\w)"  # in Canada
    district = rf"{CAPITAL}\s(?:\d{{1,2}}|[XVI]+)(?:er|e|ème)(?!\w)"
    yield _beside(
        rf"\[ADRESSE\](?:(?:\s*[,;(–-]?\s*(?:{part}|{site}))+\)?(?:{there})?"
        rf"|(?:\s*,\s*{phrase}){{0,2}}{there}|\s*,?\s*(?:à\s)?{town}[ ,]*\(?(?<!\d)\d{{5}}(?!\d)\)?"
        rf"|\s*,?\s*(?:à\s)?(?:(?:[A-Z]{{1,2}}-)?\d{{4}}|\d\d)\s(?!(?:€|h)){town}|\s*,?\s*{abroad}|\s*,\s*{district})"
    )


def _number_in_words() -> str:
    """Give the pattern of "douze", "vingt-quatre", "quatre-vingt-dix"."""
    one = rf"(?i:{either(load_patterns('numbers')['numbers'])})"
    return rf"(?!(?i:une?|zéro)\s){one}(?:[ -](?:et[ -])?{one}){{0,3}}"


def _beside(pattern: str) -> Rule:
    """Give the rule for what goes on before or after an address that was found."""
    return Rule("ADRESSE", re.compile(pattern), clue=FOUND)


def _rule(pattern: str, *, figures: int = 1) -> Rule:
    return Rule("ADRESSE", re.compile(pattern), figures=figures)
