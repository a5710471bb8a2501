from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from listening.errors import FormatError
from listening.training.rated import judge, judge_baseline, read_corpora


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    """Two data sets: one rated, whose neutral is three stars; one labelled, of two classes."""
    rated = [("un régal", "5", "positive"), ("moyen", "3", "neutral"), ("à fuir", "1", "negative")] * 4
    labelled = [("très bon", None, "positive"), ("très mauvais", None, "negative")] * 4
    rows = [(*row, "avis") for row in rated] + [(*row, "films") for row in labelled]
    path = tmp_path / "corpus.parquet"
    pd.DataFrame(rows, columns=["text", "rating", "label", "dataset"]).to_parquet(path)
    return path


def test_read_corpora_says_what_neutral_means(corpora: Path) -> None:
    assert [(one.name, one.neutral, len(one.texts)) for one in read_corpora(corpora)] == [
        ("avis", "three stars", 12),
        ("films", None, 8),
    ]


def test_judge_chooses_among_the_labels_of_the_data_set(corpora: Path) -> None:
    films = read_corpora(corpora)[1]
    found = judge(films, np.tile([0.3, 0.6, 0.1], (8, 1)), model="m")
    assert found.accuracy.value == 0.5  # all negative: neutral is no choice here
    assert found.macro_f1.value == pytest.approx((2 / 3 + 0) / 2)
    assert (found.base, found.classes) == (8, 2)


def test_judge_baseline_is_fitted_on_its_own_data_set_or_on_all(corpora: Path) -> None:
    avis, films = read_corpora(corpora)
    found = judge_baseline([avis, films], [avis])
    assert [one.fitted_on for one in found] == ["avis", "*"]
    assert found[0].accuracy.value == 1


@pytest.mark.parametrize(
    ("columns", "message"),
    [({"text": ["a"]}, "colonnes absentes : rating, label, dataset"), (None, "fichier introuvable")],
)
def test_read_corpora_says_what_is_wrong(tmp_path: Path, columns: dict[str, list[str]] | None, message: str) -> None:
    path = tmp_path / "autre.parquet"
    if columns:
        pd.DataFrame(columns).to_parquet(path)
    with pytest.raises(FormatError, match=message):
        read_corpora(path)


def test_read_corpora_names_unknown_labels(tmp_path: Path) -> None:
    path = tmp_path / "autre.parquet"
    row = {"text": ["a"], "rating": [None], "label": ["mixed"], "dataset": ["d"]}
    pd.DataFrame(row).to_parquet(path)
    with pytest.raises(FormatError, match="mixed"):
        read_corpora(path)
