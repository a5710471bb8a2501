import json
import shutil
from pathlib import Path

import pytest

from listening.codebook import Codebook, load_codebook
from listening.errors import CodebookError
from listening.records import Reading
from listening.tagging.added import AddedCodes, unread_lines, with_added, with_heads
from listening.tagging.baseline import BaselineTagger
from listening.tagging.embedded import NOTHING, EmbeddedTagger
from listening.tagging.following import Following
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
    with pytest.raises(
        CodebookError, match=rf"{CODE} ; lancez « listening codebook fit .*plan\.yaml --model .*minuscule »"
    ):
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


def test_with_added_reads_the_heads_that_a_retraining_left_with_the_model(tiny_model: Path, plan: Path) -> None:
    folder = shutil.copytree(tiny_model, plan.parent / "challenger")
    retrained = EmbeddedTagger(folder)
    write_heads(plan, Heads(model="minuscule@123", heads={CODE: head(retrained, intercept=-1.0)}))
    with pytest.raises(CodebookError, match=r"calé sur minuscule@123"):
        with_added(retrained, load_codebook(plan), plan)
    write_heads(plan, Heads(model=retrained.model, heads={CODE: head(retrained)}), folder)
    assert with_added(retrained, load_codebook(plan), plan).model == added(retrained).model
    later = head(retrained, intercept=1.0)
    write_heads(plan, Heads(model=retrained.model, heads={CODE: later}))
    assert with_added(retrained, load_codebook(plan), plan).model == AddedCodes(retrained, {CODE: later}).model


def test_with_heads_leaves_a_code_without_a_head_unread(tagger: EmbeddedTagger, plan: Path) -> None:
    assert with_heads(tagger, load_codebook(plan), {}) is tagger
    assert with_heads(tagger, load_codebook(plan), {CODE: head(tagger)}).codes == (*tagger.codes, CODE)


def next_plan(folder: Path, gone: list[str], codes: dict[str, list[str]]) -> Path:
    """The version after the plan that ships: without some codes, with others and what they replace."""
    content = load_codebook().model_dump() | {"version": "2", "from": "experience-client@1"}
    for code in gone:
        del content["codes"][code]
    for code, replaced in codes.items():
        held = content["codes"].get(code, {"label": "Nouveau", "definition": "d"})
        content["codes"][code] = held | {"replaces": replaced}
    path = folder / "plan2.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def probability(reading: Reading, code: str) -> float:
    return next((tag.probability for tag in reading.tags if tag.code == code), 0.0)


def test_with_added_reads_renamed_and_joined_codes(tagger: EmbeddedTagger, tmp_path: Path) -> None:
    moved = {"effort.delai": ["effort.attente"], "offre.prix": ["offre.qualite"]}
    path = next_plan(tmp_path, ["effort.attente", "offre.qualite"], moved)
    followed = with_added(tagger, load_codebook(path), path)
    (before,), (after,) = tagger.tag(TEXTS[:1]), followed.tag(TEXTS[:1])
    assert probability(after, "effort.delai") == probability(before, "effort.attente")
    apart = probability(before, "offre.prix"), probability(before, "offre.qualite")
    assert probability(after, "offre.prix") == pytest.approx(1 - (1 - apart[0]) * (1 - apart[1]), abs=1e-4)
    assert unread_lines(followed, load_codebook(path), path) == []


def test_with_added_reads_a_renamed_code_that_was_added(tagger: EmbeddedTagger, plan: Path) -> None:
    one = head(tagger)
    path = next_plan(plan.parent, [], {"effort.garer": [CODE]})
    content = json.loads(path.read_text(encoding="utf-8"))
    first = load_codebook(plan).model_dump() | {"version": "1 bis"}
    plan.write_text(json.dumps(first), encoding="utf-8")
    path.write_text(json.dumps(content | {"from": "experience-client@1 bis"}), encoding="utf-8")
    write_heads(path, Heads(model=tagger.model, heads={CODE: one}))
    followed = with_added(tagger, load_codebook(path), path)
    before = AddedCodes(tagger, {CODE: one}).tag(TEXTS)
    found = [probability(reading, "effort.garer") for reading in followed.tag(TEXTS)]
    assert found == [probability(reading, CODE) for reading in before]
    assert any(found)


def test_with_added_leaves_the_parts_of_a_split_code_unread_and_says_so(tagger: EmbeddedTagger, tmp_path: Path) -> None:
    path = next_plan(tmp_path, [], {"effort.caisse": ["effort.attente"]})
    followed = with_added(tagger, load_codebook(path), path)
    assert "effort.caisse" not in followed.codes
    unread, kept = unread_lines(followed, load_codebook(path), path)
    assert "ne lit pas : effort.caisse (de effort.attente)." in unread
    assert unread.endswith(f"puis lancez « listening codebook fit {path} ».")
    assert kept.endswith(": effort.attente.")


def test_with_added_reads_a_part_of_a_split_code_by_its_head(tagger: EmbeddedTagger, tmp_path: Path) -> None:
    path = next_plan(tmp_path, ["effort.attente"], {"effort.caisse": ["effort.attente"], CODE: ["effort.attente"]})
    write_heads(path, Heads(model=tagger.model, heads={CODE: head(tagger)}))
    followed = with_added(tagger, load_codebook(path), path)
    assert followed.thresholds[CODE] == 0.4
    assert "effort.caisse" in unread_lines(followed, load_codebook(path), path)[0]
    assert isinstance(followed, Following)
    assert followed.model.startswith(f"{AddedCodes(tagger, {CODE: head(tagger)}).model}+")


def test_with_added_prefers_what_the_model_knows_to_a_head(tagger: EmbeddedTagger, tmp_path: Path) -> None:
    path = next_plan(tmp_path, ["effort.attente"], {CODE: ["effort.attente"], "effort.neuf": []})
    heads = {CODE: head(tagger), "effort.neuf": head(tagger)}
    write_heads(path, Heads(model=tagger.model, heads=heads))
    followed = with_added(tagger, load_codebook(path), path)
    assert isinstance(followed, Following)
    assert followed.origins.told == {CODE: ("effort.attente",)}


def test_with_added_names_the_version_that_is_not_there(tagger: EmbeddedTagger, tmp_path: Path) -> None:
    path = next_plan(tmp_path, ["effort.attente"], {"effort.delai": ["effort.file"]})
    content = json.loads(path.read_text(encoding="utf-8")) | {"version": "3", "from": "experience-client@2"}
    path = tmp_path / "plan3.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "plan2.yaml").unlink()
    message = r"ne connaît pas encore : effort\.delai ; .*mettez le fichier de experience-client@2 dans le même dossier"
    with pytest.raises(CodebookError, match=message):
        with_added(tagger, load_codebook(path), path)


def test_with_added_follows_once(tagger: EmbeddedTagger, tmp_path: Path) -> None:
    path = next_plan(tmp_path, ["effort.attente"], {"effort.delai": ["effort.attente"]})
    followed = with_added(tagger, load_codebook(path), path)
    assert with_added(followed, load_codebook(path), path) is followed
