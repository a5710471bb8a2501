"""What is said of the texts that people repeat: how many, how often, and the most repeated."""

from __future__ import annotations

from textwrap import shorten
from typing import Any

from listening.insight.summary import Summary
from listening.report.french import counted, percent
from listening.text.copies import ALIKE, MINIMUM

SHOWN, LEAST = 10, 3  # texts shown at most, copies that each has at least
LONG = 160  # characters of an excerpt
METHOD = (
    f"Deux textes d’au moins {MINIMUM} mots différents sont repris l’un de l’autre quand ils ont en commun "
    f"{percent(ALIKE, digits=0)} de leurs suites de deux mots, sans compter casse, accents, liens, mentions et "
    "hashtags de fin ; un partage que sa source dit tel l’est toujours. Une reprise peut être une campagne, un partage "
    "ou un envoi en double : ce compte ne dit pas pourquoi."
)


def shown_copies(summary: Summary) -> list[dict[Any, Any]]:
    """Give the most repeated texts, cut to an excerpt of one line."""
    table = summary.copies[summary.copies["copies"] >= LEAST].head(SHOWN)
    rows: list[dict[Any, Any]] = table.astype(object).where(table.notna(), None).to_dict("records")
    return [row | {"text": shorten(row["text"], LONG, placeholder=" […]")} for row in rows]


def copies_in_brief(summary: Summary) -> str:
    """Give a sentence: how many texts are repeated, how often, and the most repeated of them; nothing where none is."""
    if not len(summary.copies):
        return ""
    most = summary.copies.iloc[0]
    brief = f"{counted(len(summary.copies), 'texte repris', 'textes repris')} {summary.copies['copies'].sum()} fois"
    if len(summary.copies) > 1:
        brief += f", dont un {most['copies']} fois"
    by = f" par {counted(most['authors'], 'auteur connu', 'auteurs connus')}" if most["authors"] else ""
    return f"{brief}{by}, dans {counted(most['sources'], 'source')}."


def copies_note(summary: Summary) -> str:
    """Give the share of copies in the base, and what sentiment would be with each text counted once."""
    number, whole = int(summary.copies["copies"].sum()), summary.sentiments.iloc[0]
    held = counted(number, "verbatim reprend", "verbatims reprennent")
    return (
        f"{held} un texte déjà présent ({percent(number / summary.base)} de la base) ; les chiffres les comptent tous. "
        f"Chaque texte compté une fois, {percent(summary.once['negatif'])} seraient négatifs "
        f"(au lieu de {percent(whole['negatif_share'])}) et {percent(summary.once['positif'])} positifs "
        f"(au lieu de {percent(whole['positif_share'])})."
    )
