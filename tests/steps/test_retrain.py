import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from listening.codebook import Codebook, load_codebook
from listening.errors import CodebookError, ConfigurationError, StoreError
from listening.records import CodeVerdict, Polarity, Run, Verbatim, Verdict
from listening.steps.retrain import Retraining, retrain
from listening.steps.schooling import Schooling
from listening.store import audit
from listening.store.decided import decided_places
from listening.store.lineage import find_run
from listening.store.queue import QueueItem, add_items
from listening.store.store import Store, open_store
from listening.store.verdicts import add_verdicts
from listening.tagging.added import open_tagger
from listening.tagging.champion import NAME, champion_of, read_champions
from listening.tagging.embedded import EmbeddedTagger
from listening.tagging.engine import cuts
from listening.tagging.heads import Heads, write_heads
from listening.training.added import fit_added
from listening.training.corpus import read_coded
from listening.training.promote import FIRST, Rule, Said, contest

SHIPPED = Path(__file__).parents[2] / "models" / "listening-fr-small" / "training.yaml"
BOOK = load_codebook()
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(id="r1", step="ingest", started_at=NOON)
SAYINGS: tuple[tuple[str, str, Polarity], ...] = (
    ("Trop cher, le prix", "offre.prix", "negatif"),
    ("Personne ne répond au téléphone", "effort.joignabilite", "negatif"),
    ("Accueil parfait, merci", "personnel.accueil", "positif"),
)
RULE = Rule(taught=20, judged=5)
LENIENT = RULE.model_copy(update={"margin": 0.5})
LEARNT = ("reference.jsonl", "ecrits.jsonl", "notes.parquet")


def code_of(place: int, book: Codebook = BOOK) -> CodeVerdict:
    _, code, polarity = SAYINGS[place % 3]
    heirs = [name for name, one in book.codes.items() if name == code or code in one.replaces]
    return CodeVerdict(code=(heirs or list(book.codes))[0], polarity=polarity)


@pytest.fixture
def taught(store: Store) -> Store:
    """Sixty verbatims that an audit drew and a person decided on, a day each."""
    teach(store, BOOK)
    return store


def teach(store: Store, book: Codebook) -> None:
    """Add the sixty verbatims, decided under a codebook."""
    store.start_run(RUN)
    verbatims = [
        Verbatim(source="avis", channel="review", external_id=str(place), text=f"{SAYINGS[place % 3][0]} {place}")
        for place in range(60)
    ]
    store.add_verbatims([(one.version, one) for one in verbatims], RUN)
    places = [{"verbatim": one.id, "version": one.version} for one in verbatims]
    drawn = [QueueItem(**place, source="avis", reason="audit", probability=0.5) for place in places]
    add_items(store, drawn, RUN)
    given = [
        Verdict(
            id=f"{rank:032}",
            **place,
            coder="lea",
            at=NOON + timedelta(days=rank),
            codebook=book.reference,
            sentiment=SAYINGS[rank % 3][2],
            codes=(code_of(rank, book),),
            blind=True,
        )
        for rank, place in enumerate(places)
    ]
    add_verdicts(store, given)


@pytest.fixture
def schooling(tmp_path: Path) -> Schooling:
    """A gold of other texts that say the same, one of them taught too, and a short recipe."""
    gold, recipe = tmp_path / "reference.jsonl", tmp_path / "recette.yaml"
    write_gold(gold, BOOK)
    content = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    short = {
        "coded": {"epochs": 2, "hidden": 0.0, "rated": 9, "characters": 40},
        "holdout": 0.4,
        "head_rate": 0.05,
        "refit": 9,
    }
    recipe.write_text(yaml.safe_dump(content | short), encoding="utf-8")
    return Schooling(models=tmp_path / "modeles", gold=gold, recipe=recipe)


def write_gold(path: Path, book: Codebook) -> None:
    """Write thirty-one verbatims coded under a codebook."""
    with path.open("w", encoding="utf-8") as lines:
        for place in (0, *range(100, 130)):
            text, _, polarity = SAYINGS[place % 3]
            tags = [{"code": code_of(place, book).code, "polarity": polarity, "start": 0, "end": 4}]
            record = {"id": place, "text": f"{text} {place}", "sentiment": polarity, "tags": tags}
            lines.write(json.dumps(record) + "\n")


def done(store: Store, model: Path, schooling: Schooling, rule: Rule = RULE) -> tuple[Retraining, list[str]]:
    seen: list[str] = []
    found = retrain(
        store, model, BOOK, schooling, rule=rule, progress=lambda stage, step, steps, loss: seen.append(stage)
    )
    return found, seen


