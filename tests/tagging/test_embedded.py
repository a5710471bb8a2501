import json
import shutil
from pathlib import Path

import pytest

from listening.errors import ModelError
from listening.records import Reading
from listening.tagging.embedded import NOTHING, EmbeddedTagger
from listening.tagging.engine import FLOOR, decide, load_tagger

TEXTS = ["Accueil parfait, mais attente très longue.", "", "Personne ne répond au téléphone", "👍", "merci " * 900]


@pytest.fixture(scope="module")
def tagger(tiny_model: Path) -> EmbeddedTagger:
    return EmbeddedTagger(tiny_model)


@pytest.fixture(scope="module")
def readings(tagger: EmbeddedTagger) -> list[Reading]:
    return tagger.tag(TEXTS)


def test_embedded_gives_one_reading_a_text_in_order(tagger: EmbeddedTagger, readings: list[Reading]) -> None:
    assert len(readings) == len(TEXTS)
    assert readings == [one for text in TEXTS for one in tagger.tag([text])] or all(
        near(a, b) for a, b in zip(readings, (one for text in TEXTS for one in tagger.tag([text])), strict=True)
    )


def near(a: Reading, b: Reading) -> bool:
    return [tag.code for tag in a.tags] == [tag.code for tag in b.tags] and a.sentiment == pytest.approx(
        b.sentiment, abs=0.02
    )


def test_embedded_empty_text_is_neutral_without_tag(readings: list[Reading]) -> None:
    assert readings[1] == NOTHING


def test_embedded_no_text_gives_no_reading(tagger: EmbeddedTagger) -> None:
    assert tagger.tag([]) == []


def test_embedded_sentiments_sum_to_one(readings: list[Reading]) -> None:
    assert [sum(one.sentiment.values()) for one in readings] == pytest.approx([1.0] * len(readings), abs=1e-3)


def test_embedded_evidence_is_words_of_one_segment(readings: list[Reading]) -> None:
    shown = {TEXTS[0][tag.start : tag.stop] for tag in readings[0].tags}
    assert shown
    assert all(one in "Accueil parfait," or one in "mais attente très longue." for one in shown)


def test_embedded_keeps_tags_down_to_the_floor_most_probable_first(readings: list[Reading]) -> None:
    scores = [tag.probability for tag in readings[0].tags]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= FLOOR


def test_embedded_thresholds_decide(readings: list[Reading], tagger: EmbeddedTagger) -> None:
    held = decide(readings[0], tagger.thresholds).tags
    assert {tag.code for tag in held} == {tag.code for tag in readings[0].tags if tag.probability >= 0.5}


def test_embedded_rating_is_given_once_calibrated(tiny_model: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(tiny_model, tmp_path / "note")
    assert EmbeddedTagger(copy).tag(["Trop cher"])[0].rating is None
    calibration = json.loads((copy / "calibration.json").read_text(encoding="utf-8"))
    (copy / "calibration.json").write_text(
        json.dumps(calibration | {"rating": [[0.0] * 6, [*[0.0] * 5, 20.0], [0.0] * 6]})
    )
    assert EmbeddedTagger(copy).tag(["Trop cher"])[0].rating == (0.0, 1.0, 0.0)


def test_embedded_question_is_read(tagger: EmbeddedTagger) -> None:
    asked, bare = tagger.tag(["le prix", "le prix"], ["personne ne répond", None])
    assert asked.sentiment != bare.sentiment


def test_embedded_names_the_model_by_its_content(tiny_model: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(tiny_model, tmp_path / "minuscule")
    assert EmbeddedTagger(copy).model == EmbeddedTagger(tiny_model).model
    (copy / "thresholds.json").write_text(json.dumps(dict.fromkeys(EmbeddedTagger(copy).codes, 0.9)))
    assert EmbeddedTagger(copy).model == EmbeddedTagger(tiny_model).model
    (copy / "calibration.json").write_text('{"scale": [], "shift": [], "words": 0.0}')
    assert EmbeddedTagger(copy).model != EmbeddedTagger(tiny_model).model


def test_embedded_refuses_a_folder_that_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"il y manque config\.json, model\.safetensors"):
        load_tagger(tmp_path)


def test_embedded_folder_can_come_from_the_environment(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTENING_MODEL", str(tiny_model))
    assert load_tagger().model.startswith("minuscule@")
