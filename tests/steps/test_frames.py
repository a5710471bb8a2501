from pathlib import Path

import pandas as pd
import pytest

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


def test_frames_read_gives_what_summarize_takes(night_file: Path) -> None:
    night = read_night(night_file)
    _, summary = run_night(night)
    with open_store(night.store) as store:
        verbatims, tags = read_frames(store)
    assert len(verbatims) == summary.base == 4
    assert set(tags["id"]) <= set(verbatims["id"])
