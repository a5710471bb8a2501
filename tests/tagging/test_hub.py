import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer, pipeline

from listening.codebook import Codebook
from listening.errors import ConfigurationError, ModelError
from listening.records import POLARITIES, Reading
from listening.tagging.classifier import Classifier
from listening.tagging.embedded import NOTHING
from listening.tagging.engine import FLOOR, decide
from listening.tagging.engines import load_engine, read_hub
from listening.tagging.hub import HubEngine, HubTagger
from listening.tagging.labels import hypotheses
from listening.tagging.snapshot import locate

WORDS = """
le la les un de et mais pas plus très trop rien accueil parfait attente longue personne ne répond au téléphone prix
cher site en panne merci je recommande ce client parle délais clarté du
"""
STARS = ("1 star", "2 stars", "3 stars", "4 stars", "5 stars")
NLI = ("entailment", "neutral", "contradiction")
TEXTS = ["Accueil parfait, mais attente très longue.", "", "Le site en panne", "👍", "merci trop cher " * 40, "Merci."]
Build = Callable[..., Path]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Save a tiny classifier with the labels asked for: random weights, large enough for its answers to differ."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    def save(labels: Sequence[str], *, seed: int = 1) -> Path:
        folder = tmp_path_factory.mktemp("classifieur")
        vocabulary = {
            word: rank for rank, word in enumerate(dict.fromkeys(["[PAD]", "[CLS]", "[SEP]", "[UNK]", *WORDS.split()]))
        }
        tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.Lowercase()
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        tokenizer.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
        names = {"pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "unk_token": "[UNK]"}
        PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)
        torch.manual_seed(seed)
        config = BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=33,
            initializer_range=0.7,
            id2label=dict(enumerate(labels)),
            label2id={label: rank for rank, label in enumerate(labels)},
        )
        BertForSequenceClassification(config).save_pretrained(folder)
        return folder

    return save


@pytest.fixture(scope="module")
def stars(build: Build) -> Path:
    return build(STARS)


@pytest.fixture(scope="module")
def nli(build: Build) -> Path:
    return build(NLI, seed=2)


@pytest.fixture(scope="module")
def tagger(stars: Path, nli: Path, codebook: Codebook) -> HubTagger:
    return engine(sentiment={"id": str(stars)}, themes={"id": str(nli)}).tagger(codebook)


@pytest.fixture(scope="module")
def readings(tagger: HubTagger) -> list[Reading]:
    return tagger.tag(TEXTS)


def engine(**parts: Any) -> HubEngine:
    return HubEngine.model_validate(parts)


def direct(folder: Path, ids: Sequence[int]) -> list[float]:
    """What the bare model says of some tokens."""
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.inference_mode():
        return model(torch.tensor([ids])).logits.softmax(dim=-1)[0].tolist()


def by_polarity(five: Sequence[float]) -> dict[str, float]:
    return dict(zip(POLARITIES, (five[0] + five[1], five[2], five[3] + five[4]), strict=True))


def test_hub_gives_one_reading_a_text_in_order(tagger: HubTagger, readings: list[Reading]) -> None:
    alone = [tagger.tag([text])[0] for text in TEXTS]
    assert len(readings) == len(TEXTS)
    for one, other in zip(readings, alone, strict=True):
        assert one.sentiment == pytest.approx(other.sentiment, abs=2e-4)
        assert [tag.code for tag in one.tags] == [tag.code for tag in other.tags]
    assert readings[0].sentiment != readings[2].sentiment


def test_hub_text_without_words_is_neutral_without_tag(readings: list[Reading]) -> None:
    assert readings[1] == NOTHING


def test_hub_stars_are_summed_to_polarities(stars: Path, readings: list[Reading]) -> None:
    ids = AutoTokenizer.from_pretrained(stars)(TEXTS[2])["input_ids"]
    assert readings[2].sentiment == pytest.approx(by_polarity(direct(stars, ids)), abs=2e-4)


def test_hub_two_labels_leave_nothing_neutral(build: Build, codebook: Codebook) -> None:
    folder = build(("POSITIVE", "NEGATIVE"))
    (reading,) = engine(sentiment={"id": str(folder)}).tagger(codebook).tag(["trop cher"])
    positive, negative = direct(folder, AutoTokenizer.from_pretrained(folder)("trop cher")["input_ids"])
    expected = {"negatif": negative, "neutre": 0.0, "positif": positive}
    assert reading.sentiment == pytest.approx(expected, abs=2e-4)


