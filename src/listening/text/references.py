"""Numbers of a person's business: an order, a file, a contract, a parcel, a customer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, partial

from listening.text.codes import WIDE, is_common, is_owned
from listening.text.masks import Rule
from listening.text.numbers import is_example
from listening.text.patterns import load_patterns
from listening.text.tokens import either

MARKED, UNMARKED, ALONE = 4, 5, 6  # digits of a reference: beside its word and "n°", beside one of them, beside none
CODED = 3  # beside its word, when letters lead it
WEIGHED = 0  # beside words that weigh enough
EIGHT = 8  # of a reference of nothing but figures
FIGURES = {MARKED: 2, UNMARKED: 3, CODED: 3, ALONE: ALONE, EIGHT: EIGHT, WEIGHED: 1}  # beside letters, fewer will do
NEAR = 25  # characters before a number in which a law is said

LETTERS_FIRST = r"(?<![\w@.-])(?P<code>(?:[A-Za-z]{2,10}[-_#]?|[A-Za-z][-_]?(?=\d{6}))\d[^\W_]*(?:[-_][^\W_]+)*)(?!\w)"
DIGITS_FIRST = r"(?<![\w@.,-])(?P<code>\d+[A-Z][A-Z0-9]*)(?!\w)"
JOINED = r"(?<![\w@./-])(?=[\d/_-]{0,24}[A-Z])(?P<code>[A-Z]{0,6}\d*(?:[-/_][A-Z]*\d+[A-Z]*)+)(?![\w/-]|[.,]\d)"
HYPHENED = r"(?<![\w.,/-])(?!97[89]-)(?P<code>(?=[\d-]*\d{5})\d+(?:-\d+){1,4})(?![\w/-]|[.,]\d)"
BARCODE = r"3[0-7]\d{11}(?!\d)"  # of a French article
DIGITS = rf"(?<![\w+])(?<!\d[.,/-])(?!{BARCODE})(?P<code>\d{{8,}})(?!\w|[.,]\d)"
REGISTERED = r"""(?x)
    (?<!\w) (?P<code> \d[A-Z][ ]?\d{3}[ ]?\d{3}[ ]?\d{4}[ ]?\d | [A-Z]{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}[ ]?[A-Z]{2}
      | [A-Z]{2}[ ]?\d{4}[ ]?\d{4}[ ]?[A-Z]{2} | 1Z(?:[ ]?[A-Z\d]){16}
      | [\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12} ) (?!\w)"""
ANNOUNCED = (
    r"(?:[A-Za-z]{1,6}(?:[-_/]|\+{1,2})?|[A-Z]{1,6}[ ])?\d(?:[\w/-]|\.(?=\d))*"
    r"(?:(?:[ ]\d{2,}(?!\w|[.,]\d))+(?:[ ]\d(?!\w|[.,]\d|[ ]\w))?)?"
    r"(?:[ ][A-Z]{1,2}\d{0,2}(?=\s?[,.;:)!?-]|$))?(?<=\w)(?!\w|,\d)"
)
ACRONYM = (
    r"(?<![\w@./+-])(?P<code>[A-Z]{1,5}(?:-[A-Z]{1,5})?[ ]"
    r"(?P<figures>\d{2,}(?:(?:[ ]?[/.-][ ]?|[ ])\d+)*)(?:[ ]?[A-Z]{1,2}(?!\w))?)"
    r"(?![\w/+-]|[.,]\d)"
)
AMOUNTS = re.compile(r"[1-9]\d{0,2}(?:[ .]\d{3}){1,2}")
SPACED = r"(?P<code>(?:[A-Z]{1,4}\s?[-/]\s)?\d{2,}(?:\s?[-/]\s?(?:\d{1,8}|[A-Z]{1,3}(?!\w))){2,})(?!\w)"
SPELT = r"(?i)(?<!\w)(?P<code>(?:([a-z])\scomme\s\2[^\W\d_]+[\s,.]*){1,6}\d(?:[\s,.-]{0,2}\d)*)(?!\w)"
CODE = r"(?=[A-Z\d/-]*\d)(?:[A-Z]{1,6}[-/]?)?\d[A-Z\d]*(?:[-/][A-Z\d]+)*(?![\w/-]|[.,]\d|,\d)"
NO_CODE = re.compile(  # dates, years, times, sizes
    r"\d{1,2}[/. -]\d{1,2}|[0-3]?\d[/. -][01]?\d[/. -](?:(?:19|20)\d\d|\d\d)"
    r"|(?:19|20)\d\d[/.-](?:0?[1-9]|1[0-2])(?:[/.-]\d{1,2})?"
    r"|(?:19|20)\d\d(?:[-/ ](?:19|20)\d\d)*|\d{1,2} ?[hH:](?:\d\d?)?(?!\w).*|\d+x\d+.*|(?:0|[1-9]\d{0,4})\.\d\d"
    r"|\d{1,2}[-/. ]?[^\W\d_]{3,9}\.?[-/. ]?(?:\d\d){1,2}|[1-9]\d\d\.\d{3}\.\d\d|\d{3}/\d\d[/ -]?[A-Z]{1,2}\d\d.*"
)


def reference_rules() -> Iterator[Rule]:
    """Give the rules for "numéro de ma commande : 4821", "commande n° 4821", "dossier 48213", "KB7741902"."""
    words = {name: either(listed) for name, listed in load_patterns("references").items()}
    no_unit = rf"(?![ ]?(?i:{words['units']})(?!\w))"
    code = rf"(?P<code>{ANNOUNCED})"
    gap = r"(?:(?<![^\W\d_])|(?![^\W\d_]))[\s:=(«\"#-]{0,3}"  # "n°48" and "no 48", never "normes"
    verbs = rf"{gap}(?:(?:{words['verbs']})(?:(?<=')|(?!\w))\s*[:«]?\s*){{0,3}}"
    links = rf"{gap}(?:(?:{words['links']}|{words['verbs']})(?:(?<=')|(?!\w))\s*[:«]?\s*){{0,3}}"
    noun = rf"(?:{words['references']}|{words['marked_references']})s?"
    mark = rf"(?:{words['marks']}|{words['weak_marks']})"
    yield Rule("RÉFÉRENCE", re.compile(ACRONYM + no_unit), _is_filed, figures=6)
    for least, pattern in (
        (ALONE, REGISTERED),
        (ALONE, LETTERS_FIRST),
        (MARKED, rf"(?<!\w)(?i:{mark}{links}{noun}{links}){code}"),
        (MARKED, rf"(?<!\w)(?i:{noun}{links}{mark}{links}){code}"),
        (UNMARKED, rf"(?<!\w)(?i:(?:{words['references']}|{words['marks']})s?{verbs}){code}"),
        (UNMARKED, rf"(?<!\w)(?i:(?:{words['references']})s?)[ ][A-Z]{{2,8}}[ ]{code}"),
        (CODED, rf"(?<!\w)(?i:(?:{words['coded_references']})s?){gap}(?P<code>[A-Z]{{1,6}}[-/]\d{{3,}}(?:[-/]\w+)*)"),
        (
            UNMARKED,
            rf"(?<!\w)(?i:(?:{words['references']})s?)(?:[ ][^\W\d_]+){{1,3}}[ ]?[:#(]?[ ]?(?<!\w)(?P<code>{CODE})",
        ),
        (UNMARKED, rf"(?<!\w)(?i:(?:{noun}|{mark}){links}){SPACED}"),
        (ALONE, rf"(?<!\w)(?i:(?:{words['marked_references']})s?{verbs}){code}"),
        (WEIGHED, WIDE),
        (ALONE, JOINED),
        (EIGHT, HYPHENED),
        (ALONE, DIGITS_FIRST),
        (ALONE, DIGITS),
    ):
        yield Rule("RÉFÉRENCE", re.compile(pattern + no_unit), partial(_is_code, least=least), figures=FIGURES[least])
    yield Rule("RÉFÉRENCE", re.compile(SPELT), figures=1, clue=re.compile("(?i)comme"))
    yield Rule(
        "RÉFÉRENCE",
        re.compile(rf"(?<!\w)(?i:{words['booked']}){links}(?P<code>(?=\d*[A-Z])[A-Z\d]{{6}}|[a-z]{{6}})(?!\w)"),
        _is_spelt,
    )
    figure = either(set(load_patterns("numbers")["numbers"]) - {"cent", "cents", "mille"})
    dictated = (
        rf"(?P<code>(?:{figure})(?!\w)(?:[\s,-]{{1,2}}(?:et[\s-])?(?:{figure})(?!\w)){{4,}})(?!\s(?:cents?|mille)\b)"
    )
    yield Rule("RÉFÉRENCE", re.compile(rf"(?i)(?<!\w)(?:{noun}|{mark})[^\d.;!?\n]{{0,25}}?(?<!\w){dictated}{no_unit}"))


def _is_code(match: re.Match[str], *, least: int) -> bool:
    code = match["code"]
    digits = sum(character.isdigit() for character in code)
    mixed = code.isupper() and digits >= (2 if least == MARKED else 3) and len(code) > least and least < ALONE
    if _laws().search(match.string[max(0, match.start() - NEAR) : match.start()]) or is_common(match):
        return False
    if least == WEIGHED and not is_owned(match):
        return False
    return (digits >= least or mixed) and not NO_CODE.fullmatch(re.sub(r"^[A-Za-z]+[-_ ]?", "", code))


def _is_spelt(match: re.Match[str]) -> bool:
    """Whether six capitals are those of a booking, and no word that one shouts: they have next to no vowel."""
    code = match["code"]
    return len(re.findall("[AEIOUYaeiouy]", code)) < 1 + code.isupper()


def _is_filed(match: re.Match[str]) -> bool:
    """Whether the figures after an acronym are those of a file: many, or some that begin with a zero."""
    figures = match["figures"]
    digits = sum(character.isdigit() for character in figures)
    zero = re.search(r"(?<!\d)0\d", figures)
    if NO_CODE.fullmatch(figures) or AMOUNTS.fullmatch(figures) or is_common(match) or is_example(match):
        return False
    return digits > 7 or (digits > 5 and bool(zero))


@cache
def _laws() -> re.Pattern[str]:
    return re.compile(rf"(?i)(?<!\w)(?:{either(load_patterns('references')['laws'])})\s*$")
