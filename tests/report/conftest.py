"""Small invented frames, as the store gives them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from listening.codebook import Codebook

Frames = Callable[..., tuple[pd.DataFrame, pd.DataFrame]]
VERBATIM = {
    "version": "v1",
    "source": "Enquête",
    "channel": "survey",
    "text": "Le colis est arrivé avec trois semaines de retard.",
    "question": None,
    "language": "fr",
    "created_at": pd.Timestamp("2026-03-03 10:00", tz="UTC"),
    "brand": None,
    "wave": None,
    "weight": 1.0,
    "nps": None,
    "csat": None,
    "ces": None,
    "stars": None,
    "sentiment": "neutre",
    "sentiment_probability": 0.9,
}
TAG = {"polarity": "negatif", "probability": 0.9, "start": 0, "stop": 8}


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    """Two nets, four codes."""
    labels = {"effort.attente": "Délais", "effort.web": "Site", "prix.niveau": "Prix", "prix.clarte": "Clarté du prix"}
    nets = {name: {"label": name.capitalize(), "definition": "Un net."} for name in ("effort", "prix")}
    codes = {name: {"label": label, "definition": "Un code."} for name, label in labels.items()}
    return Codebook.model_validate({"name": "essai", "version": "1", "label": "Essai", "nets": nets, "codes": codes})


@pytest.fixture
def frames() -> Frames:
    """Build the two frames from what sets each verbatim and tag apart; `tags` holds (id, code, …) dictionaries."""

    def build(
        verbatims: list[dict[str, Any]], tags: list[dict[str, Any]] | None = None
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        rows = [VERBATIM | {"id": f"v{place:03}"} | row for place, row in enumerate(verbatims)]
        columns = ["id", "code", *TAG]
        return (
            pd.DataFrame(rows, columns=["id", *VERBATIM]),
            pd.DataFrame([TAG | tag for tag in tags or []], columns=columns),
        )

    return build
