import json
from pathlib import Path

import pandas as pd
import pytest

from listening.codebook import load_codebook
from listening.errors import FormatError
from listening.steps.files import TextRow, read_texts, tag_rows, to_json
from listening.tagging.engine import load_tagger

ROWS = [("a", "Accueil parfait, je recommande"), ("b", ""), ("c", "Trop cher et personne ne répond")]


def write(folder: Path, kind: str) -> Path:
    path = folder / f"avis.{kind}"
    frame = pd.DataFrame(ROWS, columns=["id", "avis"])
    if kind == "csv":
        frame.to_csv(path, index=False, sep=";")
    elif kind == "jsonl":
        frame.to_json(path, orient="records", lines=True, force_ascii=False)
    elif kind == "parquet":
        frame.to_parquet(path)
    else:
        path.write_text("\n".join(text for _, text in ROWS) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_files_every_table_gives_the_same_rows(tmp_path: Path, kind: str) -> None:
    assert list(read_texts(write(tmp_path, kind), text=None, id=None)) == [TextRow(*row) for row in ROWS]


def test_files_text_lines_are_numbered(tmp_path: Path) -> None:
    assert [row.id for row in read_texts(write(tmp_path, "txt"), text=None, id=None)] == ["1", "2", "3"]


def test_files_guess_needs_one_candidate(tmp_path: Path) -> None:
    path = tmp_path / "deux.csv"
    path.write_text("aime;ameliorer\nl'accueil très chaleureux;les délais de réponse\nle bon prix;rien du tout ici\n")
    with pytest.raises(FormatError, match=r"deux\.csv : plusieurs colonnes .* : aime, ameliorer ; .*--text"):
        list(read_texts(path, text=None, id=None))
    assert next(read_texts(path, text="ameliorer", id=None)).text == "les délais de réponse"


def test_files_guess_finds_the_only_column_of_sentences(tmp_path: Path) -> None:
    path = tmp_path / "sondage.csv"
    path.write_text("ville;q12\nBrest;il a fallu attendre une heure\nLyon;personne ne répond au téléphone\n")
    assert next(read_texts(path, text=None, id=None)).text == "il a fallu attendre une heure"


@pytest.mark.parametrize(("text", "id"), [("absente", None), ("avis", "absente")])
def test_files_missing_column_lists_those_present(tmp_path: Path, text: str, id: str | None) -> None:
    with pytest.raises(FormatError, match=r"pas de colonne « absente » ; colonnes présentes : id, avis"):
        list(read_texts(write(tmp_path, "csv"), text=text, id=id))


def test_files_unreadable_line_is_given_back_empty(tmp_path: Path) -> None:
    path = tmp_path / "avis.jsonl"
    path.write_text('{"id": "a", "avis": "bien"}\n{"id": "b", "av\n{"id": "c", "avis": "nul"}\n')
    found = list(read_texts(path, text="avis", id=None))
    assert [(row.id, row.text) for row in found] == [("a", "bien"), ("2", ""), ("c", "nul")]
    assert "ligne 2" in found[1].problem


def test_files_output_keeps_its_promise(tmp_path: Path, tiny_model: Path) -> None:
    tagger, codebook = load_tagger(tiny_model), load_codebook()
    rows = list(read_texts(write(tmp_path, "csv"), text=None, id=None))
    lines = [
        json.loads(to_json(row, reading, review, model=tagger.model, codebook=codebook.reference))
        for row, reading, review in tag_rows(rows, tagger, codebook)
    ]
    assert [line["id"] for line in lines] == ["a", "b", "c"]
    assert lines[1]["sentiment"] == "neutre"
    assert lines[1]["tags"] == []
    for line, (_, text) in zip(lines, ROWS, strict=True):
        assert set(line) == {"id", "sentiment", "sentiment_scores", "tags", "review", "model", "codebook"}
        assert set(line["sentiment_scores"]) == {"negatif", "neutre", "positif"}
        for tag in line["tags"]:
            assert set(tag) == {"code", "polarity", "probability", "evidence", "start", "end"}
            assert text[tag["start"] : tag["end"]] == tag["evidence"] != ""
    assert any(line["tags"] for line in lines)
