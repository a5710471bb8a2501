"""The tables of an evaluation, as the terminal and the page both show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from listening.codebook import Codebook
from listening.insight.intervals import FRAGILE, wilson
from listening.report.french import DIMENSIONS, POLARITIES, value_name
from listening.training.agreement import Agreement, Chance
from listening.training.bootstrap import Measure
from listening.training.compare import Comparison
from listening.training.evaluate import MEASURES, Evaluation, Score
from listening.training.rated import Rated
from listening.training.subgroups import Group

Cell = Measure | int | str
UNNAMED = "non précisé"
GROUPS = DIMENSIONS | {"domain": "Domaine", "length": "Longueur, en caractères", "draw": "Tirage"}
KINDS = {"themes": "Thèmes", "sentiment": "Sentiment"}
NEUTRALS = {"three stars": "3 étoiles", "no judgement": "sans jugement", None: "–"}
COEFFICIENTS = ("κ de Cohen", "α de Krippendorff", "AC1 de Gwet")
SHARES = (1.0, 0.9, 0.8, 0.5)


@dataclass(frozen=True, slots=True)
class Row:
    """A line: its cells after its label, its level (`net`, `code` or none), and whether its base is small."""

    label: str
    cells: Sequence[Cell]
    level: str = ""
    fragile: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its title, the name of its labels and of its columns, its rows; `digits` after the comma."""

    title: str
    corner: str
    columns: Sequence[str]
    rows: Sequence[Row]
    digits: int = 2


def overview(comparison: Comparison) -> Grid:
    """Give the main measures, one column an engine."""
    engines = comparison.evaluations
    rows = [Row(label, [one.measures[name] for one in engines]) for name, label in MEASURES.items()]
    base = engines[0].base
    return Grid(f"Mesures sur {base} verbatims codés", "", [one.model for one in engines], rows)


def themes(evaluation: Evaluation, codebook: Codebook) -> Grid:
    """Give precision, recall, F1 and polarity by net and code."""
    rows = []
    for net, score in evaluation.nets.items():
        rows.append(_scored(codebook.nets[net].label, score, "net"))
        inside = (code for code in evaluation.codes if codebook.net(code) == net)
        rows += [_scored(codebook.codes[code].label, evaluation.codes[code], "code") for code in inside]
    columns = ["Cas", "Trouvés", "Précision", "Rappel", "F1", "Polarité juste"]
    return Grid(f"Par thème : {evaluation.model}", "Thème", columns, rows)


def sentiments(evaluation: Evaluation) -> Grid:
    """Give precision, recall and F1 by sentiment."""
    rows = [
        Row(POLARITIES[name], [one.cases, one.found, one.precision, one.recall, one.f1], fragile=one.cases < FRAGILE)
        for name, one in evaluation.sentiments.items()
    ]
    columns = ["Cas", "Trouvés", "Précision", "Rappel", "F1"]
    return Grid(f"Sentiment : {evaluation.model}", "Sentiment", columns, rows)


def confusion(evaluation: Evaluation) -> Grid:
    """Give how many verbatims of each sentiment (rows, the coder's) were given which (columns, the engine's)."""
    rows = [Row(POLARITIES[name], line) for name, line in zip(POLARITIES, evaluation.confusion, strict=True)]
    columns = [f"lu {name}" for name in POLARITIES.values()]
    return Grid(f"Confusion : {evaluation.model}", "Codé", columns, rows)


def groups(comparison: Comparison) -> Iterator[Grid]:
    """Give micro-F1 and sentiment accuracy by channel, domain, length and draw, engines side by side."""
    first = comparison.evaluations[0]
    heads = ["Thèmes, F1 micro", "Sentiment, exactitude"]
    columns = ["Base", *(_headed(head, one, comparison) for head in heads for one in comparison.evaluations)]
    for dimension, found in first.groups.items():
        sides = zip(*(one.groups[dimension] for one in comparison.evaluations), strict=True)
        rows = [_grouped(dimension, group, list(side)) for group, side in zip(found, sides, strict=True)]
        yield Grid(f"Par {GROUPS[dimension].lower()}", GROUPS[dimension], columns, rows)


def reliabilities(comparison: Comparison) -> Grid:
    """Give calibration errors, Brier score and log loss, for themes and sentiment."""
    columns = ["Probabilités", "ECE", "ECE, retenues", "Brier", "Perte log."]
    rows = [
        Row(f"{KINDS[kind]} : {one.model}", [of.base, of.ece, of.ece_kept, of.brier, of.log_loss])
        for kind in KINDS
        for one in comparison.evaluations
        for of in [one.reliability[kind]]
    ]
    return Grid("Étalonnage des probabilités", "", columns, rows, digits=3)


def code_errors(comparison: Comparison, codebook: Codebook) -> Grid:
    """Give the calibration error of each code, one column an engine."""
    engines = comparison.evaluations
    rows = [
        Row(codebook.codes[code].label, [one.reliability["themes"].codes[code] for one in engines])
        for code in engines[0].codes
    ]
    return Grid("Erreur d'étalonnage (ECE) par code", "Code", [one.model for one in engines], rows, digits=3)


