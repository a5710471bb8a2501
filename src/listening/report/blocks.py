"""What the page shows, block by block: the rows of a summary, arranged for its template."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from listening.insight.quotes import Quote
from listening.insight.summary import Summary, Themes
from listening.report.french import DIMENSIONS, SCORES, counted, day, integer, value_name

Row = dict[Any, Any]
AXES = 3  # the first nets of a codebook are those that the page opens with


def overall(summary: Summary) -> Row:
    """Give the sentiment of all verbatims."""
    return _rows(summary, "sentiments", "ensemble")[0]


def sources(summary: Summary) -> list[Row]:
    """Give each source with its base, largest first."""
    return _rows(summary, "sentiments", "source")


def cards(summary: Summary) -> list[Row]:
    """Give the axes: the codebook's first nets, each with its question and its reading in one sentence."""
    rows = {row["key"]: row for row in _rows(summary, "themes", "ensemble") if row["level"] == "net"}
    return [
        rows[key] | {"definition": net.definition, "reading": reading(rows[key])}
        for key, net in list(summary.codebook.nets.items())[:AXES]
    ]


def reading(row: Row) -> str:
    """Give the sentence that reads a theme; it takes sides where the balance's interval, as printed, leaves out 0."""
    if not row["count"]:
        return "Aucun verbatim n’en parle."
    bad, good = integer(row["negatif"]), integer(row["positif"])
    if row["balance_fragile"]:
        tone = "trop peu pour juger du ton"
    elif round(100 * row["balance_high"]) < 0:
        tone = f"plus souvent en mal ({bad}) qu’en bien ({good})"
    elif round(100 * row["balance_low"]) > 0:
        tone = f"plus souvent en bien ({good}) qu’en mal ({bad})"
    else:
        tone = f"sans que le bien ({good}) ou le mal ({bad}) l’emporte nettement"
    verb = "parlent" if row["count"] > 1 else "parle"
    return f"{counted(row['count'], 'verbatim')} sur {integer(row['base'])} en {verb}, {tone}."


def nets(summary: Themes) -> list[Row]:
    """Give the nets that are cited, most cited first, each with the `codes` cited under it."""
    rows = [row for row in _rows(summary, "themes", "ensemble") if row["count"]]
    return [
        row | {"codes": [code for code in rows if code["key"].startswith(f"{row['key']}.")]}
        for row in rows
        if row["level"] == "net"
    ]


def uncited(summary: Themes) -> list[str]:
    """Give the labels of the codes that no verbatim carries."""
    rows = _rows(summary, "themes", "ensemble")
    return [row["label"] for row in rows if row["level"] == "code" and not row["count"]]


def scale(summary: Themes) -> float:
    """Give the share at the right end of the tracks: the highest bound shown, rounded up to a tenth."""
    return right_end(code["high"] for net in nets(summary) for code in [net, *net["codes"]])


def right_end(shares: Iterable[float]) -> float:
    """Give the highest share rounded up to a tenth, those that are missing left out.

    >>> right_end([0.12, float("nan"), 0.31]), right_end([])
    (0.4, 0.1)
    """
    highest = max((share for share in shares if not math.isnan(share)), default=0.0)
    return max(0.1, math.ceil(highest * 10) / 10)


def sentiments(summary: Summary) -> list[Row]:
    """Give the sentiment tables, by channel, source and wave, each with its whole first.

    `outside` counts the verbatims that the dimension does not place, such as posts in a table of waves.
    """
    parts = ("channel", "source", "wave")
    tables = [(part, [_named(row) for row in _rows(summary, "sentiments", part)]) for part in parts]
    return [
        {
            "name": DIMENSIONS[part],
            "rows": [_named(overall(summary)), *rows],
            "outside": summary.base - sum(row["base"] for row in rows),
        }
        for part, rows in tables
        if rows
    ]


def heats(summary: Summary) -> list[Row]:
    """Give the heat tables of shares, by channel and wave, for nets and codes; a dimension of one value has none."""
    tables = []
    for part in ("channel", "wave"):
        columns = [_named(row) for row in _rows(summary, "sentiments", part)]
        cells: dict[str, dict[str, Row]] = {}
        for row in _rows(summary, "themes", part):
            cells.setdefault(row["key"], {})[row["value"]] = row
        shown = [theme for net in nets(summary) for theme in [net, *net["codes"]]]
        lines = [theme | {"cells": [cells[theme["key"]][column["value"]] for column in columns]} for theme in shown]
        if len(columns) > 1:
            tables.append({"name": DIMENSIONS[part], "columns": columns, "lines": lines})
    return tables


def scores(summary: Summary) -> list[Row]:
    """Give the score tables, by wave and by brand, with the whole first; only scores that have answers are columns."""
    whole = {row["score"]: row for row in _rows(summary, "scores", "ensemble")}
    present = [score for score in SCORES if score in whole]
    tables = []
    for part in ("wave", "brand"):
        lines = {DIMENSIONS["ensemble"]: whole}
        for row in _rows(summary, "scores", part):
            lines.setdefault(value_name(part, row["value"]), {})[row["score"]] = row
        if whole and len(lines) > 1:
            tables.append({"name": DIMENSIONS[part], "scores": present, "lines": lines})
    return tables or ([{"name": None, "scores": present, "lines": {DIMENSIONS["ensemble"]: whole}}] if whole else [])


def quotes(summary: Summary) -> list[Row]:
    """Give the quotes under the codes of each net, in the order of the theme table."""
    found: dict[str, list[Row]] = {}
    for quote in summary.quotes:
        found.setdefault(quote.code, []).append(_quoted(quote))
    return [
        net | {"codes": [code | {"quotes": found[code["key"]]} for code in net["codes"] if code["key"] in found]}
        for net in nets(summary)
        if any(code["key"] in found for code in net["codes"])
    ]


def _quoted(quote: Quote) -> Row:
    where = [quote.source, quote.brand, quote.wave, day(quote.date) if quote.date else None]
    return {
        "polarity": quote.polarity,
        "before": quote.text[: quote.start],
        "evidence": quote.text[quote.start : quote.stop],
        "after": quote.text[quote.stop :],
        "where": [word for word in where if word],
    }


def _rows(summary: Themes, table: str, dimension: str) -> list[Row]:
    frame = getattr(summary, table)
    rows: list[Row] = frame[frame["dimension"] == dimension].to_dict("records")
    return rows


def _named(row: Row) -> Row:
    return row | {"name": value_name(row["dimension"], row["value"])}