def test_retrain_promotes_a_challenger_that_is_better(taught: Store, tiny_model: Path, schooling: Schooling) -> None:
    found, _ = done(taught, tiny_model, schooling)
    assert found.ruling.promoted, found
    assert champion_of(schooling.models) == found.folder
    (reign,) = read_champions(schooling.models / NAME).history
    assert (reign.model, reign.before) == (found.challenger, EmbeddedTagger(tiny_model).model)
    (line,) = audit.lines(taught, subject=found.challenger)
    assert (line.action, line.detail["run"]) == ("promote", found.run.id)
    run = find_run(taught, found.run.id)
    assert run.counts == {"learnt": 41, "judged": 18, "gold": 31, "promoted": 1}
    assert run.lineage["recent"]["theme_micro_f1"]["gain"] > 0
    assert str(schooling.gold) in run.lineage["inputs"]
    assert found.lessons.left_out["verbatims du jeu de référence"] == 1
    assert "remplace" in found.lines()[0]


def test_retrain_again_finds_its_challenger_and_the_rule_keeps_the_champion(
    taught: Store, tiny_model: Path, schooling: Schooling
) -> None:
    severe = RULE.model_copy(update={"judged": 19})
    first, seen = done(taught, tiny_model, schooling, severe)
    again, nothing = done(taught, tiny_model, schooling, severe)
    assert (first.folder, bool(seen), nothing) == (again.folder, True, [])
    assert not again.ruling.promoted
    assert [one.on for one in again.ruling.conditions if not one.held] == ["base"]
    assert not (schooling.models / NAME).exists()
    assert list(audit.lines(taught, subject=again.challenger)) == []
    assert str(again.folder) in again.lines()[0]


def test_retrain_needs_verdicts_a_recipe_and_a_gold_of_the_codebook(
    store: Store, tiny_model: Path, schooling: Schooling
) -> None:
    with pytest.raises(StoreError, match="0 verbatims décidés"):
        done(store, tiny_model, schooling)
    with pytest.raises(ConfigurationError, match="--recipe"):
        done(store, tiny_model, replace(schooling, recipe=None))
    record: dict[str, Any] = {"text": "a", "sentiment": "neutre", "tags": [{"code": "x.y", "polarity": "neutre"}]}
    schooling.gold.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(CodebookError, match=r"x\.y"):
        done(store, tiny_model, schooling)


def test_retrain_learns_from_no_file_what_is_judged_by(
    taught: Store, tiny_model: Path, schooling: Schooling, tmp_path: Path
) -> None:
    authored, rated = tmp_path / "ecrits.jsonl", tmp_path / "notes.parquet"
    judged = {"text": f"{SAYINGS[2][0]} 59", "sentiment": "positif", "tags": []}
    authored.write_text(json.dumps(judged) + "\n" + json.dumps(judged | {"text": "Autre chose"}), encoding="utf-8")
    texts = pd.DataFrame({"text": ["Parfait", judged["text"]], "rating": 5.0, "label": "positive", "dataset": "x"})
    texts.to_parquet(rated)
    given = replace(schooling, coded=schooling.gold, authored=authored, rated=rated)
    found, _ = done(taught, tiny_model, given)
    left_out = {name: found.lessons.left_out[f"reprises de textes jugés, dans {name}"] for name in LEARNT}
    assert left_out == {"reference.jsonl": 31, "ecrits.jsonl": 1, "notes.parquet": 1}
    assert str(rated) in find_run(taught, found.run.id).lineage["inputs"]


PARKING = "offre.parking"
PARKED = [f"attente {word} site {other}" for word in ("prix", "panne", "rien") for other in ("longue", "encore", "une")]


@pytest.fixture
def newer(tmp_path: Path, tiny_model: Path, schooling: Schooling) -> Path:
    """The file of a newer plan: a code renamed, one removed, one added, whose head is fitted on the model."""
    path, authored = tmp_path / "plan2.yaml", tmp_path / "ecrits.jsonl"
    write_plan(path, examples=PARKED)
    write_gold(schooling.gold, load_codebook(path))
    plain = [{"text": f"merci {word} parfait {rank}", "sentiment": "positif", "tags": []} for rank, word in
             enumerate(("accueil", "téléphone", "je", "recommande", "remboursé") * 4)]  # fmt: skip
    authored.write_text("\n".join(map(json.dumps, plain)), encoding="utf-8")
    write_heads(path, fit_added(EmbeddedTagger(tiny_model), load_codebook(path), read_coded(authored)))
    return path


def write_plan(path: Path, *, examples: list[str]) -> None:
    content = BOOK.model_dump() | {"version": "2", "from": BOOK.reference}
    renamed, _ = content["codes"].pop("offre.prix"), content["codes"].pop("effort.attente")
    content["codes"] |= {
        "offre.tarif": renamed | {"replaces": ["offre.prix"]},
        PARKING: {"label": "Parking", "definition": "attente site", "examples": examples},
    }
    path.write_text(json.dumps(content), encoding="utf-8")


