"""One page in French that shows an evaluation: figures, plots and how to read them; never a verbatim."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup

from listening.codebook import Codebook
from listening.report import evaluation_tables as tables
from listening.report import plots
from listening.report.french import POLARITIES
from listening.report.html import templates
from listening.tagging.abstain import MISSED, WRONG
from listening.training.compare import Comparison
from listening.training.evaluate import ENOUGH, Evaluation

HEADLINES = {  # the measures that the page opens with, in the words of those who do not evaluate models
    "theme_micro_f1": "thèmes (F1)",
    "polarity_accuracy": "ton des thèmes",
    "evidence_overlap": "passage cité",
    "sentiment_accuracy": "sentiment",
}


def render_evaluation(
    comparison: Comparison, codebook: Codebook, *, title: str, generated_at: datetime, lineage: Mapping[str, str]
) -> str:
    """Give a self-contained HTML page: no script, no request, no verbatim; plots are inline SVG.

    `lineage` tells what the figures were made from, by French label.
    """
    return (
        templates()
        .get_template("evaluation.html")
        .render(
            (_measured(comparison, codebook) if comparison.evaluations else {}),
            comparison=comparison,
            title=title,
            generated_at=generated_at,
            lineage=lineage,
            engines=_engines(comparison),
            agreements=list(tables.agreements(comparison)),
            code_agreements=list(tables.code_agreements(comparison, codebook)),
            corpora=tables.corpora(comparison) if comparison.corpora else None,
            abstentions=list(tables.abstentions(comparison, codebook)),
            behaviour=tables.behaviours(comparison) if comparison.behaviours else None,
            codebook=codebook,
            markers=list(zip(plots.ENGINES.values(), plots.SIGNS, strict=True)),
            HEADLINES=HEADLINES,
            POLARITIES=POLARITIES,
            ENOUGH=ENOUGH,
            MISSED=MISSED,
            WRONG=WRONG,
            least={share: math.ceil(1 / share) - 1 for share in (MISSED, WRONG)},
        )
    )


def _measured(comparison: Comparison, codebook: Codebook) -> dict[str, Any]:
    """Give what the page shows of coded verbatims: tables, and plots as markup."""
    engines = comparison.evaluations
    return {
        "overview": tables.overview(comparison),
        "themes": [tables.themes(one, codebook) for one in engines],
        "sentiments": [tables.sentiments(one) for one in engines],
        "groups": list(tables.groups(comparison)),
        "reliabilities": tables.reliabilities(comparison),
        "code_errors": tables.code_errors(comparison, codebook),
        "coverages": tables.coverages(comparison),
        "nets_plot": Markup(plots.forest(_forest(engines, codebook))),
        "diagrams": {
            kind: Markup(plots.reliability_diagram([one.reliability[kind] for one in engines], event=event))
            for kind, event in (("themes", "Part de codes justes"), ("sentiment", "Part de sentiments justes"))
        },
        "curves": {
            kind: Markup(plots.risk_curve([one.coverage[kind] for one in engines], risk=risk))
            for kind, risk in (("themes", "Risque (1 − F1 micro)"), ("sentiment", "Risque (part d’erreurs)"))
        },
    }


def _forest(engines: list[Evaluation], codebook: Codebook) -> list[plots.Line]:
    lines = []
    for net in engines[0].nets:
        lines.append(plots.Line(codebook.nets[net].label, [one.nets[net].f1 for one in engines], bold=True))
        for code in (code for code in engines[0].codes if codebook.net(code) == net):
            lines.append(plots.Line(codebook.codes[code].label, [one.codes[code].f1 for one in engines]))
    return lines


def _engines(comparison: Comparison) -> list[str]:
    return [one.model for one in comparison.evaluations]
