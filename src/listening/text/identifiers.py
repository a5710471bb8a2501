"""Numbers and addresses that lead to a person, found by their form and confirmed by their check digits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial

import phonenumbers
from stdnum import iban, luhn
from stdnum.fr import nir

from listening.text.patterns import load_patterns
from listening.text.tokens import either

MARKED, UNMARKED, ALONE = 4, 5, 6  # digits of a reference: beside its word and "n°", beside one of them, beside none

EMAIL = r"""(?xi)
    (?<![\w.+%-]) [\w.+%-]*\w
    (?: (?: @ | \s?[(\[{]\s?(?:@|at|arobase?|chez)\s?[)\]}]\s? ) \w[\w-]*(?:\.[\w-]*\w)*
      | (?: \ @\  | \s(?:arobase?|at)\s ) [\w-]+ (?:\.[\w-]+)* (?:\.|\s(?:point|dot)\s) [a-z]{2,6}\b )"""
IBAN_FRENCH = r"(?i)(?<!\w)(?:FR|MC)\d\d(?:[ .-]?[A-Z0-9]){23}(?!\w)"
IBAN_OTHER = r"""(?x)
    (?<!\w) [A-Z]{2}\d\d \ ?[A-Z0-9]{4} (?:\ ?(?=[A-Z]*\d)[A-Z0-9]{4}){1,6} (?:\ ?\d[A-Z0-9]{0,2})? (?!\w)"""
NIR = r"""(?xi)
    (?<!\w) [12378] [ .-]? \d\d [ .-]? (?:0[1-9]|1[0-2]|[2-9]\d) [ .-]? (?:\d\d|2[AB])
    [ .-]? \d{3} [ .-]? \d{3} (?:[ .-]? \d\d)? (?!\w)"""
CARD = r"""(?x)
    (?<![\w,]) (?: (?:[3-6]\d{3}|2[2-7]\d\d) (?:[ -]?\d{4}){3} (?:[ -]?\d{1,3})? | 3[47]\d\d [ -]?\d{6} [ -]?\d{5} )
    (?!\w)"""
PHONE = r"""(?x)
    (?<![\w+]) (?<!\d[.,-]) (?<!\b\d/) (?<!\b\d\d/) (?!\d\d[ ./-]\d\d[ ./-](?:19|20)\d\d(?!\d))
    (?: (?: (?:\+[ ]?|00)33 [ ./-]* (?:\(0\)[ ./-]*)? 0? | \(0\)[ ]? | 0 ) [1-9] (?:[ ./_-]{0,3}\d){8}
      | (?:\+[ ]?|00) [1-9] (?:[ ./()-]{0,2}\d){8,13}
      | [67] (?:[ .-]\d\d){4} )
    (?!\d)"""
PLATE = r"(?<![\w-])[A-HJ-NP-TV-Z]{2}-\d{3}-[A-HJ-NP-TV-Z]{2}(?![\w-])"
LETTERS_FIRST = r"(?<![\w@.-])(?P<code>(?:[A-Za-z]{2,10}[-_]?|[A-Za-z][-_]?(?=\d{6}))\d[^\W_]*(?:[-_][^\W_]+)*)(?!\w)"
DIGITS_FIRST = r"(?<![\w@.,-])(?P<code>\d+[A-Z][A-Z0-9]*)(?!\w)"
DIGITS = r"(?<![\w+])(?<!\d[.,/-])(?P<code>\d{8,})(?!\w|[.,]\d)"
ANNOUNCED = r"(?:[A-Za-z]{1,6}[-_/]?|[A-Z]{1,6}[ ])?\d(?:[\w/-]|\.(?=\d))*(?:[ ]\d{2,}(?!\w|[.,]\d))*(?<=\w)(?!\w|,\d)"
NO_CODE = re.compile(  # dates, years, times, sizes
    r"\d{1,2}[/. -]\d{1,2}(?:[/. -](?:\d\d)?\d\d)?|(?:19|20)\d\d[/.-](?:0?[1-9]|1[0-2])(?:[/.-]\d{1,2})?"
    r"|(?:19|20)\d\d(?:[-/ ](?:19|20)\d\d)*|\d{1,2} ?[hH:].*|\d+x\d+.*"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What to look for, what it is called, and what confirms it; the group `code`, if any, is what to mask."""

    kind: str
    pattern: re.Pattern[str]
    confirm: Callable[[re.Match[str]], bool] = bool


def mask_identifiers(text: str) -> tuple[str, Counter[str]]:
    """Give the text with a marker for every number and address that leads to a person, and how many of each kind.

    >>> mask_identifiers("14 rue des Tanneurs, 29200 Brest : commande n° 48213377, 150 €")
    ('[ADRESSE] Brest : commande n° [RÉFÉRENCE], 150 €', Counter({'ADRESSE': 1, 'RÉFÉRENCE': 1}))
    """
    counts: Counter[str] = Counter()
    for rule in _rules():
        text = rule.pattern.sub(partial(_mask, rule, counts), text)
    return text, counts


