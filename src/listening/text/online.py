"""Links, handles, e-mail and network addresses that lead to a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from ipaddress import AddressValueError, IPv6Address

from listening.text.masks import Rule
from listening.text.patterns import load_patterns
from listening.text.tokens import either, flat

NEAR = 40  # characters before a number in which a word may say what it is

INSIDE = r"""[^\s<>«»"\[\]]"""
LAST = r"""[^\s<>«»"\[\].,;:!?…)'\u2019]"""
HANDLE = r"""(?xi)
    (?<![\w@.+-]) @ (?! \d+ (?:[.,]\d+)? (?:h\d*|[€%])? (?!\w) )  # "@ 5 €", "@14h"
    \w+ (?:[.-]\w+)* (?:@\w+(?:[.-]\w+)+)?"""
MEMBER = r"(?<![\w/.])u/[\w-]{3,}"  # on Reddit
SHAPED = r"(?:(?=[\w.-]{0,30}[\d_])[^\W\d][\w.-]{3,}\w|[A-ZÀ-Þ]\w+(?:-\w+)*-[\dA-ZÀ-Þ]\w*)"  # unlike a word
UNDERSCORED = (  # "lulu_pastel29", and neither "ERR_TIMEOUT" nor "photo_12.jpg"
    r"(?<![\w/.@#-])(?=[A-ZÀ-Þ\d_]{0,30}[a-zà-ÿ])(?=[^\W\d]{0,60}\d)"
    r"[^\W_]{2,30}(?:_{1,2}[^\W_]{1,30}){1,5}(?![\w/@-]|\.\w)"
    r"|(?<![\w/.@#-])[^\W\d_]\w{2,30}#\d{4}(?!\w)|(?<![\w/.@#-])[A-ZÀ-Þ][a-zà-ÿ]+(?:_[A-ZÀ-Þ][a-zà-ÿ]+)+(?![\w/@-]|\.\w)"
)
EMAIL = r"""(?xi)
    (?<![\w.+%-]) [\w.+%-]*\w
    (?: @ \w[\w-]* (?:\.[\w-]*\w)*
      | \s?[(\[{]\s?(?:@|at|arobase?|chez)\s?[)\]}]\s? \w[\w-]*
        (?: (?:\. | \s?[(\[{]\s?(?:point|dot|\.)\s?[)\]}]\s? | \s(?:point|dot)\s) [\w-]*\w )+
      | (?: \ @\  | \s(?:arobase?|at)\s ) [\w-]+ (?:\.[\w-]+)* (?:\.|\s(?:point|dot)\s) [a-z]{2,6}\b )"""
SPOKEN_EMAIL = r"""(?xi)
    (?<![\w.+%-]) (?:[\w.+%-]+\s(?:point|dot|tiret|underscore)\s){1,4} \w+ \s(?:arobase?|at|@)\s
    \w+ (?:\s?(?:\.|point|dot|tiret)\s?\w+){0,2} \s?(?:\.|point|dot)\s? [a-z]{2,6}\b"""
AT = re.compile(r"(?i)@|arobas|\bat\b|\bchez\b")
OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
IPV4 = rf"(?<![\w.,-])(?:{OCTET}\.){{3}}{OCTET}(?!\w|[.,-]\d)"
IPV6 = r"(?i)(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){1,6}:[0-9a-f]{1,4}(?!\w|:\w)"


def online_rules() -> Iterator[Rule]:
    """Give the rules for what one is called on a network, links first: they may hold the others."""
    words = load_patterns("online")
    ends, blogs = either(words["ends"]), either(words["blogs"])
    link = (
        rf"(?<![\w@])(?:(?:https?|ftp)://|www\.){INSIDE}*{LAST}"
        rf"|(?<![\w@.+-])(?:[\w-]+\.)+(?:{ends})[/?]{INSIDE}*{LAST}"
        rf"|(?<![\w@.+-])(?!www\.)[\w-]+\.(?:{blogs})(?![\w-])"
    )
    yield Rule("LIEN", re.compile(link, re.IGNORECASE), _identifies, clue=re.compile(r"\w\.\w|://"))
    pseudonym, network = (rf"(?<!\w)(?i:{either(words[name])})(?!\w)" for name in ("pseudonyms", "networks"))
    yield Rule(
        "PSEUDO", re.compile(HANDLE), lambda match: flat(match[0][1:]) not in words["everybody"], clue=re.compile("@")
    )
    yield Rule("PSEUDO", re.compile(MEMBER), clue=re.compile("u/"))
    nickname = (
        rf"(?:[\s:«\"(](?={SHAPED})|[:=«\"]\s*(?=\w[\w.-]{{2,}}\s*(?:[,.;)»\"!\n]|$))|c'est\s+(?=[A-ZÀ-Þ]))"
        r"(?P<code>\w[\w.-]*\w)"
    )
    account = rf"(?:[:=(«]|c'est)\s*(?P<code>(?:{SHAPED}|[a-z]+\.[a-z]+)(?!\w))"
    yield Rule("PSEUDO", re.compile(rf"{pseudonym}[^.!?;\n\[\]]{{0,30}}?{nickname}"))
    yield Rule("PSEUDO", re.compile(rf"{network}[^.!?;\n\[\]]{{0,10}}?{account}"))
    yield Rule("E-MAIL", re.compile(SPOKEN_EMAIL), clue=AT)
    yield Rule("E-MAIL", re.compile(EMAIL), clue=AT)
    yield Rule("PSEUDO", re.compile(UNDERSCORED), clue=re.compile(r"_|\w#\d"))
    yield Rule("IP", re.compile(IPV4), lambda match: not _is_version(match), figures=4)
    yield Rule("IP", re.compile(IPV6), _is_ipv6, figures=1, clue=re.compile(":[0-9a-fA-F:]"))


def _identifies(match: re.Match[str]) -> bool:
    """Whether the link says more than the name of a site, or of a page that all sites have."""
    address = re.sub(r"^(?:https?|ftp)://", "", flat(match[0]))
    host, *path = address.split("/")
    if _references().fullmatch(host) and not re.search(r"[?=@]", address):
        return False
    pages = {re.sub(r"\.(?:html?|php|aspx?)$", "", step) for step in path if step}
    known = pages <= set(load_patterns("online")["pages"])
    return bool(_blogs().fullmatch(host)) or not re.fullmatch(r"[\w.:-]+", host) or not known


def _is_version(match: re.Match[str]) -> bool:
    return bool(_versions().search(match.string[max(0, match.start() - NEAR) : match.start()]))


def _is_ipv6(match: re.Match[str]) -> bool:
    """Whether it is an address, and no time of day, emoticon or word."""
    groups = [group for group in match[0].split(":") if group]
    try:
        IPv6Address(match[0])
    except AddressValueError:
        return False
    return len(groups) > 1 and any(character.isdigit() for character in match[0])


@cache
def _references() -> re.Pattern[str]:
    return re.compile(rf"(?:[\w-]+\.)*(?:{either(load_patterns('online')['references'])})")


@cache
def _blogs() -> re.Pattern[str]:
    return re.compile(rf"(?!www\.)[\w-]+\.(?:{either(load_patterns('online')['blogs'])})")


@cache
def _versions() -> re.Pattern[str]:
    """Give the pattern of what comes before a version: "version", "firmware de la box", "la"."""
    words = either(load_patterns("online")["versions"])
    between = r"(?:\s+(?!(?:\w')?ip(?:v[46])?\b)[\w']+){0,3}"
    return re.compile(rf"(?i)(?<!\w)(?:(?:{words})\.?{between}\s*[:«(]?\s*|la\s+)$")
