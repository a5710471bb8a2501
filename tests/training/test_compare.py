import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from listening.codebook import load_codebook
from listening.errors import CodebookError, ConfigurationError, FormatError
from listening.training.compare import Material, compare


@contextmanager
def silent(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    yield lambda done: None


def write(path: Path, *, first: int = 0, code: str = "offre.prix") -> Path:
    """Twelve coded verbatims, one in three with a tag."""
    with path.open("w", encoding="utf-8") as lines:
        for rank in range(first, first + 12):
            tags = [] if rank % 3 else [{"code": code, "polarity": "negatif", "start": 0, "end": 9}]
            text = f"merci {rank}" if rank % 3 else "Trop cher"
            sentiment = ("negatif", "positif", "neutre")[rank % 3]
            lines.write(json.dumps({"id": rank, "text": text, "sentiment": sentiment, "tags": tags}) + "\n")
    return path


def test_compare_sets_engines_beside_both_coders(tmp_path: Path) -> None:
    gold = write(tmp_path / "un.jsonl")
    material = Material(gold=gold, train=gold, coder2=write(tmp_path / "deux.jsonl", first=6))
    found = compare(["baseline"], material, load_codebook(), bar=silent)
    assert [one.coders for one in found.agreements] == [
        ("codeur 1", "codeur 2"),
        ("baseline@tfidf", "codeur 1"),
        ("baseline@tfidf", "codeur 2"),
    ]
    assert found.agreements[0].base == 6  # ids 6 to 11 are in both files
    assert found.agreements[0].theme_micro_f1.value == 1
    assert found.evaluations[0].base == 12


@pytest.mark.parametrize(
    ("material", "error", "message"),
    [
        (Material(), ConfigurationError, "rien sur quoi mesurer"),
        (Material(coder2=Path("b"), sentiment=Path("c")), ConfigurationError, "premier codeur"),
        (Material(train_sentiment=Path("b"), gold=Path("c")), ConfigurationError, "--sentiment"),
        (Material(gold=Path("absent.jsonl")), FormatError, "fichier introuvable"),
    ],
)
def test_compare_says_what_is_missing(material: Material, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        compare(["baseline"], material, load_codebook(), bar=silent)


def test_compare_judges_three_stars_by_the_rating(tmp_path: Path, tiny_model: Path) -> None:
    model = shutil.copytree(tiny_model, tmp_path / "modele")
    calibration = json.loads((model / "calibration.json").read_text(encoding="utf-8"))
    (model / "calibration.json").write_text(
        json.dumps(calibration | {"rating": [[0.0] * 6, [*[0.0] * 5, 20.0], [0.0] * 6]})
    )  # always 3 stars
    rows = {"text": ["merci", "attente"], "rating": [3.0, 1.0], "label": ["neutral", "negative"], "dataset": "avis"}
    pd.DataFrame(rows).to_parquet(tmp_path / "notes.parquet")
    found = compare([str(model)], Material(sentiment=tmp_path / "notes.parquet"), load_codebook(), bar=silent)
    assert found.corpora[0].accuracy.value == 0.5


def test_compare_needs_something_to_fit_the_baseline_on(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--train"):
        compare(["baseline"], Material(gold=write(tmp_path / "un.jsonl")), load_codebook(), bar=silent)


def test_compare_refuses_a_second_coder_of_other_verbatims(tmp_path: Path) -> None:
    gold = write(tmp_path / "un.jsonl")
    material = Material(gold=gold, train=gold, coder2=write(tmp_path / "deux.jsonl", first=30))
    with pytest.raises(FormatError, match="aucun identifiant en commun"):
        compare(["baseline"], material, load_codebook(), bar=silent)


def test_compare_names_codes_that_the_codebook_lacks(tmp_path: Path) -> None:
    gold = write(tmp_path / "un.jsonl", code="offre.parfum")
    with pytest.raises(CodebookError, match=r"offre\.parfum"):
        compare(["baseline"], Material(gold=gold, train=gold), load_codebook(), bar=silent)
