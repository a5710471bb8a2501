import json
from pathlib import Path

import numpy as np
import pytest

from listening.codebook import NEVER, Codebook
from listening.errors import CodebookError, ConfigurationError
from listening.tagging.added import probabilities
from listening.tagging.embedded import EmbeddedTagger
from listening.tagging.engine import strongest
from listening.training.added import fit_added, fit_heads, read_background
from listening.training.corpus import Example, GoldTag

PLACES = ("accueil", "site", "téléphone", "prix", "panne", "rien")
CARRIERS = [f"attente {word} longue {other}" for word in PLACES for other in PLACES[:2]]
OTHERS = [
    f"merci {word} {other} parfait {last}" for word in PLACES for other in PLACES for last in ("", "je recommande")
]
BACKGROUND = [Example(id=text, text=text) for text in OTHERS]
CODE = "essai.attente"


def plan(**fields: object) -> Codebook:
    code = {"label": "Attente", "definition": "attente longue", "examples": CARRIERS} | fields
    other = {"label": "Autre", "definition": "rien"}
    return Codebook.model_validate(
        {
            "name": "plan",
            "version": "1",
            "label": "Plan",
            "nets": {"essai": {"label": "E", "definition": "d"}, "offre": {"label": "O", "definition": "d"}},
            "codes": {CODE: code, "offre.prix": other},
        }
    )


@pytest.fixture(scope="module")
def tagger(tiny_model: Path) -> EmbeddedTagger:
    return EmbeddedTagger(tiny_model)


def test_added_fits_only_what_the_model_does_not_know(tagger: EmbeddedTagger) -> None:
    heads = fit_added(tagger, plan(), BACKGROUND)
    assert heads.model == tagger.model
    assert list(heads.heads) == [CODE]
    assert len(heads.heads[CODE].weights) == tagger.width


def test_added_does_not_fit_what_follows_from_codes_of_the_model(tagger: EmbeddedTagger) -> None:
    first = plan()
    codes = {
        CODE: first.codes[CODE].model_dump(),
        "offre.tarif": {"label": "Tarif", "definition": "d", "replaces": ["offre.prix"], "examples": CARRIERS},
        "essai.caisse": {"label": "Caisse", "definition": "d", "replaces": ["effort.attente"]},
        "essai.guichet": {"label": "Guichet", "definition": "d", "replaces": ["effort.attente"], "examples": CARRIERS},
    }
    second = Codebook.model_validate(first.model_dump() | {"version": "2", "from": "plan@1", "codes": codes})
    assert list(fit_added(tagger, second, BACKGROUND).heads) == [CODE, "essai.guichet"]


def test_added_fits_the_codes_that_it_is_asked_for(tagger: EmbeddedTagger) -> None:
    codes = plan().model_dump()["codes"]
    codes["essai.file"] = codes[CODE] | {"examples": CARRIERS[:9]}
    both = Codebook.model_validate(plan().model_dump() | {"codes": codes})
    assert list(fit_heads(tagger, both, ["essai.file"], BACKGROUND).heads) == ["essai.file"]


def test_added_asks_for_examples_of_the_parts_of_a_split_code(tagger: EmbeddedTagger) -> None:
    parts = {f"essai.{name}": {"label": name, "definition": "d", "replaces": ["offre.prix"]} for name in "xy"}
    second = Codebook.model_validate(plan().model_dump() | {"version": "2", "from": "plan@1", "codes": parts})
    with pytest.raises(CodebookError, match=r"essai\.x : 0 exemples ; il en faut au moins 8"):
        fit_added(tagger, second, BACKGROUND)


def test_added_quality_says_on_what_it_was_measured(tagger: EmbeddedTagger) -> None:
    found = fit_added(tagger, plan(counterexamples=["pas d'attente", OTHERS[0]]), BACKGROUND).heads[CODE].quality
    assert (found.examples, found.counterexamples, found.others) == (12, 2, len(OTHERS) - 1)
    assert found.f1.value is not None
    assert found.f1.value > 0.8


