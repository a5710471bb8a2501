import json
import shutil
from pathlib import Path

import pytest

from listening.codebook import Codebook, load_codebook
from listening.errors import CodebookError
from listening.records import Reading
from listening.tagging.added import AddedCodes, with_added
from listening.tagging.baseline import BaselineTagger
from listening.tagging.embedded import NOTHING, EmbeddedTagger
from listening.tagging.heads import Figure, Head, Heads, Quality, heads_path, write_heads

TEXTS = ["Accueil parfait, mais attente très longue.", "", "Personne ne répond au téléphone", "attente " * 900]
CODE = "effort.parking"
NONE = Figure(value=None, low=None, high=None)
QUALITY = Quality(
    examples=8,
    counterexamples=0,
    others=50,
    precision=NONE,
    recall=NONE,
    f1=NONE,
    average_precision=NONE,
    missed=(),
    polarities=0,
    agreed=0,
)


@pytest.fixture(scope="module")
def tagger(tiny_model: Path) -> EmbeddedTagger:
    return EmbeddedTagger(tiny_model)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """The shipped codebook with one code more."""
    path = tmp_path / "plan.yaml"
    codebook = load_codebook().model_dump()
    codebook["codes"][CODE] = {"label": "Stationnement", "definition": "Se garer."}
    path.write_text(json.dumps(codebook), encoding="utf-8")
    return path


def head(tagger: EmbeddedTagger, *, like: str = "attente très longue.", intercept: float = 0.0) -> Head:
    """A head that looks for what a text looks like."""
    weights = tuple((10 * tagger.states([like])[0]).tolist())
    numbers = {"scale": 1.0, "shift": 0.0, "threshold": 0.4}
    scores = {"carriers": (0.6, 0.7), "others": (0.1, 0.2)}
    return Head(weights=weights, intercept=intercept, quality=QUALITY, **numbers, **scores)


def added(tagger: EmbeddedTagger, **options: object) -> AddedCodes:
    return AddedCodes(tagger, {CODE: head(tagger, **options)})


def shipped(readings: list[Reading]) -> list[list[str]]:
    return [[repr(tag) for tag in reading.tags if tag.code != CODE] for reading in readings]


def test_added_shipped_codes_and_sentiment_are_what_they_were(tagger: EmbeddedTagger) -> None:
    before, after = tagger.tag(TEXTS), added(tagger).tag(TEXTS)
    assert shipped(after) == shipped(before)
    assert [one.sentiment for one in after] == [one.sentiment for one in before]


def test_added_code_is_tagged_with_the_segment_that_scores_highest(tagger: EmbeddedTagger) -> None:
    (tag,) = [tag for tag in added(tagger).tag(TEXTS)[0].tags if tag.code == CODE]
    assert TEXTS[0][tag.start : tag.stop] == "mais attente très longue."
    assert tag.probability > 0.4


def test_added_polarity_is_the_sentiment_of_the_text(tagger: EmbeddedTagger) -> None:
    reading = added(tagger).tag(TEXTS)[2]
    (tag,) = [tag for tag in reading.tags if tag.code == CODE]
    assert tag.polarity_probability == reading.sentiment[tag.polarity] == max(reading.sentiment.values())


def test_added_text_without_a_word_carries_nothing(tagger: EmbeddedTagger) -> None:
    assert added(tagger, intercept=50.0).tag(["", "  "]) == [NOTHING, NOTHING]


def test_added_improbable_code_is_not_kept(tagger: EmbeddedTagger) -> None:
    assert added(tagger, intercept=-50.0).tag(TEXTS) == tagger.tag(TEXTS)


def test_added_knows_more_codes_and_thresholds(tagger: EmbeddedTagger) -> None:
    more = added(tagger)
    assert more.codes == (*tagger.codes, CODE)
    assert more.thresholds == tagger.thresholds | {CODE: 0.4}
    assert more.held_out[CODE].carriers == (0.6, 0.7)


def test_added_model_is_named_by_what_decides_a_probability(tagger: EmbeddedTagger) -> None:
    one = head(tagger)
    names = {
        AddedCodes(tagger, {CODE: other}).model
        for other in (one, one.model_copy(update={"threshold": 0.9}), one.model_copy(update={"shift": 1.0}))
    }
    assert len(names) == 2
    assert all(name.startswith(f"{tagger.model}+") for name in names)


def test_with_added_gives_the_engine_back_where_nothing_is_added(
    tagger: EmbeddedTagger, plan: Path, codebook: Codebook
) -> None:
    baseline = BaselineTagger.fit(
        ["cher", "beau"] * 3, [{"a.b": "negatif"}, {}] * 3, ["negatif", "positif"] * 3, ["a.b"]
    )
    assert with_added(tagger, load_codebook(), plan) is tagger
    assert with_added(tagger, codebook, None) is tagger
    assert with_added(baseline, load_codebook(plan), plan) is baseline


def test_with_added_reads_the_heads_beside_the_codebook(tagger: EmbeddedTagger, plan: Path) -> None:
    write_heads(plan, Heads(model=tagger.model, heads={CODE: head(tagger), "effort.retire": head(tagger)}))
    assert with_added(tagger, load_codebook(plan), plan).codes == (*tagger.codes, CODE)


def test_with_added_without_head_names_the_command(tagger: EmbeddedTagger, plan: Path) -> None:
    with pytest.raises(CodebookError, match=rf"{CODE} ; lancez « listening codebook fit .*plan\.yaml »"):
        with_added(tagger, load_codebook(plan), plan)


def test_with_added_refuses_the_heads_of_another_model(tagger: EmbeddedTagger, plan: Path) -> None:
    write_heads(plan, Heads(model="autre@123", heads={CODE: head(tagger)}))
    with pytest.raises(CodebookError, match=r"calé sur autre@123, mais le modèle est minuscule@.* fit .* à nouveau"):
        with_added(tagger, load_codebook(plan), plan)


def test_with_added_refuses_a_spoilt_file(tagger: EmbeddedTagger, plan: Path) -> None:
    heads_path(plan).write_text("{")
    with pytest.raises(CodebookError, match=r"plan\.heads\.json est illisible"):
        with_added(tagger, load_codebook(plan), plan)


def test_with_added_same_content_in_another_folder_is_the_same_model(tiny_model: Path, plan: Path) -> None:
    copy = shutil.copytree(tiny_model, plan.parent / "minuscule")
    write_heads(plan, Heads(model=EmbeddedTagger(tiny_model).model, heads={CODE: head(EmbeddedTagger(tiny_model))}))
    assert isinstance(with_added(EmbeddedTagger(copy), load_codebook(plan), plan), AddedCodes)