def coverages(comparison: Comparison) -> Grid:
    """Give the risk when only the surest verbatims are kept, for themes (1 − F1 micro) and sentiment (errors)."""
    columns = ["Aire (AURC)", *(f"Risque à {share:.0%}".replace("%", " %") for share in SHARES)]
    rows = [
        Row(f"{KINDS[kind]} : {one.model}", [curve.aurc, *(curve.at(share) for share in SHARES)])
        for kind in KINDS
        for one in comparison.evaluations
        for curve in [one.coverage[kind]]
    ]
    return Grid("Risque selon la part de verbatims laissés au moteur", "", columns, rows)


def abstentions(comparison: Comparison, codebook: Codebook) -> Iterator[Grid]:
    """Give what each band let pass, and what it left to a person; one table an engine."""
    columns = ["Cas", "Passés au-dessous", "Autres", "Passés au-dessus", "Laissés à relire", "Promesse tenable"]
    for one in comparison.abstentions:
        rows = [Row("Au moins un code à relire", ["", "", "", "", one.left, ""], "net")]
        for code, kept in one.codes.items():
            cells: list[Cell] = [kept.cases, kept.missed, kept.others, kept.wrong, kept.left]
            sure = "oui" if kept.sure else "trop peu de cas"
            rows.append(Row(codebook.codes[code].label, [*cells, sure], "code", fragile=kept.cases < FRAGILE))
        yield Grid(f"Abstention : {one.model}", "Code", columns, rows)


def behaviours(comparison: Comparison) -> Grid:
    """Give the share of pairs read as they must be, by family, one column an engine."""
    engines = comparison.behaviours
    families = [one.families() for one in engines]
    totals = [
        (sum(passed for passed, _ in one.values()), len(of.outcomes)) for one, of in zip(families, engines, strict=True)
    ]
    rows = [Row("Toutes", [totals[0][1], *(_share(*one) for one in totals)], "net")]
    for family, (_, number) in families[0].items():
        rows.append(Row(family.capitalize(), [number, *(_share(*one[family]) for one in families)], "code"))
    return Grid("Comportement sur des paires minimales", "Famille", ["Paires", *(one.model for one in engines)], rows)


def agreements(comparison: Comparison) -> Iterator[Grid]:
    """Give agreement beyond chance on themes and on sentiment: the two coders first, then each engine with each."""
    found = comparison.agreements
    themes = [Row(_pair(one), [one.base, one.theme_micro_f1, *coefficients(one.themes)]) for one in found]
    sentiment = [Row(_pair(one), [one.base, *coefficients(one.sentiment)]) for one in found]
    if found:
        yield Grid("Accord au-delà du hasard : thèmes", "Entre", ["Base", "F1 micro", *COEFFICIENTS], themes)
        yield Grid("Accord au-delà du hasard : sentiment", "Entre", ["Base", *COEFFICIENTS], sentiment)


def code_agreements(comparison: Comparison, codebook: Codebook) -> Iterator[Grid]:
    """Give agreement by code, one table a pair."""
    for one in comparison.agreements:
        rows = [Row(codebook.codes[code].label, coefficients(found)) for code, found in one.codes.items()]
        yield Grid(f"Par code : {_pair(one)}", "Code", COEFFICIENTS, rows)


def coefficients(of: Chance) -> list[Measure]:
    """Give the cells of COEFFICIENTS."""
    return [of.kappa, of.alpha, of.ac1]


def corpora(comparison: Comparison) -> Grid:
    """Give accuracy and macro-F1 on each corpus of sentiment, never pooled."""
    columns = ["Base", "Classes", "« Neutre » veut dire", "Moteur", "Exactitude", "F1 macro"]
    rated = sorted(comparison.corpora, key=lambda one: one.dataset)
    return Grid("Corpus de sentiment", "Corpus", columns, [_rated(one) for one in rated])


def _share(passed: int, number: int) -> Measure:
    share = np.array([passed / number])
    low, high = wilson(share, np.array([float(number)]))
    return Measure(float(share[0]), float(low[0]), float(high[0]))


def _scored(label: str, one: Score, level: str) -> Row:
    cells: list[Cell] = [one.cases, one.found, one.precision, one.recall, one.f1, one.polarity]
    return Row(label, cells, level, fragile=one.cases < FRAGILE)


def _headed(head: str, evaluation: Evaluation, comparison: Comparison) -> str:
    return head if len(comparison.evaluations) == 1 else f"{head} : {evaluation.model}"


def _grouped(dimension: str, group: Group, side: Sequence[Group]) -> Row:
    figures = [one.theme_micro_f1 for one in side] + [one.sentiment_accuracy for one in side]
    name = value_name(dimension, group.name) if group.name else UNNAMED
    return Row(name, [group.base, *figures], fragile=group.base < FRAGILE)


def _pair(one: Agreement) -> str:
    return " – ".join(one.coders)


def _rated(one: Rated) -> Row:
    calibrated = {None: "", "*": " (calé sur tous)"}.get(one.fitted_on, " (calé sur ce corpus)")
    cells: list[Cell] = [one.base, one.classes, NEUTRALS[one.neutral], one.model + calibrated]
    return Row(one.dataset, [*cells, one.accuracy, one.macro_f1], fragile=one.base < FRAGILE)
