import pytest

from listening.records import Polarity
from listening.tagging.baseline import BaselineTagger

PRICE = ["prix trop cher", "trop cher pour moi", "le prix est cher", "tarif cher"]
WELCOME = ["accueil parfait", "très bon accueil", "accueil souriant", "bel accueil"]


@pytest.fixture(scope="module")
def baseline() -> BaselineTagger:
    bad: Polarity = "negatif"
    good: Polarity = "positif"
    codes = [{"offre.prix": bad}] * 4 + [{"relation.accueil": good}] * 4 + [{}] * 2
    sentiments: list[Polarity] = [bad] * 4 + [good] * 4 + ["neutre"] * 2
    texts = [*PRICE, *WELCOME, "rien à dire", "rien de plus"]
    return BaselineTagger.fit(texts, codes, sentiments, ["offre.prix", "relation.accueil"])


def test_baseline_learns_themes_and_sentiment(baseline: BaselineTagger) -> None:
    (reading,) = baseline.tag(["vraiment cher"])
    assert (reading.tags[0].code, reading.tags[0].polarity) == ("offre.prix", "negatif")


def test_baseline_evidence_is_the_whole_text(baseline: BaselineTagger) -> None:
    (reading,) = baseline.tag(["bon accueil"])
    assert (reading.tags[0].start, reading.tags[0].stop) == (0, 11)
