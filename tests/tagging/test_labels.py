import pytest

from listening.codebook import Code, Codebook, load_codebook
from listening.errors import ModelError
from listening.tagging.labels import hypotheses, inference, polarities

FIVE = ("negatif", "negatif", "neutre", "positif", "positif")


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("negative", "neutral", "positive"), ("negatif", "neutre", "positif")),
        (("POS", "NEG", "NEU"), ("positif", "negatif", "neutre")),
        (("Négatif", "Positif"), ("negatif", "positif")),
        (("Very Negative", "very_negative", "neutro", "positivo", "very-positive"), FIVE),
        (("1 star", "2 stars", "3 stars", "4 stars", "5 stars"), FIVE),
        (("1 étoile", "2 étoiles", "3 étoiles", "4 étoiles", "5 ÉTOILES"), FIVE),
    ],
)
def test_labels_name_polarities_in_several_languages_and_cases(labels, expected) -> None:
    assert polarities(labels, {}, model="essai") == expected


@pytest.mark.parametrize("labels", [("LABEL_0", "LABEL_1"), ("0", "1", "2"), ("positive", "negative", "LABEL_2")])
def test_labels_that_say_nothing_are_refused_with_the_remedy(labels) -> None:
    with pytest.raises(ModelError, match=r"étiquettes .*(LABEL_|0).* sous « sentiment »,.* « labels: \{"):
        polarities(labels, {}, model="essai")


def test_labels_given_by_the_user_complete_and_replace() -> None:
    given = {"LABEL_0": "negatif", "good": "neutre"}
    assert polarities(("LABEL_0", "good", "pos"), given, model="essai") == ("negatif", "neutre", "positif")


def test_labels_given_that_the_model_does_not_have_are_refused() -> None:
    with pytest.raises(ModelError, match="n'a pas d'étiquette LABEL_2 ; les siennes : LABEL_0, LABEL_1"):
        polarities(("LABEL_0", "LABEL_1"), {"LABEL_2": "positif"}, model="essai")


def test_labels_without_both_ends_are_no_sentiment() -> None:
    with pytest.raises(ModelError, match="aucune étiquette pour negatif parmi neutral, positive"):
        polarities(("neutral", "positive"), {}, model="essai")


@pytest.mark.parametrize(
    ("labels", "ranks"),
    [
        (("entailment", "neutral", "contradiction"), (0, 2)),
        (("CONTRADICTION", "NEUTRAL", "ENTAILMENT"), (2, 0)),
        (("not_entailment", "entailment"), (1, 0)),
        (("entailment", "autre"), (0, 1)),
    ],
)
def test_labels_of_inference_are_found(labels, ranks) -> None:
    assert inference(labels, model="essai") == ranks


@pytest.mark.parametrize("labels", [("LABEL_0", "LABEL_1", "LABEL_2"), ("entailment", "neutral", "autre")])
def test_labels_without_inference_are_refused(labels) -> None:
    with pytest.raises(ModelError, match=r"ne juge pas d'hypothèses.* les siennes sont "):
        inference(labels, model="essai")


def test_labels_hypothesis_comes_from_the_codebook(codebook: Codebook) -> None:
    assert hypotheses(codebook)["effort.attente"] == "Ce client parle de délais."
    own = Code(label="Délais", definition="Un code.", hypothesis="Ce client a trop attendu.")
    spoken = codebook.model_copy(update={"codes": {**codebook.codes, "effort.attente": own}})
    assert hypotheses(spoken)["effort.attente"] == "Ce client a trop attendu."
    assert hypotheses(spoken)["prix.niveau"] == "Ce client parle de prix."


@pytest.mark.parametrize(
    ("label", "expected"),
    [("Accueil", "d'accueil"), ("Échange", "d'échange"), ("SAV", "de SAV"), ("Prix", "de prix")],
)
def test_labels_hypothesis_is_french(label: str, expected: str) -> None:
    shipped = load_codebook()
    codes = {"offre.prix": Code(label=label, definition="")}
    assert hypotheses(shipped.model_copy(update={"codes": codes})) == {"offre.prix": f"Ce client parle {expected}."}
