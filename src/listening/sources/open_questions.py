"""What readers of surveys with several open questions share: which ones, their wording, a verbatim for each answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from html import unescape
from typing import Annotated, Any

from pydantic import BeforeValidator

from listening.errors import FormatError
from listening.records import Verbatim, content_id
from listening.sources.brands import fold
from listening.sources.cells import NUMBER
from listening.sources.columns import Closed, Columns
from listening.sources.rows import Row

JOINT = " ; "  # between the choices of one answer
LONGEST_NAME = 100  # characters of a column in an external id; a longer one stands there as its hash
TAGS = re.compile(r"</?[a-zA-Z][^<>]*>")
EMPHASIS = re.compile(r"(?<!\w)([*_]{1,3})(\S(?:.*?\S)?)\1(?!\w)")
LONE_NUMBER = re.compile(r"(?<![\d.,])\d+(?:[.,]\d+)?(?![\d.,])", re.ASCII)
STARS = "★⭐"
PERSONAL = re.compile(
    r"(?:(?:quel(?:le)? est|indiquez|saisissez|entrez|laissez|what is|what s|(?:please )?enter) )?"
    r"(?:(?:votre|vos|your|l|le|la|the) )?"
    r"(?:e ?mail|(?:adresse )?(?:e ?mail|mail|electronique)|e ?mail address|courriel|adresse (?:de )?courriel"
    r"|adresse ip|ip|ip ?address|ipaddr|(?:numero de )?(?:telephone|portable|mobile)|(?:phone|mobile)(?: number)?"
    r"|prenom|nom|nom de famille|nom (?:et )?prenom|prenom (?:et )?nom|nom d utilisateur|(?:first|last|full|user) ?name"
    r"|surname|network id|adresse postale|postal address)"
    r"(?: du repondant| facultatif| optionnel| optional)?"
)
NO_ANSWER = re.compile(
    r"nsp(?: refus)?|(?:je )?ne (?:sait|sais) pas(?: refus)?|ne se prononce pas|refus|(?:sans|pas d) (?:opinion|objet)"
    r"|(?:sans|pas de) reponse|(?:non|pas) concernee?|non applicable|na|n a|nr|prefere ne pas repondre|don t know"
    r"|do not know|dk|no (?:answer|opinion)|not applicable|refused|prefer not to say"
)
SATISFACTION = {
    "5": ("tres satisfait", "very satisfied", "extremely satisfied", "extremement satisfait"),
    "4": ("satisfait", "plutot satisfait", "satisfied", "somewhat satisfied"),
    "3": ("ni satisfait ni insatisfait", "neither satisfied nor dissatisfied", "neutre", "neutral"),
    "2": ("insatisfait", "plutot insatisfait", "plutot pas satisfait", "dissatisfied", "somewhat dissatisfied"),
    "1": ("tres insatisfait", "pas du tout satisfait", "very dissatisfied", "extremely dissatisfied"),
}
SATISFIED = {words: score for score, all_words in SATISFACTION.items() for words in all_words}


def _by_column(given: Any) -> Any:
    """Take a list of columns, or columns without wording, for columns whose wording the file gives."""
    if isinstance(given, (list, tuple)) and all(isinstance(column, str) for column in given):
        return dict.fromkeys(given, "")
    if isinstance(given, dict):
        return {column: "" if wording is None else wording for column, wording in given.items()}
    return given


Questions = Annotated[dict[str, str], BeforeValidator(_by_column)]
"""Column → wording, '' for that of the file; a list of columns is read as such a mapping."""


class Respondent(Closed):
    """What the verbatims of one respondent have in common."""

    source: str
    created_at: datetime | None


def answers(row: Row, questions: Mapping[str, str], identity: str, respondent: Respondent) -> list[Verbatim]:
    """Give a verbatim for each question answered, whose external id is ``{id}:{column}``."""
    return [
        Verbatim(
            channel="survey",
            external_id=f"{identity}:{column if len(column) <= LONGEST_NAME else content_id(column)}",
            text=row.cells[column],
            question=question,
            **respondent,
        )
        for column, question in questions.items()
        if row.cells[column].strip()
    ]


def asked(questions: Mapping[str, str], found: Mapping[str, str], wording: Mapping[str, str]) -> dict[str, str]:
    """Give the wording of each question: that of the configuration, else that of the file, else its column."""
    return {column: given or wording.get(found[column]) or column for column, given in questions.items()}


def wording_of(heading: str) -> str:
    """Give a heading as people read it: no tags, no marks of emphasis, on one line.

    >>> wording_of("Pourquoi <strong>cette</strong> *note*,\\n d&#39;après vous\u00a0?")
    "Pourquoi cette note, d'après vous ?"
    """
    return " ".join(EMPHASIS.sub(r"\2", unescape(TAGS.sub("", heading))).split())


def aliases(columns: Iterable[str], names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Give the one name by which a column of the tool's own may be asked for, whatever the language of the export.

    >>> aliases(["ID du répondant", "Avis"], {"Respondent ID": ("id du repondant",)})
    {'ID du répondant': 'Respondent ID'}
    """
    known = {other: name for name, others in names.items() for other in (fold(name), *others)}
    return {column: known[fold(column)] for column in columns if fold(column) in known}


def headings(columns: Iterable[str], names: Mapping[str, Iterable[str]]) -> tuple[dict[str, str], dict[str, str]]:
    """Give the wording of each column, and of those of the tool's own the name, as `aliases`, unless another has it."""
    wording = {column: wording_of(column) for column in columns}
    return wording, {column: name for column, name in aliases(wording, names).items() if name not in wording}


def personal(text: str) -> bool:
    """Tell whether a column's name or wording asks who answered.

    >>> [personal(text) for text in ("Votre adresse e-mail :", "IP Address", "Pourquoi ce nom ?")]
    [True, True, False]
    """
    return PERSONAL.fullmatch(fold(text)) is not None


def refuse_personal(file: str, found: Mapping[str, str], wording: Mapping[str, str]) -> None:
    """Raise `FormatError` if one of the columns found says who answered."""
    for name, column in found.items():
        if personal(column) or personal(wording.get(column, "")):
            raise FormatError(f"{file} : « {name} » dit qui a répondu : retirez-la de la source")


def plain_scores(row: Row, columns: Columns) -> Row:
    """Give the row with its scores as bare numbers, whatever words the tool puts around them."""
    cells = dict(row.cells)
    for column in filter(None, (columns.nps, columns.csat, columns.ces, columns.stars)):
        cells[column] = bare_score(cells[column])
    if columns.csat:
        words = fold(cells[columns.csat].replace("(e)", "")).replace("satisfaite", "satisfait")
        cells[columns.csat] = SATISFIED.get(words, cells[columns.csat])
    return replace(row, cells=cells)


def bare_score(cell: str, label: str = "") -> str:
    """Give the only number of a rating, '' if its words or its label say that there is no opinion, else the cell.

    >>> [bare_score(cell) for cell in ("Tout à fait probable - 10", "★★★★☆", "Ne sait pas", "Entre 5 et 7")]
    ['10', '4', '', 'Entre 5 et 7']
    """
    if NO_ANSWER.fullmatch(fold(cell)) or NO_ANSWER.fullmatch(fold(label)):
        return ""
    if NUMBER.fullmatch(cell.strip()):
        return cell
    if drawn := sum(cell.count(star) for star in STARS):
        return str(drawn)
    numbers = LONE_NUMBER.findall(cell)
    return str(numbers[0]) if len(numbers) == 1 else cell
