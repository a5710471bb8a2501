import math
from dataclasses import replace

import pytest

from listening.records import Polarity, Reading, Tag
from listening.training.corpus import Example, GoldTag
from listening.training.evaluate import evaluate

CODES = ["a.un", "a.deux", "b.un"]
THRESHOLDS = dict.fromkeys(CODES, 0.5)


def gold(sentiment: Polarity | None, *tags: tuple[str, Polarity], **known: str) -> Example:
    given = tuple(GoldTag(code, polarity, 0, 4) for code, polarity in tags)
    return Example(id="x", text="mots dits", tags=given, sentiment=sentiment, **known)


def read(sentiment: Polarity, *tags: tuple[str, Polarity, float], start: int = 0) -> Reading:
    found = tuple(
        Tag(code=code, probability=score, polarity=polarity, polarity_probability=1.0, start=start, stop=9)
        for code, polarity, score in tags
    )
    scores: dict[Polarity, float] = {"negatif": 0.0, "neutre": 0.0, "positif": 0.0}
    return Reading(sentiment=scores | {sentiment: 1.0}, tags=found)


EXAMPLES = [
    gold("negatif", ("a.un", "negatif"), ("b.un", "negatif"), channel="survey"),
    gold("positif", ("a.un", "positif"), channel="survey"),
    gold("neutre"),
]
READINGS = [
    read("negatif", ("a.un", "negatif", 0.9), ("a.deux", "negatif", 0.8), ("b.un", "negatif", 0.2)),
    read("neutre", ("a.un", "negatif", 0.6), start=5),
    read("neutre"),
]


@pytest.fixture(scope="module")
def evaluation():
    return evaluate(EXAMPLES, READINGS, model="m", codes=CODES, thresholds=THRESHOLDS, draws=50)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme_micro_f1", 2 * 2 / (2 * 2 + 1 + 1)),  # two right, a.deux wrong, b.un missed
        ("theme_micro_precision", 2 / 3),
        ("theme_micro_recall", 2 / 3),
        ("polarity_accuracy", 1 / 2),
        ("sentiment_accuracy", 2 / 3),
        ("sentiment_macro_f1", (1 + 2 / 3 + 0) / 3),
        ("evidence_overlap", 1 / 2),
    ],
)
def test_evaluate_measures_by_hand(evaluation, name: str, value: float) -> None:
    assert evaluation.measures[name].value == pytest.approx(value)


def test_evaluate_interval_holds_the_value(evaluation) -> None:
    found = evaluation.measures["theme_micro_f1"]
    assert found.low <= found.value <= found.high
    assert found.low < found.high


def test_evaluate_net_counts_its_codes_only(evaluation) -> None:
    assert evaluation.nets["a"].f1.value == pytest.approx(4 / 5)
    assert evaluation.nets["b"].f1.value == 0


def test_evaluate_by_code_gives_precision_recall_f1_polarity_and_cases(evaluation) -> None:
    one = evaluation.codes["a.un"]
    assert (one.precision.value, one.recall.value, one.f1.value, one.polarity.value) == (1, 1, 1, 0.5)
    assert (one.cases, one.found) == (2, 2)
    missed = evaluation.codes["b.un"]
    assert math.isnan(missed.precision.value)
    assert (missed.recall.value, missed.f1.value, missed.cases, missed.found) == (0, 0, 1, 0)


def test_evaluate_does_not_feign_certainty_on_few_cases(evaluation) -> None:
    found = evaluation.codes["a.un"].recall
    assert (found.low, found.high) == (pytest.approx(math.sqrt(0.025), abs=1e-3), 1)


def test_evaluate_confusion_has_the_coder_in_rows(evaluation) -> None:
    assert evaluation.confusion == [[1, 0, 0], [0, 1, 0], [0, 1, 0]]
    assert evaluation.sentiments["neutre"].precision.value == 0.5


