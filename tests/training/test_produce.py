import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml

from listening.codebook import load_codebook
from listening.errors import ConfigurationError
from listening.records import content_id
from listening.tagging.embedded import EmbeddedTagger
from listening.training.configuration import read_training
from listening.training.corpus import Example, GoldTag
from listening.training.folder import LEFT_OUT
from listening.training.produce import Sources, produce, repeated
from listening.training.translate import Translation

SHIPPED = Path(__file__).parents[2] / "models" / "listening-fr-small" / "training.yaml"
CODES = list(load_codebook().codes)


def write_training(folder: Path, **changes: object) -> None:
    content = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    small = {"coded": {"epochs": 2, "hidden": 0.1, "rated": 4, "characters": 200}, "batch_tokens": 64}
    (folder / "training.yaml").write_text(yaml.safe_dump(content | small | changes), encoding="utf-8")


@pytest.fixture
def sources(tmp_path: Path, tiny_model: Path) -> Sources:
    from listening.tagging.modeling import ListeningModel

    base = tmp_path / "base"
    ListeningModel.from_pretrained(tiny_model).encoder.save_pretrained(base)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tiny_model / name, base)
    coded = tmp_path / "codes.jsonl"
    tag = {"code": "offre.prix", "polarity": "negatif", "start": 0, "end": 9}
    with coded.open("w", encoding="utf-8") as lines:
        for rank in range(20):
            record = {"id": rank, "text": "Trop cher. Merci", "sentiment": "negatif", "tags": [tag] if rank % 2 else []}
            lines.write(json.dumps(record) + "\n")
    unlabelled, rated, codings = tmp_path / "textes.parquet", tmp_path / "notes.parquet", tmp_path / "codages.jsonl"
    texts = ["Personne ne répond au téléphone", "attente très longue", "merci, accueil parfait"]
    pd.DataFrame({"text": texts, "dataset": "essai"}).to_parquet(unlabelled)
    words = ("trop cher", "correct", "parfait")
    notes = {"text": [f"{words[rank % 3]} {rank}" for rank in range(90)], "dataset": "x"}
    notes |= {"rating": [1.0, 3.0, 5.0] * 30, "label": ["negative", "neutral", "positive"] * 30}
    pd.DataFrame(notes).to_parquet(rated)
    shown = {"code": "effort.attente", "polarity": "negatif", "start": 0, "end": 7}
    record = {"text": content_id(texts[1]), "draw": "natural", "sentiment": "negatif", "tags": [shown]}
    codings.write_text(json.dumps(record), encoding="utf-8")
    return Sources(base=str(base), coded=coded, codings=codings, unlabelled=unlabelled, rated=rated)


def quiet(stage: str, step: int, steps: int, loss: float) -> None:
    assert loss > 0