def test_added_background_coded_with_the_code_is_left_out(tagger: EmbeddedTagger) -> None:
    coded = Example(id="x", text="attente prix longue", tags=(GoldTag(CODE, "negatif", 0, 7),))
    heads = fit_added(tagger, plan(), [*BACKGROUND, coded])
    assert heads.heads[CODE].quality.others == len(OTHERS)


def test_added_examples_of_other_codes_are_learnt_from(tagger: EmbeddedTagger) -> None:
    book = plan().model_dump()
    book["codes"]["offre.prix"]["examples"] = [{"text": "trop cher"}, {"text": CARRIERS[0]}]
    found = fit_added(tagger, Codebook.model_validate(book), BACKGROUND).heads[CODE].quality
    assert found.others == len(OTHERS) + 1


def test_added_names_the_examples_that_are_missed_by_rank(tagger: EmbeddedTagger) -> None:
    strange = [*CARRIERS[:3], OTHERS[7], *CARRIERS[3:]]
    assert fit_added(tagger, plan(examples=strange), BACKGROUND).heads[CODE].quality.missed[0] == 4


def test_added_counts_polarities_that_agree(tagger: EmbeddedTagger) -> None:
    read = [strongest(reading.sentiment) for reading in tagger.tag(CARRIERS[:5])]
    other = {"negatif": "positif", "neutre": "negatif", "positif": "neutre"}
    given = [*read[:3], *(other[polarity] for polarity in read[3:])]
    told = [{"text": text, "polarity": polarity} for text, polarity in zip(CARRIERS[:5], given, strict=True)]
    found = fit_added(tagger, plan(examples=[*told, *CARRIERS[5:]]), BACKGROUND).heads[CODE].quality
    assert (found.polarities, found.agreed) == (5, 3)


def test_added_calibration_counts_each_example_once(tagger: EmbeddedTagger) -> None:
    head = fit_added(tagger, plan(), BACKGROUND).heads[CODE]
    surest = (len(CARRIERS) + 1) / (len(CARRIERS) + 2)  # the target of Platt for as many examples
    shipped = probabilities(head, tagger.states(CARRIERS))
    assert np.mean(shipped) == pytest.approx(surest, abs=0.03)


def test_added_code_that_cannot_be_told_apart_is_never_given(tagger: EmbeddedTagger) -> None:
    alike = [f"merci {word} parfait {rank}" for rank, word in enumerate(PLACES * 4)]  # the model does not read numbers
    background = [Example(id=text, text=text) for text in alike[12:]]
    head = fit_added(tagger, plan(examples=alike[:12], definition="rien"), background).heads[CODE]
    assert (head.scale, head.threshold) == (0.0, NEVER)


def test_added_same_input_gives_the_same_heads(tagger: EmbeddedTagger) -> None:
    assert fit_added(tagger, plan(), BACKGROUND) == fit_added(tagger, plan(), BACKGROUND)


def test_added_heads_are_small(tagger: EmbeddedTagger) -> None:
    assert len(json.dumps(fit_added(tagger, plan(), BACKGROUND).model_dump())) < 5_000


def test_added_too_few_examples_are_refused(tagger: EmbeddedTagger) -> None:
    with pytest.raises(CodebookError, match=r"essai\.attente : 7 exemples ; il en faut au moins 8"):
        fit_added(tagger, plan(examples=CARRIERS[:7]), BACKGROUND)


def test_added_nothing_to_learn_is_said(tagger: EmbeddedTagger) -> None:
    book = plan().model_dump()
    del book["codes"][CODE]
    with pytest.raises(CodebookError, match=r"plan@1 : le modèle connaît déjà tous ses codes"):
        fit_added(tagger, Codebook.model_validate(book), BACKGROUND)


def test_added_background_that_is_not_there_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--texts"):
        read_background(tmp_path / "absent.jsonl")