def _mask(rule: Rule, counts: Counter[str], match: re.Match[str]) -> str:
    if not rule.confirm(match):
        return match[0]
    counts[rule.kind] += 1
    start, stop = match.span("code" if "code" in match.re.groupindex else 0)
    return f"{match.string[match.start() : start]}[{rule.kind}]{match.string[stop : match.end()]}"


@cache
def _rules() -> tuple[Rule, ...]:
    """Give the rules in order: each reads what the ones before it left."""
    words = {name: either(listed) for name, listed in load_patterns("identifiers").items()}
    return (
        Rule("E-MAIL", re.compile(EMAIL)),
        Rule("IBAN", re.compile(IBAN_FRENCH)),
        Rule("IBAN", re.compile(IBAN_OTHER), lambda match: iban.is_valid(match[0])),
        Rule("NIR", re.compile(NIR), lambda match: nir.is_valid(match[0]) or not match[0].isalnum()),
        Rule("CARTE", re.compile(CARD), lambda match: luhn.is_valid(_digits(match[0])) or not match[0].isdigit()),
        Rule("TÉLÉPHONE", re.compile(PHONE), _is_phone),
        Rule("ADRESSE", re.compile(_address(words))),
        *_references(words),
    )


def _references(words: dict[str, str]) -> Iterable[Rule]:
    """Give the rules for "numéro de ma commande : 4821", "commande n° 4821", "dossier 48213", "KB7741902"."""
    no_unit = rf"(?![ ]?(?i:{words['units']})(?!\w))"
    code = rf"(?P<code>{ANNOUNCED})"
    gap = r"[\s:=(«\"#-]{0,3}"
    verbs = rf"{gap}(?:(?:{words['verbs']})(?:(?<=')|(?!\w))\s*[:«]?\s*){{0,3}}"
    links = rf"{gap}(?:(?:{words['links']}|{words['verbs']})(?:(?<=')|(?!\w))\s*[:«]?\s*){{0,3}}"
    noun = rf"(?:{words['references']}|{words['marked_references']})s?"
    mark = rf"(?:{words['marks']}|{words['weak_marks']})"
    for least, pattern in (
        (ALONE, LETTERS_FIRST),
        (MARKED, rf"(?<!\w)(?i:{mark}{links}{noun}{links}){code}"),
        (MARKED, rf"(?<!\w)(?i:{noun}{links}{mark}{links}){code}"),
        (UNMARKED, rf"(?<!\w)(?i:(?:{words['references']}|{words['marks']})s?{verbs}){code}"),
        (ALONE, DIGITS_FIRST),
        (ALONE, DIGITS),
    ):
        yield Rule("RÉFÉRENCE", re.compile(pattern + no_unit), partial(_is_code, least=least))
    yield Rule("RÉFÉRENCE", re.compile(PLATE))


def _address(words: dict[str, str]) -> str:
    """Give the pattern of a number, a kind of street, its name and the postcode; the town may stay."""
    particle = rf"(?:(?i:{words['street_particles']})(?:\s+|(?<=')))"
    capital = r"(?:[A-ZÀ-ÖØ-ÞŒ]\.|[A-ZÀ-ÖØ-ÞŒ][\w'-]*\w)"
    day = r"\d{1,2}(?:er)?\s\w+(?:\s\d{4})?"  # "rue du 8 mai 1945"
    named = rf"{particle}*(?:{day}|{capital})(?:[ -]{particle}*{capital}){{0,4}}"
    word = rf"(?!(?i:{words['after_street']})\b)[^\W\d_][\w'-]{{2,}}"
    small = rf"(?:{particle}+(?:(?i:{words['street_titles']})\s+)*{word}|{word}(?:\s{word})?)"
    return rf"""(?x)
        (?<![\w,.+-]) \d{{1,4}} (?:\s?(?i:bis|ter|quater)\b|\s?[A-D]\b)? \s*,?\s* (?:de\s(?:la|l')\s?)?
        (?: (?i:{words["streets"]})\.?\s+ (?:{named}|{small})
          | (?i:{words["places"]})\s+ {named} )
        (?:\s*[,;-]?\s*\d{{5}}(?!\d))?"""


def _is_phone(match: re.Match[str]) -> bool:
    """Possible is enough: numbers kept for fiction, or not yet given out, are no valid ones."""
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(match[0], "FR"))
    except phonenumbers.NumberParseException:
        return False


def _is_code(match: re.Match[str], *, least: int) -> bool:
    code = match["code"]
    digits = len(_digits(code))
    mixed = least == MARKED and digits > 1 and len(code) > MARKED and code.isupper()
    return (digits >= least or mixed) and not NO_CODE.fullmatch(re.sub(r"^[A-Za-z]+[-_ ]?", "", code))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
