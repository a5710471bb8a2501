import json
from pathlib import Path

import pandas as pd
import pytest

from listening.errors import FormatError
from listening.records import content_id
from listening.training.corpus import GoldTag
from listening.training.standoff import read_standoff

TEXTS = ["Attente interminable au guichet", "Parfait"]


def write(folder: Path, texts: list[str]) -> tuple[Path, Path]:
    corpus, codings = folder / "textes.parquet", folder / "codages.jsonl"
    pd.DataFrame({"text": TEXTS}).to_parquet(corpus)
    tag = {"code": "effort.attente", "polarity": "negatif", "start": 0, "end": 20}
    records = [{"text": content_id(one), "draw": "enriched", "sentiment": "negatif", "tags": [tag]} for one in texts]
    codings.write_text("\n".join(json.dumps(one) for one in records), encoding="utf-8")
    return codings, corpus


def test_standoff_joins_codings_with_their_texts(tmp_path: Path) -> None:
    codings, corpus = write(tmp_path, TEXTS[:1])
    [example] = read_standoff(codings, [corpus])
    assert example.text == TEXTS[0]
    assert example.tags == (GoldTag("effort.attente", "negatif", 0, 20),)
    assert not example.natural


def test_standoff_refuses_codings_of_other_texts(tmp_path: Path) -> None:
    codings, corpus = write(tmp_path, [TEXTS[0], "Un texte d'ailleurs"])
    with pytest.raises(FormatError, match=r"1 codages sur 2 sans leur texte dans .*textes\.parquet"):
        read_standoff(codings, [corpus])


def test_standoff_names_the_line_without_a_text(tmp_path: Path) -> None:
    codings, corpus = write(tmp_path, TEXTS)
    codings.write_text('{"sentiment": "neutre", "tags": []}\n', encoding="utf-8")
    with pytest.raises(FormatError, match=r"codages\.jsonl, ligne 1 : clé « text » absente"):
        read_standoff(codings, [corpus])


def test_standoff_names_the_column_that_a_corpus_lacks(tmp_path: Path) -> None:
    codings, corpus = write(tmp_path, TEXTS)
    pd.DataFrame({"texte": TEXTS}).to_parquet(corpus)
    with pytest.raises(FormatError, match=r"textes\.parquet : colonnes absentes : text ; présentes : texte"):
        read_standoff(codings, [corpus])
