"""The figures as CSV files that a French spreadsheet opens as they are: `;`, decimal comma, UTF-8 with its mark."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from listening.codebook import Codebook
from listening.insight.bridge import Bridge
from listening.insight.drift import Drift
from listening.insight.summary import Summary
from listening.report.bridge import named
from listening.report.drift import ASPECTS, LEVELS
from listening.report.french import CHANNELS, DIMENSIONS, POLARITIES, REASONS, SCORES, iso_day

FORMULA = "=+-@＝＋－＠\0"  # what a spreadsheet may take for the start of a formula, wide forms included
BASES = {
    "base": "base",
    "weighted_base": "base pondérée",
    "effective_base": "base effective",
    "fragile": "base fragile",
}
THEMES = {
    "dimension": "dimension",
    "value": "modalité",
    "level": "niveau",
    "key": "code",
    "label": "libellé",
    **BASES,
    "count": "citations",
    "share": "part",
    "low": "part, borne basse",
    "high": "part, borne haute",
    "negatif": "négatif",
    "neutre": "neutre ou mixte",
    "positif": "positif",
    "balance": "solde",
    "balance_low": "solde, borne basse",
    "balance_high": "solde, borne haute",
    "rest_share": "part dans le reste",
    "p_value": "p (Holm)",
    "differs": "écart significatif",
}
SENTIMENTS = {"dimension": "dimension", "value": "modalité", **BASES} | {
    f"{name}{end}": f"{label}{meaning}"
    for name, label in POLARITIES.items()
    for end, meaning in {"": "", "_share": ", part", "_low": ", borne basse", "_high": ", borne haute"}.items()
}
SCORE_COLUMNS = {
    "dimension": "dimension",
    "value": "modalité",
    "score": "score",
    "estimate": "valeur",
    "low": "borne basse",
    "high": "borne haute",
    **BASES,
    "promoters": "promoteurs",
    "passives": "passifs",
    "detractors": "détracteurs",
}
QUOTES = {
    "code": "code",
    "label": "libellé",
    "polarity": "polarité",
    "text": "verbatim",
    "evidence": "preuve",
    "source": "source",
    "channel": "canal",
    "wave": "vague",
    "brand": "marque",
    "date": "date",
    "id": "identifiant",
}
COPIES = {
    "text": "verbatim",
    "copies": "reprises",
    "authors": "auteurs connus",
    "sources": "sources",
    "first": "première date",
    "last": "dernière date",
    "id": "identifiant",
}
REVIEW = {
    "id": "identifiant",
    "source": "source",
    "channel": "canal",
    "reason": "motif",
    "code": "code",
    "label": "libellé",
    "probability": "probabilité",
    "low": "doute à partir de",
    "high": "doute jusqu'à",
    "text": "verbatim",
}
BRIDGE = {
    "dimension": "dimension",
    "value": "modalité",
    "level": "niveau",
    "kind": "devenir",
    "old": "codes avant",
    "new": "codes après",
    "label": "libellé",
    **BASES,
    "count_old": "citations avant",
    "count_new": "citations après",
    "both": "communes",
    "share_old": "part avant",
    "old_low": "part avant, borne basse",
    "old_high": "part avant, borne haute",
    "share_new": "part après",
    "new_low": "part après, borne basse",
    "new_high": "part après, borne haute",
    "change": "écart",
    "change_low": "écart, borne basse",
    "change_high": "écart, borne haute",
    "overlap": "recouvrement",
    "overlap_low": "recouvrement, borne basse",
    "overlap_high": "recouvrement, borne haute",
}
BRIDGE_PARTS = {
    "old": "code avant",
    "new": "code après",
    "count_old": "citations avant",
    "count_new": "citations après",
    "both": "les deux",
    "kept": "part gardée",
    "low": "borne basse",
    "high": "borne haute",
}
DRIFT = {
    "aspect": "aspect",
    "part": "valeur",
    "low": "de",
    "high": "à moins de",
    "reference_count": "référence, nombre",
    "reference_share": "référence, part",
    "recent_count": "récent, nombre",
    "recent_share": "récent, part",
    "psi": "indice de stabilité",
    "chance": "hasard",
    "level": "niveau",
}
DRIFT_THEMES = {
    "code": "code",
    "label": "libellé",
    "reference_base": "référence, base",
    "reference_count": "référence, citations",
    "reference_share": "référence, part",
    "recent_base": "récent, base",
    "recent_count": "récent, citations",
    "recent_share": "récent, part",
    "change": "écart",
    "change_low": "écart, borne basse",
    "change_high": "écart, borne haute",
    "p_value": "p (Holm)",
    "differs": "écart significatif",
}
NAMES = {"dimension": DIMENSIONS, "score": SCORES, "polarity": POLARITIES, "channel": CHANNELS, "reason": REASONS}


def write_csv(summary: Summary, folder: Path) -> list[Path]:
    """Write `themes.csv`, `sentiments.csv`, `scores.csv`, `verbatims_quotes.csv` and `copies.csv`; give their paths.

    Shares are numbers from 0 to 1. The same summary gives the same bytes; each file appears whole or not at all.

    A text that a spreadsheet could take for a formula (it begins with = + - @, or with blanks and one of those) gets
    a leading apostrophe, as OWASP asks (ASVS 5.0, 1.2.10). An apostrophe and not a tab: it can be seen and taken off
    by anyone, and a tab does not survive being saved again. Numbers need none and get none.
    """
    quotes = pd.DataFrame([_quote_row(summary, asdict(quote)) for quote in summary.quotes], columns=list(QUOTES))
    tables = {
        "themes.csv": (_named(summary.themes), THEMES),
        "sentiments.csv": (_named(summary.sentiments), SENTIMENTS),
        "scores.csv": (_named(summary.scores), SCORE_COLUMNS),
        "verbatims_quotes.csv": (quotes, QUOTES),
        "copies.csv": (summary.copies, COPIES),
    }
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(folder / name, _table(frame, header)) for name, (frame, header) in tables.items()]


def write_review(queue: pd.DataFrame, codebook: Codebook, path: Path) -> Path:
    """Write the verbatims that a person should read, a row for each question, in the same form as `write_csv`."""
    labels = {name: code.label for name, code in codebook.codes.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    return _write(path, _table(queue.assign(label=queue["code"].map(labels)), REVIEW))


def write_bridge(bridge: Bridge, folder: Path) -> list[Path]:
    """Write `raccord.csv` and `raccord_codes.csv` in the same form as `write_csv`; give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {"raccord.csv": (named(bridge.lines), BRIDGE), "raccord_codes.csv": (bridge.parts, BRIDGE_PARTS)}
    return [_write(folder / name, _table(frame, header)) for name, (frame, header) in tables.items()]


