import csv
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from listening.codebook import Codebook
from listening.insight.drift import Drift, Windows, build_drift
from listening.report.csv import write_drift
from listening.report.drift import in_brief, part_name, print_drift
from listening.report.drift_page import render_drift

NOW = datetime(2026, 3, 31, tzinfo=UTC)


def compared(codebook: Codebook, *, recent: int) -> Drift:
    """Two hundred posts of a forum whose name is hostile, then some complaints of another source."""
    rows = [
        {
            "version": f"v{place}",
            "arrived": NOW - timedelta(days=20 if place < 200 else 1),
            "source": "=1+1" if place < 200 else "<b>avis</b>",
            "language": "fr" if place % 40 else None,
            "length": 30 + place % 50,
            "read": bool(place % 40),
            "sentiment": "neutre" if place < 200 else "negatif",
            "confidence": 0.5 + (place % 50) / 100,
            "unsure": False,
        }
        for place in range(200 + recent)
    ]
    codes = [{"version": f"v{place}", "code": "effort.web"} for place in range(190, 200 + recent)]
    given = pd.DataFrame(rows), pd.DataFrame(codes)
    return build_drift(*given, codebook, now=NOW, windows=Windows())


@pytest.fixture
def drift(codebook: Codebook) -> Drift:
    return compared(codebook, recent=100)


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


def test_drift_in_brief_names_what_changed(drift: Drift) -> None:
    said = plain(in_brief(drift))
    assert said.startswith("Dérive : sources (dérive, indice 11,")
    assert "sentiment (dérive" in said
    assert "longueur" not in said
    assert said.endswith("1 thème change de part au-delà du hasard.")


def test_drift_in_brief_says_that_there_is_too_little(codebook: Codebook) -> None:
    assert "trop peu" in in_brief(compared(codebook, recent=5))


def test_drift_printed_shows_bases_and_changes(drift: Drift) -> None:
    console = Console(record=True, width=140)
    print_drift(drift, console)
    printed = plain(console.export_text())
    assert "100 verbatims arrivés du 24 mars 2026 au 31 mars 2026, dont 97 lus par le modèle, contre 200" in printed
    assert "Sentiment" in printed
    assert "+94,9*" in printed


def test_drift_page_escapes_and_shows_every_aspect(drift: Drift) -> None:
    page = plain(render_drift(drift, title="Dérive", generated_at=NOW, lineage={"Modèle": "m@1"}))
    assert "&lt;b&gt;avis" in page
    assert "<b>avis" not in page
    assert page.count("<details") == 7
    assert "<dt>Modèle</dt><dd>m@1</dd>" in page


def test_drift_page_of_nothing_opens(codebook: Codebook) -> None:
    columns = ["version", "arrived", "source", "language", "length", "read", "sentiment", "confidence", "unsure"]
    nothing = pd.DataFrame(columns=columns), pd.DataFrame(columns=["version", "code"])
    empty = build_drift(*nothing, codebook, now=NOW, windows=Windows())
    page = plain(render_drift(empty, title="Dérive", generated_at=NOW, lineage={}))
    assert "trop peu de verbatims" in page
    assert re.search(r"\bnan\b", page) is None


def test_drift_tables_open_in_a_spreadsheet(drift: Drift, tmp_path: Path) -> None:
    parts, themes = write_drift(drift, tmp_path)
    with parts.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    assert {row["valeur"] for row in rows if row["aspect"] == "Sources"} == {"'=1+1", "<b>avis</b>"}
    assert {row["niveau"] for row in rows if row["aspect"] == "Sentiment"} == {"dérive"}
    assert "inf" not in parts.read_text(encoding="utf-8-sig").replace("informations", "")
    with themes.open(encoding="utf-8-sig", newline="") as lines:
        found = {row["code"]: row for row in csv.DictReader(lines, delimiter=";")}
    assert found["effort.web"]["écart significatif"] == "oui"


@pytest.mark.parametrize(
    ("low", "high", "name"),
    [
        (float("-inf"), 0.5, "moins de 50,0 %"),
        (0.5, 0.75, "de 50,0 % à moins de 75,0 %"),
        (0.75, float("inf"), "75,0 % et plus"),
        (float("-inf"), float("inf"), "tous"),
    ],
)
def test_drift_parts_are_named(low: float, high: float, name: str) -> None:
    assert plain(part_name({"aspect": "confidence", "part": "", "low": low, "high": high})) == name
