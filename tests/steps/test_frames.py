from pathlib import Path

import pandas as pd
import pytest

from listening.codebook import Codebook, load_codebook
from listening.configuration import read_night
from listening.errors import FormatError
from listening.steps.frames import read_frames, tag_frame
from listening.steps.night import run_night
from listening.store.store import open_store
from listening.tagging.engine import load_tagger

FRAME = pd.DataFrame({"nom": ["a", "b"], "avis": ["Accueil parfait, merci", None]}, index=[7, 9])


def test_frames_tag_keeps_rows_and_index(tiny_model: Path) -> None:
    answers, tags = tag_frame(FRAME, text="avis", id="nom", tagger=load_tagger(tiny_model))
    assert answers.index.tolist() == [7, 9]
    assert answers["sentiment"].tolist()[1] == "neutre"
    assert set(tags["id"]) <= {"a"}
    assert {*tags["evidence"]} <= {"Accueil parfait, merci", "Accueil parfait,", "merci"}


def test_frames_tag_names_the_missing_column(tiny_model: Path) -> None:
    with pytest.raises(FormatError, match="pas de colonne « text » ; colonnes présentes : nom, avis"):
        tag_frame(FRAME, tagger=load_tagger(tiny_model))


def test_frames_tag_follows_a_renamed_code(tiny_model: Path) -> None:
    content = load_codebook().model_dump() | {"version": "2", "from": "experience-client@1"}
    content["codes"]["offre.tarif"] = content["codes"].pop("offre.prix") | {"replaces": ["offre.prix"]}
    for code in content["codes"].values():
        code["threshold"] = 0.05
    codebook = Codebook.model_validate(content).after(load_codebook())
    _, tags = tag_frame(FRAME, text="avis", tagger=load_tagger(tiny_model), codebook=codebook)
    assert "offre.tarif" in set(tags["code"])
    assert set(tags["code"]) <= set(codebook.codes)


def test_frames_read_gives_what_summarize_takes(night_file: Path) -> None:
    night = read_night(night_file)
    _, summary = run_night(night)
    with open_store(night.store) as store:
        verbatims, tags = read_frames(store)
    assert len(verbatims) == summary.base == 4
    assert set(tags["id"]) <= set(verbatims["id"])