def test_produce_makes_a_folder_that_tags(tmp_path: Path, sources: Sources) -> None:
    folder = tmp_path / "modele"
    folder.mkdir()
    write_training(folder)
    produce(folder, sources, CODES, progress=quiet)
    tagger = EmbeddedTagger(folder)
    assert set(tagger.thresholds) == set(CODES)
    assert len(tagger.tag(["Trop cher"])) == 1
    assert set(tagger.held_out) == set(CODES)
    assert sum(tagger.tag(["Trop cher"])[0].rating or ()) == pytest.approx(1, abs=1e-3)
    curve = (folder / "learning_curve.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[:2] for line in curve[1:]] == [["adaptation", "1"], ["codes", "1"], ["codes", "2"]]


def test_produce_resumes_where_it_was_and_ends_alike(tmp_path: Path, sources: Sources) -> None:
    names = []
    for interrupted in (False, True):
        folder = tmp_path / f"reprise-{interrupted}" / "modele"
        folder.mkdir(parents=True)
        write_training(folder)
        if interrupted:

            def stop(stage: str, step: int, steps: int, loss: float) -> None:
                if stage == "codes 2":
                    raise KeyboardInterrupt

            with pytest.raises(KeyboardInterrupt):
                produce(folder, sources, CODES, progress=stop)
        produce(folder, sources, CODES, progress=quiet)
        names.append(EmbeddedTagger(folder).model)
    assert names[0] == names[1]


def test_produce_trains_a_tagger_on(tmp_path: Path, sources: Sources, tiny_model: Path) -> None:
    folder = tmp_path / "modele"
    folder.mkdir()
    write_training(folder)
    produce(folder, replace(sources, base=str(tiny_model)), CODES, progress=quiet)
    assert EmbeddedTagger(folder).codes == EmbeddedTagger(tiny_model).codes
    assert EmbeddedTagger(folder).model != EmbeddedTagger(tiny_model).model
    for name in ("calibration.json", "thresholds.json", "heldout.json"):  # too few are held out to fit them anew
        assert (folder / name).read_bytes() == (tiny_model / name).read_bytes()
    modes = {path.stat().st_mode for path in folder.iterdir() if path.is_file()}
    assert len(modes) == 1  # whoever reads the folder reads the weights


def test_produce_calibrates_a_tagger_anew_on_enough(tmp_path: Path, sources: Sources, tiny_model: Path) -> None:
    write_training(tmp_path, refit=2)
    produce(tmp_path, replace(sources, base=str(tiny_model)), CODES, progress=quiet)
    assert (tmp_path / "thresholds.json").read_bytes() != (tiny_model / "thresholds.json").read_bytes()


def test_produce_refuses_a_tagger_of_other_codes(tmp_path: Path, sources: Sources, tiny_model: Path) -> None:
    write_training(tmp_path)
    with pytest.raises(ConfigurationError, match=r"maison\.accueil"):
        produce(tmp_path, replace(sources, base=str(tiny_model)), [*CODES, "maison.accueil"], progress=quiet)


def test_produce_learns_nothing_that_repeats_what_is_kept_apart(tmp_path: Path, sources: Sources) -> None:
    coded = sources.coded or Path()
    record = {"text": "Accueil parfait, merci", "sentiment": "positif", "tags": []}
    coded.write_text(coded.read_text(encoding="utf-8") + json.dumps(record), encoding="utf-8")
    folder = tmp_path / "modele"
    folder.mkdir()
    write_training(folder)
    produce(folder, replace(sources, apart=("accueil PARFAIT, merci !", "parfait 2")), CODES, progress=quiet)
    counts = json.loads((folder / LEFT_OUT).read_text(encoding="utf-8"))
    assert counts == {"codes.jsonl": 1, "notes.parquet": 1}


def test_produce_learns_from_verbatims_coded_under_a_newer_plan(
    tmp_path: Path, sources: Sources, tiny_model: Path
) -> None:
    coded = sources.coded or Path()
    coded.write_text(coded.read_text(encoding="utf-8").replace("offre.prix", "offre.tarif"), encoding="utf-8")
    told = {code: code for code in CODES if code not in ("offre.prix", "effort.attente")} | {
        "offre.tarif": "offre.prix"
    }
    partial = Translation(names=told, joined=("effort.joindre",), unsure=("effort.attente",))
    write_training(tmp_path, refit=0)
    produce(tmp_path, Sources(base=str(tiny_model), coded=coded, translation=partial), CODES, progress=quiet)
    curve = (tmp_path / "learning_curve.csv").read_text(encoding="utf-8").splitlines()
    assert curve[-1].endswith(",nan")  # what leaves the parts of a joined code open is not held out
    assert (tmp_path / "thresholds.json").read_bytes() == (tiny_model / "thresholds.json").read_bytes()
    before, after = (
        EmbeddedTagger(folder).logits(["Trop cher. Merci"])[0, 0, CODES.index("offre.prix")]
        for folder in (tiny_model, tmp_path)
    )
    assert after != before


def test_produce_repeats_examples_with_a_rare_code() -> None:
    def example(code: str) -> Example:
        return Example(id=code, text="x", tags=(GoldTag(code, "negatif", 0, 1),))

    found = repeated([*[example("courant")] * 3, example("rare")], below=2, times=3)
    assert Counter(one.id for one in found) == {"courant": 3, "rare": 3}


def test_produce_training_configuration_is_checked(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="introuvable"):
        read_training(tmp_path / "training.yaml")
    assert read_training(SHIPPED).coded.epochs >= 1
