import pytest

from listening.records import Polarity, Reading, Tag
from listening.training.corpus import Example, GoldTag
from listening.training.evaluate import evaluate

CODES = ["a.un", "a.deux", "b.un"]


def gold(sentiment: Polarity, *tags: tuple[str, Polarity]) -> Example:
    given = tuple(GoldTag(code, polarity, 0, 4) for code, polarity in tags)
    return Example(id="x", text="mots dits", tags=given, sentiment=sentiment)


def read(sentiment: Polarity, *tags: tuple[str, Polarity, float], start: int = 0) -> Reading:
    found = tuple(
        Tag(code=code, probability=score, polarity=polarity, polarity_probability=1.0, start=start, stop=9)
        for code, polarity, score in tags
    )
    scores: dict[Polarity, float] = {"negatif": 0.0, "neutre": 0.0, "positif": 0.0}
    return Reading(sentiment=scores | {sentiment: 1.0}, tags=found)


@pytest.fixture(scope="module")
def evaluation():
    examples = [
        gold("negatif", ("a.un", "negatif"), ("b.un", "negatif")),
        gold("positif", ("a.un", "positif")),
        gold("neutre"),
    ]
    readings = [
        read("negatif", ("a.un", "negatif", 0.9), ("a.deux", "negatif", 0.8), ("b.un", "negatif", 0.2)),
        read("neutre", ("a.un", "negatif", 0.6), start=5),
        read("neutre"),
    ]
    thresholds = dict.fromkeys(CODES, 0.5)
    return evaluate(examples, readings, model="m", codes=CODES, thresholds=thresholds, draws=50)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme_micro_f1", 2 * 2 / (2 * 2 + 1 + 1)),  # two right, a.deux wrong, b.un missed
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
    assert evaluation.nets["a"].value == pytest.approx(4 / 5)
    assert evaluation.nets["b"].value == 0


def test_evaluate_by_code_gives_precision_recall_f1_and_cases(evaluation) -> None:
    assert evaluation.codes["a.un"] == (1.0, 1.0, 1.0, 2)
    assert evaluation.codes["b.un"][1:] == (0.0, 0.0, 1)
