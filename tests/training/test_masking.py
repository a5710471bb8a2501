import json
from pathlib import Path

import pytest

from listening.errors import FormatError
from listening.text.masks import Mask
from listening.training.masking import MarkedText, Part, measure, read_marked, score

TEXT = "Odile, au 06 39 98 12 44."
NAME, PHONE = Mask(0, 5, "PERSONNE"), Mask(10, 24, "TÉLÉPHONE")


@pytest.mark.parametrize(
    ("masks", "hits"),
    [
        ([PHONE], 1),
        ([Mask(10, 24, "RÉFÉRENCE")], 1),
        ([Mask(8, 25, "TÉLÉPHONE")], 1),
        ([Mask(10, 12, "RÉFÉRENCE"), Mask(13, 24, "RÉFÉRENCE")], 1),
        ([Mask(10, 23, "TÉLÉPHONE")], 0),
        ([], 0),
    ],
)
def test_score_finds_a_passage_whose_letters_and_figures_are_all_masked(masks: list[Mask], hits: int) -> None:
    assert score([MarkedText(TEXT, (PHONE,))], [masks]).recall == {"TÉLÉPHONE": Part(hits, 1)}


def test_score_counts_each_kind_apart() -> None:
    found = score([MarkedText(TEXT, (NAME, PHONE)), MarkedText(TEXT, (NAME,))], [[PHONE], [NAME]])
    assert found.recall == {"TÉLÉPHONE": Part(1, 1), "PERSONNE": Part(1, 2)}


def test_score_masked_passage_is_right_when_it_touches_a_true_one() -> None:
    found = score([MarkedText(TEXT, (PHONE,)), MarkedText(TEXT)], [[NAME, Mask(23, 25, "LIEN")], [NAME]])
    assert found.precision == Part(1, 3)
    assert found.precision_marked == Part(1, 2)


def test_score_trap_is_whole_when_nothing_is_masked_in_it() -> None:
    found = score([MarkedText(TEXT), MarkedText(TEXT), MarkedText(TEXT, (NAME,))], [[], [NAME, PHONE], []])
    assert found.untouched == Part(1, 2)


def test_measure_masks_the_texts_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "annotes.jsonl"
    spans = [{"start": 10, "end": 24, "kind": "TÉLÉPHONE"}]
    records = [{"text": TEXT, "spans": spans}, {"text": "Trop long, 3949 en vain.", "spans": []}]
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    found = measure(path)
    assert (found.recall["TÉLÉPHONE"], found.untouched) == (Part(1, 1), Part(1, 1))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "ce fichier est vide"),
        ('{"text": "a"}', "ligne 1 : clé « spans » absente"),
        ('{"text": "a", "spans": [{"start": 0, "end": 1, "kind": "NOM"}]}', "nature « NOM » inconnue"),
        ('{"text": "a", "spans": [{"start": 0, "end": 2, "kind": "NIR"}]}', "passage 0–2 hors du texte"),
        ('{"text": "a", "spans": [{"start": "x", "end": 2, "kind": "NIR"}]}', "valeur mal formée"),
    ],
)
def test_read_marked_says_what_is_wrong(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "annotes.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FormatError, match=message):
        read_marked(path)