def write_drift(drift: Drift, folder: Path) -> list[Path]:
    """Write `derive.csv` and `derive_themes.csv` in the same form as `write_csv`; give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    judged = drift.parts.merge(drift.indices[["aspect", "psi", "chance", "level"]], on="aspect")
    limits = judged[["low", "high"]]
    judged[["low", "high"]] = limits.where(np.isfinite(limits))
    written = judged.assign(aspect=judged["aspect"].map(ASPECTS), level=judged["level"].map(LEVELS))
    tables = {"derive.csv": (written, DRIFT), "derive_themes.csv": (drift.themes, DRIFT_THEMES)}
    return [_write(folder / name, _table(frame, header)) for name, (frame, header) in tables.items()]


def _quote_row(summary: Summary, quote: dict[str, Any]) -> dict[str, Any]:
    evidence = quote["text"][quote["start"] : quote["stop"]]
    return quote | {"label": summary.codebook.codes[quote["code"]].label, "evidence": evidence}


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """Give channels the name that readers use."""
    return table.assign(value=table["value"].where(table["dimension"] != "channel", table["value"].replace(CHANNELS)))


def _table(frame: pd.DataFrame, header: dict[str, str]) -> bytes:
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=";", lineterminator="\r\n")
    writer.writerow(header.values())
    for row in frame[list(header)].itertuples(index=False, name=None):
        writer.writerow(_cell(name, value) for name, value in zip(header, row, strict=True))
    return lines.getvalue().encode("utf-8-sig")


def _cell(column: str, value: Any) -> str:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if isinstance(value, datetime):
        return iso_day(value)
    if isinstance(value, str):
        text = NAMES.get(column, {}).get(value, value)
        return f"'{text}" if text.lstrip()[:1] in tuple(FORMULA) else text
    if pd.api.types.is_bool(value):
        return "oui" if value else "non"
    return f"{value:.6f}".rstrip("0").rstrip(".").replace(".", ",") if pd.api.types.is_float(value) else str(value)


def _write(path: Path, content: bytes) -> Path:
    """Write beside the file, then put in its place: a reader never sees half of it."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        unfinished.write_bytes(content)
        return unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