def test_hub_labels_of_the_user_are_used(build: Build, codebook: Codebook) -> None:
    folder = build(("LABEL_0", "LABEL_1"))
    tell = {"LABEL_0": "negatif", "LABEL_1": "positif"}
    moods = [
        engine(sentiment={"id": str(folder), "labels": labels}).tagger(codebook).tag(["cher"])[0].sentiment
        for labels in (tell, {"LABEL_0": "positif", "LABEL_1": "negatif"})
    ]
    assert moods[0]["negatif"] == moods[1]["positif"] != moods[0]["positif"]
    with pytest.raises(ModelError, match="LABEL_0, LABEL_1"):
        engine(sentiment={"id": str(folder)}).tagger(codebook)


def test_hub_long_text_is_windowed_and_averaged_by_length(stars: Path, readings: list[Reading]) -> None:
    tokens = AutoTokenizer.from_pretrained(stars)(TEXTS[4], add_special_tokens=False)["input_ids"]
    room = Classifier(locate(str(stars))).limit - 2
    assert (len(tokens), room) == (120, 30)
    cut = [tokens[start : start + room] for start in range(0, len(tokens), room)]
    said = [by_polarity(direct(stars, [1, *window, 2])) for window in cut]
    expected = {name: sum(len(one) * mood[name] for one, mood in zip(cut, said, strict=True)) / 120 for name in said[0]}
    assert readings[4].sentiment == pytest.approx(expected, abs=2e-4)


def test_hub_last_word_of_a_long_text_counts(tagger: HubTagger) -> None:
    one, other = tagger.tag(["merci " * 70 + "prix", "merci " * 70 + "panne"])
    assert one.sentiment != other.sentiment


def test_hub_windows_of_unequal_length_lose_nothing(stars: Path) -> None:
    (parts,) = Classifier(locate(str(stars))).read(["merci " * 67])
    assert [part.length for part in parts] == [30, 30, 7]


def test_hub_windows_keep_the_whole_hypothesis(nli: Path) -> None:
    (parts,) = Classifier(locate(str(nli))).read(["merci " * 60], "ce client parle de prix")
    assert sum(part.length for part in parts) == 60
    assert max(part.length for part in parts) == 32 - 3 - 5


def test_hub_themes_are_what_zero_shot_classification_gives(
    nli: Path, codebook: Codebook, readings: list[Reading]
) -> None:
    judge = pipeline("zero-shot-classification", model=str(nli), tokenizer=AutoTokenizer.from_pretrained(nli))
    asked = hypotheses(codebook)
    pieces = ["Accueil parfait,", "mais attente très longue."]
    found = {tag.code: tag for tag in readings[0].tags}
    for code, hypothesis in asked.items():
        scores = [judge(one, [hypothesis], hypothesis_template="{}", multi_label=True)["scores"][0] for one in pieces]
        if max(scores) < FLOOR:
            assert code not in found
            continue
        assert found[code].probability == pytest.approx(max(scores), abs=2e-4)
        assert TEXTS[0][found[code].start : found[code].stop] == pieces[scores.index(max(scores))]
    assert found


def test_hub_polarity_is_the_sentiment_of_the_evidence(tagger: HubTagger, readings: list[Reading]) -> None:
    for tag in readings[0].tags:
        (alone,) = tagger.tag([TEXTS[0][tag.start : tag.stop]])
        assert tag.polarity_probability == pytest.approx(alone.sentiment[tag.polarity], abs=2e-4)
        assert tag.polarity_probability == max(tag.polarity_probability, *alone.sentiment.values())


def test_hub_other_hypotheses_give_other_probabilities_and_another_name(nli: Path, codebook: Codebook) -> None:
    renamed = codebook.codes["prix.niveau"].model_copy(update={"label": "Téléphone"})
    other = codebook.model_copy(update={"codes": {**codebook.codes, "prix.niveau": renamed}})
    one, two = (engine(themes={"id": str(nli)}).tagger(book) for book in (codebook, other))
    assert one.model != two.model
    assert one.tag(["trop cher"]) != two.tag(["trop cher"])


def test_hub_themes_alone_are_neutral(nli: Path, codebook: Codebook) -> None:
    (reading,) = engine(themes={"id": str(nli)}).tagger(codebook).tag([TEXTS[0]])
    assert reading.sentiment == NOTHING.sentiment
    assert {tag.polarity for tag in reading.tags} == {"neutre"}


def test_hub_sentiment_alone_has_no_code(stars: Path, codebook: Codebook) -> None:
    tagger = engine(sentiment={"id": str(stars)}).tagger(codebook)
    assert (tagger.codes, tagger.thresholds, tagger.tag(["trop cher"])[0].tags) == ((), {}, ())


