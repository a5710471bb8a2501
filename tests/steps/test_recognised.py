from pathlib import Path

import pytest

from listening.configuration import read_night
from listening.sources.recognise import recognise, recognise_all
from listening.steps.recognised import describe, to_yaml

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


def test_describe_says_what_will_be_read() -> None:
    said = "\n".join(describe(recognise(SAMPLES / "barometre_qualtrics.csv", name="barometre")))
    for part in (
        "barometre_qualtrics.csv : qualtrics, source « barometre »",
        "Texte : Q2",
        "NPS, 0 à 10 : Q1_NPS",
        "Poids : poids",
        "Vague : vague",
        "Segments : secteur, age",
        "Libellés : « Pour quelles raisons avez-vous donné cette note ? »",
        "Au début : 200 verbatims, du ",
        "0 ligne à mettre en quarantaine",
    ):
        assert part in said
    assert "Non reconnus" not in said


def test_describe_says_what_it_did_not_find(answers: Path) -> None:
    said = "\n".join(describe(recognise(answers)))
    assert "Étoiles, 1 à 5 : note" in said
    assert "Au début : 4 verbatims, du 03/02/2026 au 06/02/2026 ; 0 ligne" in said
    assert "Non reconnus : nps, csat, ces, weight, wave, brand ; s'ils y sont, nommez leur colonne" in said


def test_describe_says_which_brands_to_list() -> None:
    said = describe(recognise(SAMPLES / "mastodon.json"))
    assert said[-1].strip() == "Marques : aucune ; listez les vôtres dans une configuration, sous « brands »"


def test_describe_warns_of_rows_and_files_that_cannot_be_read(answers: Path, tmp_path: Path) -> None:
    answers.write_text(answers.read_text() + "9;07/02/2026;Léo;3\n")
    assert "1 ligne à mettre en quarantaine" in "\n".join(describe(recognise(answers)))
    form = tmp_path / "form.csv"
    form.write_text("Timestamp,Why?\n05/01/2026,Too long\n06/01/2026,Too dear for me\n")
    assert "Attention : form.csv : rien ne dit si ses dates" in "\n".join(describe(recognise(form)))


@pytest.mark.parametrize("name", ["barometre_qualtrics.csv", "sinistres_limesurvey.csv", "avis.csv", "forum"])
def test_to_yaml_is_the_source_of_a_night(tmp_path: Path, name: str) -> None:
    found = recognise_all([SAMPLES / name]).sources
    night = tmp_path / "nuit.yaml"
    night.write_text(to_yaml(found), encoding="utf-8")
    assert read_night(night).sources == found


def test_describe_asks_for_the_wording_that_a_file_does_not_have() -> None:
    said = "\n".join(describe(recognise(SAMPLES / "sinistres_limesurvey.csv")))
    assert "Libellés absents du fichier : écrivez dans une configuration ceux de aime, ameliorer" in said
