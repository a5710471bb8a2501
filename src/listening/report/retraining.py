"""What came of a retraining, in a terminal: what was learnt, who won where, what the rule decided."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from listening.report.figure_table import figure_table
from listening.report.french import counted, day, decimal, integer, interval, percent, signed, unbroken
from listening.training.promote import FIRST, Condition, Contest, Rule, Ruling
from listening.training.verdicts import Lessons

MEASURES = {
    FIRST: "Thèmes, F1 micro",
    "polarity_accuracy": "Polarité, exactitude",
    "sentiment_accuracy": "Sentiment, exactitude",
}
PLACES = {"recent": "verdicts récents", "gold": "jeu de référence"}
NOTE = (
    "Écart en points, intervalle à 95 % par rééchantillonnage des mêmes verbatims pour les deux modèles. Les verdicts "
    "récents sont ceux du contrôle au hasard, chacun compté pour l'inverse de sa probabilité de tirage ; un codeur qui "
    "voyait les codes du champion penche vers lui."
)


def lessons_lines(lessons: Lessons) -> Iterator[str]:
    """Give what was learnt and what is judged by, as sentences."""
    yield unbroken(f"{counted(len(lessons.learnt), 'verbatim décidé', 'verbatims décidés')} dont apprendre.")
    if lessons.turn:
        blind = sum(one.blind for one in lessons.judged)
        number = counted(len(lessons.judged), "verdict récent", "verdicts récents")
        yield unbroken(f"{number} pour juger, depuis le {day(lessons.turn)}, dont {integer(blind)} à l'aveugle.")
    for reason, number_out in lessons.left_out.items():
        if number_out:
            yield unbroken(f"écartés – {reason} : {integer(number_out)}")


def ruling_lines(ruling: Ruling, rule: Rule) -> Iterator[str]:
    """Give each condition of the rule, and whether it held."""
    for one in ruling.conditions:
        yield unbroken(f"{'✓' if one.held else '✗'} {_asked(one, rule)}")


def contest_table(name: str, contest: Contest) -> Table:
    """Give the measures of both on the same verbatims, with what the challenger gains."""
    title = unbroken(f"{name[0].upper()}{name[1:]} : {counted(contest.base, 'verbatim')}")
    table = figure_table("Mesure", "Champion", "Challenger", "Écart", "[ ]", title=title)
    for measure, one in contest.gains.items():
        bounds = interval(one.gain.low, one.gain.high, signed)
        cells = (percent(one.champion), percent(one.challenger), signed(one.gain.value), bounds)
        table.add_row(*map(Text, (MEASURES[measure], *cells)))
    return table


def print_retraining(
    lessons: Lessons, contests: dict[str, Contest], ruling: Ruling, rule: Rule, console: Console
) -> None:
    """Print the whole of it; `contests` are keyed by `gold` and `recent`."""
    for line in lessons_lines(lessons):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    for name, one in contests.items():
        if one.base:
            console.print(contest_table(PLACES[name], one))
    for line in ruling_lines(ruling, rule):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print(Text(unbroken(NOTE), style="grey58"))


def _asked(one: Condition, rule: Rule) -> str:
    if one.on == "base":
        return f"au moins {rule.judged} verdicts récents tirés au hasard"
    if one.on == "codes":
        return "codes ajoutés au plan : tous recalés sur le challenger"
    place, name = PLACES[one.on], MEASURES[one.measure]
    if one.on == "gold":
        return f"{place}, {name} : pas moins bon de {decimal(100 * rule.margin)} points (borne basse de l'écart)"
    if one.measure == FIRST:
        return f"{place}, {name} : meilleur (borne basse de l'écart au-dessus de 0)"
    return f"{place}, {name} : rien ne montre qu'il soit moins bon (borne haute de l'écart)"
