import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from listening.codebook import load_codebook
from listening.errors import CodebookError, ConfigurationError, StoreError
from listening.records import CodeVerdict, Polarity, Run, Verbatim, Verdict
from listening.steps.retrain import Retraining, Schooling, retrain
from listening.store import audit
from listening.store.decided import decided_places
from listening.store.lineage import find_run
from listening.store.queue import QueueItem, add_items
from listening.store.store import Store
from listening.store.verdicts import add_verdicts
from listening.tagging.champion import NAME, champion_of, read_champions
from listening.tagging.embedded import EmbeddedTagger
from listening.training.promote import Rule

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
LEARNT = ("reference.jsonl", "ecrits.jsonl", "notes.parquet")


def code_of(place: int) -> CodeVerdict:
    _, code, polarity = SAYINGS[place % 3]
    return CodeVerdict(code=code if code in BOOK.codes else next(iter(BOOK.codes)), polarity=polarity)


@pytest.fixture
def taught(store: Store) -> Store:
    """Sixty verbatims that an audit drew and a person decided on, a day each."""
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
            codebook=BOOK.reference,
            sentiment=SAYINGS[rank % 3][2],
            codes=(code_of(rank),),
            blind=True,
        )
        for rank, place in enumerate(places)
    ]
    add_verdicts(store, given)
    return store


@pytest.fixture
def schooling(tmp_path: Path) -> Schooling:
    """A gold of other texts that say the same, one of them taught too, and a short recipe."""
    gold, recipe = tmp_path / "reference.jsonl", tmp_path / "recette.yaml"
    with gold.open("w", encoding="utf-8") as lines:
        for place in (0, *range(100, 130)):
            text, _, polarity = SAYINGS[place % 3]
            tags = [{"code": code_of(place).code, "polarity": polarity, "start": 0, "end": 4}]
            record = {"id": place, "text": f"{text} {place}", "sentiment": polarity, "tags": tags}
            lines.write(json.dumps(record) + "\n")
    content = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    short = {
        "coded": {"epochs": 2, "hidden": 0.0, "rated": 9, "characters": 40},
        "holdout": 0.4,
        "head_rate": 0.05,
        "refit": 9,
    }
    recipe.write_text(yaml.safe_dump(content | short), encoding="utf-8")
    return Schooling(models=tmp_path / "modeles", gold=gold, recipe=recipe)


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