def test_hub_threshold_of_the_file_decides(nli: Path, codebook: Codebook) -> None:
    (reading,) = engine(themes={"id": str(nli)}).tagger(codebook).tag([TEXTS[0]])
    highest, *_, lowest = (tag.probability for tag in reading.tags)
    middle = (highest + lowest) / 2
    tagger = engine(themes={"id": str(nli), "threshold": middle}).tagger(codebook)
    assert tagger.thresholds == dict.fromkeys(codebook.codes, middle)
    held = decide(tagger.tag([TEXTS[0]])[0], tagger.thresholds)
    assert held.tags == tuple(tag for tag in reading.tags if tag.probability >= middle)
    assert 0 < len(held.tags) < len(reading.tags)


def test_hub_no_text_gives_no_reading(tagger: HubTagger) -> None:
    assert tagger.tag([]) == []


def test_hub_model_name_fits_the_store(tagger: HubTagger, stars: Path, nli: Path) -> None:
    assert tagger.model.startswith(f"{stars.name}+{nli.name}@")
    assert len(tagger.model) <= 80


def test_hub_encoder_without_head_is_refused(stars: Path, tmp_path: Path, codebook: Codebook) -> None:
    AutoModel.from_pretrained(stars).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(stars).save_pretrained(tmp_path)
    tagger = engine(sentiment={"id": str(tmp_path)}).tagger(codebook)
    with pytest.raises(ModelError, match=r"n'est pas un classifieur.*classifier\.bias"):
        tagger.tag(["merci"])


def test_hub_model_without_its_tokenizer_is_refused(stars: Path, tmp_path: Path, codebook: Codebook) -> None:
    for name in ("config.json", "model.safetensors"):
        shutil.copy(stars / name, tmp_path)
    tagger = engine(sentiment={"id": str(tmp_path)}).tagger(codebook)
    with pytest.raises(ModelError, match="tokenizer"):
        tagger.tag(["merci"])


def test_hub_tokenizer_that_does_not_load_is_refused_with_the_remedy(tmp_path: Path, codebook: Codebook) -> None:
    config = {"model_type": "xlm-roberta", "id2label": {"0": "negative", "1": "positive"}}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (tmp_path / "sentencepiece.bpe.model").write_bytes(b"rien")
    (tmp_path / "model.safetensors").write_bytes(b"rien")
    tagger = engine(sentiment={"id": str(tmp_path)}).tagger(codebook)
    with pytest.raises(ModelError, match="pip install sentencepiece protobuf"):
        tagger.tag(["merci"])


def test_hub_sentiment_model_is_refused_for_themes(stars: Path, codebook: Codebook) -> None:
    with pytest.raises(ModelError, match="ne juge pas d'hypothèses"):
        engine(themes={"id": str(stars)}).tagger(codebook)


def test_hub_engine_is_read_from_yaml_and_its_folders_count_from_it(stars: Path, nli: Path, codebook: Codebook) -> None:
    path = stars.parent / "moteur.yaml"
    path.write_text(f"sentiment:\n  id: {stars.name}\nthemes:\n  id: {nli.name}\n", encoding="utf-8")
    tagger = load_engine(str(path), codebook)
    assert tagger.codes == tuple(codebook.codes)
    assert tagger.tag(["trop cher"])[0].tags


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("sentiment:\n  modele: a/b\n", "sentiment.id : cette clé manque"),
        ("sentiment:\n  id: a/b\n  labels: {LABEL_0: mauvais}\n", "sentiment.labels.LABEL_0 : « mauvais »"),
        ("themes:\n  id: a/b\n  revision: 12\n", "themes.revision : « 12 » n'est pas un texte"),
        ("themes:\n  id: a/b\n  threshold: 2\n", "themes.threshold : « 2 » est trop grand ; moins de 1"),
        ("{}", " : il faut « sentiment », « themes », ou les deux"),
        ("", " : des clés et des valeurs sont attendues"),
        ("a: [", "n'est pas un fichier YAML"),
    ],
)
def test_hub_wrong_file_is_told_key_by_key(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "moteur.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError) as raised:
        read_hub(path)
    assert message in str(raised.value)


def test_hub_engines_by_name(tiny_model: Path, codebook: Codebook, tagger: HubTagger) -> None:
    assert load_engine(str(tiny_model), codebook).model.startswith("minuscule@")
    assert load_engine("baseline", codebook, baseline=lambda: tagger) is tagger
    with pytest.raises(ConfigurationError, match="--train"):
        load_engine("baseline", codebook)
    with pytest.raises(ConfigurationError, match="moteur inconnu « spacy » ; possibles : embedded, baseline"):
        load_engine("spacy", codebook)
    with pytest.raises(ConfigurationError, match=r"absent\.yaml : introuvable"):
        load_engine("absent.yaml", codebook)


def test_hub_embedded_is_the_default_model(
    tiny_model: Path, codebook: Codebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTENING_MODEL", str(tiny_model))
    assert load_engine("embedded", codebook).model.startswith("minuscule@")