def retrained(store: Store, model: Path, schooling: Schooling, plan: Path) -> Retraining:
    """Retrain under a plan, with what was written for training."""
    book, given = load_codebook(plan), replace(schooling, authored=plan.parent / "ecrits.jsonl")
    return retrain(store, model, book, given, plan=plan, rule=LENIENT, progress=lambda stage, step, steps, loss: None)


def test_retrain_follows_the_plan_and_the_night_goes_on(
    tmp_path: Path, tiny_model: Path, schooling: Schooling, newer: Path
) -> None:
    book = load_codebook(newer)
    with open_store(str(tmp_path / "essai.sqlite")) as store:
        teach(store, book)
        found = retrained(store, tiny_model, schooling, newer)
        assert found.ruling.promoted, found
        assert found.fitted == (PARKING,)
        assert find_run(store, found.run.id).lineage["heads"] == [PARKING]
    tagger = open_tagger(schooling.models, book, newer)
    assert {PARKING, "offre.tarif"} <= set(tagger.codes)
    assert all(PARKING in {tag.code for tag in reading.tags} for reading in tagger.tag(PARKED))
    learnt = {tag.code for one in found.lessons.learnt for tag in one.tags or ()}
    assert "offre.prix" in learnt
    assert "offre.tarif" not in learnt
    assert {one.unsure for one in found.lessons.learnt} == {("effort.attente",)}
    assert "offre.tarif" in {tag.code for one in found.lessons.judged for tag in one.example.tags or ()}
    gold = read_coded(schooling.gold)
    said = Said(readings=tagger.tag([one.text for one in gold]), thresholds=cuts(tagger, book))
    assert found.gold.gains[FIRST].challenger == contest(gold, said, said, list(book.codes)).gains[FIRST].challenger


def test_retrain_promotes_none_that_an_added_code_has_no_examples_for(
    tmp_path: Path, tiny_model: Path, schooling: Schooling, newer: Path
) -> None:
    write_plan(newer, examples=PARKED[:3])
    with open_store(str(tmp_path / "essai.sqlite")) as store:
        teach(store, load_codebook(newer))
        found = retrained(store, tiny_model, schooling, newer)
        assert [one.on for one in found.ruling.conditions if not one.held] == ["codes"]
        assert not (schooling.models / NAME).exists()
        assert f"faute d'exemples : {PARKING} (3)" in found.lines()[-1].replace("\xa0", " ")
        write_plan(newer, examples=PARKED)
        again = retrained(store, tiny_model, schooling, newer)
    assert (again.folder, again.ruling.promoted) == (found.folder, True)


def test_retrain_says_before_it_trains_what_added_codes_and_files_want(
    tmp_path: Path, tiny_model: Path, schooling: Schooling, newer: Path
) -> None:
    book = load_codebook(newer)
    with open_store(str(tmp_path / "essai.sqlite")) as store:
        teach(store, book)
        with pytest.raises(ConfigurationError, match=rf"{PARKING} .* --authored"):
            retrain(store, tiny_model, book, schooling, plan=newer, rule=RULE, progress=print)
        tags = [{"code": "x.y", "polarity": "neutre"}]
        strange = json.dumps({"text": "Rien", "sentiment": "neutre", "tags": tags})
        (tmp_path / "ecrits.jsonl").write_text(strange, encoding="utf-8")
        with pytest.raises(CodebookError, match=r"ni du plan ni du modèle : x\.y"):
            retrained(store, tiny_model, schooling, newer)
        write_heads(newer, Heads(model="autre@1", heads={}))
        with pytest.raises(CodebookError, match=rf"ne connaît pas encore : {PARKING}"):
            retrained(store, tiny_model, schooling, newer)
    assert not schooling.models.exists()


def test_decided_places_leave_out_what_was_edited_or_taken_back(taught: Store) -> None:
    places = decided_places(taught, codebook=BOOK.reference)
    first, second = (one for one in places.values() if one.text.endswith((" 10", " 11")))
    assert (len(places), first.drawn, first.group) == (60, 0.5, first.version)
    gone = Verbatim(source="avis", channel="review", external_id="10", text="")
    taught.mark_deleted({gone.id: NOON}, RUN)
    taught.add_verbatims([("f", replace(gone, external_id="11", text="Autre chose"))], RUN)
    left = decided_places(taught, codebook=BOOK.reference)
    assert set(places) - set(left) == {first.version, second.version}
    assert decided_places(taught, codebook="autre@1") == {}
