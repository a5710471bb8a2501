from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from listening.codebook import Codebook
from listening.insight.drift import Drift, Windows, build_drift, stability

NOW = datetime(2026, 3, 31, tzinfo=UTC)
WINDOWS = Windows(recent=7, reference=28)


def drift(
    codebook: Codebook, *, before: int, now: int, codes: dict[str, tuple[int, int]] | None = None, **recent: Any
) -> Drift:
    """Compare `before` verbatims with `now` others, all alike but for what is said of the recent ones."""
    alike = {"source": "enquête", "language": "fr", "read": True, "sentiment": "neutre", "confidence": 0.8}
    rows = []
    for place in range(before + now):
        late = place >= before
        facts = alike | {"length": 40 + place % 20, "unsure": place % 5 == 0} | (recent if late else {})
        rows.append(facts | {"version": f"v{place:04}", "arrived": NOW - timedelta(days=1 if late else 20)})
    columns = ["version", "arrived", "source", "language", "length", "read", "sentiment", "confidence", "unsure"]
    given = [
        {"version": f"v{place:04}", "code": code}
        for code, (old, new) in (codes or {}).items()
        for place in [*range(old), *range(before, before + new)]
    ]
    frame, tagged = pd.DataFrame(rows, columns=columns), pd.DataFrame(given, columns=["version", "code"])
    return build_drift(frame, tagged, codebook, now=NOW, windows=WINDOWS)


def levels(found: Drift) -> dict[str, str]:
    return {
        str(row["aspect"]): str(row["level"]) for row in found.indices.to_dict("records") if row["level"] != "stable"
    }


def test_drift_of_like_periods_is_none(codebook: Codebook) -> None:
    found = drift(codebook, before=400, now=200, codes={"effort.web": (40, 20)})
    assert levels(found) == {}
    assert not found.themes["differs"].any()
    assert (found.reference.base, found.recent.base, found.level()) == (400, 200, "stable")


@pytest.mark.parametrize(
    ("aspect", "value"),
    [
        ("source", "forum"),
        ("language", None),
        ("length", 400),
        ("confidence", 0.4),
        ("unsure", True),
        ("sentiment", "negatif"),
    ],
)
def test_drift_names_the_aspect_that_changed(codebook: Codebook, aspect: str, value: Any) -> None:
    assert levels(drift(codebook, before=400, now=200, **{aspect: value})) == {aspect: "drift"}


def test_drift_of_what_the_model_reads_leaves_out_what_it_did_not(codebook: Codebook) -> None:
    found = drift(codebook, before=400, now=200, read=False, sentiment=None, confidence=np.nan, language="en")
    assert levels(found)["language"] == "drift"
    assert {name for name, level in levels(found).items() if level == "few"} == {
        "confidence",
        "unsure",
        "sentiment",
        "codes",
    }
    assert (found.recent.base, found.recent.read) == (200, 0)


def test_drift_of_themes_is_beyond_chance_over_all_codes(codebook: Codebook) -> None:
    found = drift(codebook, before=1000, now=500, codes={"effort.web": (100, 100), "prix.niveau": (100, 62)})
    rows = found.themes.set_index("code")
    assert rows["differs"].to_dict() == {
        "effort.attente": False,
        "effort.web": True,
        "prix.niveau": False,
        "prix.clarte": False,
    }
    web = rows.loc["effort.web"]
    assert (web["reference_share"], web["recent_share"], round(web["change"], 6)) == (0.1, 0.2, 0.1)
    assert web["change_low"] < 0.1 < web["change_high"]


@pytest.mark.parametrize(("before", "now"), [(0, 0), (0, 200), (400, 0), (400, 29)])
def test_drift_says_nothing_on_few(codebook: Codebook, before: int, now: int) -> None:
    found = drift(codebook, before=before, now=now, sentiment="negatif")
    assert found.level() == "few"
    assert not found.themes["differs"].any()


def test_stability_index_of_small_bases_is_held_against_chance(codebook: Codebook) -> None:
    found = drift(codebook, before=40, now=40, codes={"effort.web": (8, 14)})
    (row,) = found.indices[found.indices["aspect"] == "codes"].to_dict("records")
    assert 0.1 < row["psi"] < row["chance"]
    assert row["level"] == "stable"


def test_stability_chance_is_exceeded_once_in_twenty() -> None:
    random = np.random.default_rng(0)
    shares = np.full(10, 0.1)
    draws = [stability(random.multinomial(2000, shares), random.multinomial(500, shares)) for _ in range(2000)]
    assert 0.03 < np.mean([index > chance for index, chance in draws]) < 0.07


def test_stability_has_an_index_where_a_part_is_empty() -> None:
    index, _ = stability(np.array([100.0, 0.0]), np.array([50.0, 50.0]))
    assert 1 < index < 10