def test_evaluate_groups_keep_what_the_file_says(evaluation) -> None:
    assert [(one.name, one.base) for one in evaluation.groups["channel"]] == [("survey", 2), ("", 1)]
    assert evaluation.groups["channel"][0].sentiment_accuracy.value == 0.5
    assert [one.name for one in evaluation.groups["length"]] == ["moins de 60"]
    assert not {"domain", "draw"} & set(evaluation.groups)


def test_evaluate_evidence_of_whole_texts_is_none() -> None:
    readings = [read("negatif", ("a.un", "negatif", 0.9)) for _ in EXAMPLES]
    found = evaluate(EXAMPLES, readings, model="m", codes=CODES, thresholds=THRESHOLDS, draws=5)
    assert math.isnan(found.measures["evidence_overlap"].value)


def test_evaluate_leaves_unknown_sentiments_out() -> None:
    examples = [gold(None, ("a.un", "negatif")), *EXAMPLES[1:]]
    found = evaluate(examples, READINGS, model="m", codes=CODES, thresholds=THRESHOLDS, draws=20)
    assert sum(map(sum, found.confusion)) == 2
    assert found.reliability["sentiment"].base == 2


def test_evaluate_gives_engines_the_same_draws() -> None:
    """Of two engines one finds exactly what the other misses: on the same draws their recalls add up to 1."""
    examples = [gold("neutre", ("a.un", "neutre")) for _ in range(30)]
    found, missed = read("neutre", ("a.un", "neutre", 0.9)), read("neutre")
    one, other = (
        evaluate(examples, readings, model="m", codes=CODES, thresholds=THRESHOLDS, draws=50).codes["a.un"].recall
        for readings in ([found] * 12 + [missed] * 18, [missed] * 12 + [found] * 18)
    )
    assert one.low < one.high
    assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low))


def test_evaluate_bounds_f1_by_its_draws_alone(evaluation) -> None:
    assert (evaluation.codes["b.un"].f1.low, evaluation.codes["b.un"].f1.high) == (0, 0)
    assert evaluation.codes["b.un"].recall.high > 0.9  # a share: Clopper and Pearson


def test_evaluate_groups_by_draw_where_both_occur() -> None:
    examples = [replace(EXAMPLES[0], natural=False), *EXAMPLES[1:]]
    found = evaluate(examples, READINGS, model="m", codes=CODES, thresholds=THRESHOLDS, draws=5)
    assert [(one.name, one.base) for one in found.groups["draw"]] == [("tirage naturel", 2), ("tirage enrichi", 1)]


def test_evaluate_has_no_theme_figures_for_an_engine_without_tags() -> None:
    readings = [read("negatif") for _ in EXAMPLES]
    found = evaluate(EXAMPLES, readings, model="m", codes=CODES, thresholds=THRESHOLDS, draws=5)
    themes = [one for name, one in found.measures.items() if not name.startswith("sentiment")]
    scores = [*found.codes.values(), *found.nets.values()]
    groups = [one.theme_micro_f1 for one in found.groups["channel"]]
    assert all(math.isnan(one.value) for one in [*themes, *(one.f1 for one in scores), *groups])
    assert found.measures["sentiment_accuracy"].value == pytest.approx(1 / 3)


def test_evaluate_has_no_sentiment_figures_for_an_engine_certain_of_neutral() -> None:
    readings = [read("neutre", ("a.un", "negatif", 0.9)) for _ in EXAMPLES]
    found = evaluate(EXAMPLES, readings, model="m", codes=CODES, thresholds=THRESHOLDS, draws=5)
    assert all(math.isnan(one.value) for name, one in found.measures.items() if name.startswith("sentiment"))
    assert all(math.isnan(one.f1.value) for one in found.sentiments.values())
    assert all(math.isnan(one.sentiment_accuracy.value) for one in found.groups["channel"])
    assert found.measures["theme_micro_f1"].value > 0
