import json
from pathlib import Path

import pandas as pd
import pytest

from listening.errors import FormatError
from listening.training.corpus import GoldTag, fragments, read_coded, read_rated, read_unlabelled

LINE = {
    "id": "a",
    "text": "Trop cher",
    "stars": 1,
    "draw": "enriched",
    "sentiment": "negatif",
    "tags": [{"code": "offre.prix", "polarity": "negatif", "evidence": "Trop cher", "start": 0, "end": 9}],
}


def test_corpus_reads_coded_verbatims(tmp_path: Path) -> None:
    path = tmp_path / "codes.jsonl"
    path.write_text(json.dumps(LINE) + "\n\n")
    (example,) = read_coded(path)
    assert example.tags == (GoldTag("offre.prix", "negatif", 0, 9),)
    assert (example.stars, example.natural, example.sentiment) == (-1.0, False, "negatif")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"id": 1', "ligne 1 : JSON illisible"),
        ("[1, 2]", "ligne 1 : ce n'est pas un objet JSON"),
        ('{"id": 1, "text": "x"}', "ligne 1 : clé « tags » absente"),
        (json.dumps(LINE | {"stars": "cinq"}), "ligne 1 : valeur mal formée"),
        (json.dumps(LINE | {"tags": [{"code": "offre.prix", "polarity": "mixte"}]}), "ligne 1 : polarité « mixte »"),
        (json.dumps(LINE | {"sentiment": "bof"}), "sentiment « bof » inconnu"),
    ],
)
def test_corpus_faults_are_located(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "codes.jsonl"
    path.write_text(content)
    with pytest.raises(FormatError, match=message):
        read_coded(path)


def test_corpus_says_when_the_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="introuvable"):
        read_coded(tmp_path / "absent.jsonl")


@pytest.mark.parametrize("read", [read_rated, read_unlabelled])
@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (None, r"textes\.parquet : fichier introuvable"),
        ({"text": ["a"]}, r"textes\.parquet : colonnes absentes : .*dataset ; présentes : text"),
    ],
)
def test_corpus_names_parquet_file_and_column(tmp_path: Path, read, columns, message: str) -> None:
    path = tmp_path / "textes.parquet"
    if columns:
        pd.DataFrame(columns).to_parquet(path)
    with pytest.raises(FormatError, match=message):
        read(path, texts=1, seed=0)


def test_corpus_says_when_parquet_is_something_else(tmp_path: Path) -> None:
    path = tmp_path / "textes.parquet"
    path.write_text("text;dataset", encoding="utf-8")
    with pytest.raises(FormatError, match="ce n'est pas un fichier Parquet"):
        read_unlabelled(path, texts=1, seed=0)


def test_corpus_three_stars_say_nothing_of_the_sentiment(tmp_path: Path) -> None:
    path = tmp_path / "notes.parquet"
    rows = [("bof", "3.0", "neutral"), ("nul", "1.0", "negative"), ("il pleut", None, "neutral")]
    frame = pd.DataFrame([(*row, "essai") for row in rows], columns=["text", "rating", "label", "dataset"])
    frame.to_parquet(path)
    found = {one.text: (one.sentiment, one.stars) for one in read_rated(path, texts=10, seed=1)}
    assert found == {"bof": (None, 0.0), "nul": ("negatif", -1.0), "il pleut": ("neutre", None)}


def test_corpus_draw_is_seeded(tmp_path: Path) -> None:
    path = tmp_path / "notes.parquet"
    frame = pd.DataFrame({"text": [str(rank) for rank in range(50)], "rating": None, "label": "neutral"})
    frame.assign(dataset="essai").to_parquet(path)
    draws = [[one.text for one in read_rated(path, texts=9, seed=seed)] for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]


def test_corpus_fragments_take_the_polarity_of_the_question(tmp_path: Path) -> None:
    path = tmp_path / "fragments.jsonl"
    path.write_text('{"text": "le prix", "codes": ["offre.prix"]}\n{"text": "rien", "codes": [], "reversed": true}\n')
    found = fragments(path, {"negatif": ["Que devons-nous améliorer ?"], "positif": ["Qu'avez-vous aimé ?"]})
    assert [(one.text, one.sentiment, [tag.polarity for tag in one.tags or ()]) for one in found] == [
        ("le prix", "negatif", ["negatif"]),
        ("le prix", "positif", ["positif"]),
        ("rien", "positif", []),
        ("rien", "negatif", []),
    ]


def test_corpus_malformed_fragment_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "fragments.jsonl"
    path.write_text('{"text": "le prix"}\n', encoding="utf-8")
    with pytest.raises(FormatError, match=r"fragments\.jsonl, ligne 1 : clés absentes : codes"):
        fragments(path, {"negatif": ["?"]})


def test_corpus_shipped_fragments_use_codes_of_the_codebook() -> None:
    from listening.codebook import load_codebook

    path = Path(__file__).parents[2] / "data" / "training" / "fragments.jsonl"
    found = fragments(path, {"negatif": ["?"]})
    assert {tag.code for one in found for tag in one.tags or ()} <= set(load_codebook().codes)
    assert len(found) > 100
