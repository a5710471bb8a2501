from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from listening.codebook import Codebook
from listening.errors import CodebookError
from listening.insight.summary import Summary, summarize


def row(table: pd.DataFrame, **where: Any) -> pd.Series:
    """Give the one row of a table that has these values."""
    for column, value in ({"dimension": "ensemble"} | where).items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_summarize_counts_codes_and_shares(frames: Any, codebook: Codebook) -> None:
    tags = [{"id": "v000", "code": "effort.attente"}, {"id": "v001", "code": "effort.attente", "polarity": "positif"}]
    found = row(summarize(*frames([{}] * 8, tags), codebook).themes, key="effort.attente")
    expected = stats.binomtest(2, 8).proportion_ci(0.95, method="wilson")
    assert found[["base", "count", "negatif", "neutre", "positif"]].tolist() == [8, 2, 1, 0, 1]
    assert found[["share", "low", "high", "balance"]].tolist() == pytest.approx([0.25, expected.low, expected.high, 0])
    assert found["fragile"]


def test_summarize_counts_a_verbatim_once_in_a_net(frames: Any, codebook: Codebook) -> None:
    tags = [{"id": "v000", "code": code} for code in ("effort.attente", "effort.web", "prix.niveau")]
    themes = summarize(*frames([{}] * 2, tags), codebook).themes
    assert row(themes, key="effort")[["count", "share"]].tolist() == [1, 0.5]


@pytest.mark.parametrize(
    ("polarities", "expected"),
    [
        (("negatif", "negatif"), "negatif"),
        (("positif", "positif"), "positif"),
        (("negatif", "positif"), "neutre"),
        (("negatif", "neutre"), "neutre"),
        (("neutre", "neutre"), "neutre"),
    ],
)
def test_summarize_gives_a_net_the_tone_its_codes_share(
    frames: Any, codebook: Codebook, polarities: tuple[str, str], expected: str
) -> None:
    codes = ("effort.attente", "effort.web")
    tags = [{"id": "v000", "code": code, "polarity": tone} for code, tone in zip(codes, polarities, strict=True)]
    found = row(summarize(*frames([{}], tags), codebook).themes, key="effort")
    assert {name: found[name] for name in ("negatif", "neutre", "positif")} == (
        {"negatif": 0, "neutre": 0, "positif": 0} | {expected: 1}
    )


def test_summarize_weighs_shares_and_not_counts(frames: Any, codebook: Codebook) -> None:
    verbatims = [{"weight": 3.0}, {"weight": 1.0}, {"weight": 1.0}, {"weight": None}]
    summary = summarize(*frames(verbatims, [{"id": "v000", "code": "prix.niveau"}]), codebook)
    found = row(summary.themes, key="prix.niveau")
    assert summary.weighted
    assert found[["base", "count", "weighted_base", "share"]].tolist() == [4, 1, 6.0, 0.5]
    assert found["effective_base"] == pytest.approx(36 / 12)


def test_summarize_cuts_by_dimension_in_order(frames: Any, codebook: Codebook) -> None:
    verbatims = [
        {"channel": "forum", "wave": "printemps", "created_at": pd.Timestamp("2026-04-01", tz="UTC")},
        {"channel": "survey", "wave": "hiver", "created_at": pd.Timestamp("2026-01-01", tz="UTC"), "brand": "Oriz"},
        {"channel": "survey", "source": "Autre"},
        {"channel": "survey", "source": "Autre"},
    ]
    sentiments = summarize(*frames(verbatims), codebook).sentiments
    assert list(zip(sentiments["dimension"], sentiments["value"], sentiments["base"], strict=True)) == [
        ("ensemble", "ensemble", 4),
        ("channel", "survey", 3),
        ("channel", "forum", 1),
        ("source", "Autre", 2),
        ("source", "Enquête", 2),
        ("wave", "hiver", 1),
        ("wave", "printemps", 1),
        ("brand", "Oriz", 1),
    ]


def test_summarize_puts_the_most_cited_first_then_by_key(frames: Any, codebook: Codebook) -> None:
    tags = [{"id": name, "code": "prix.niveau"} for name in ("v000", "v001")] + [{"id": "v000", "code": "effort.web"}]
    themes = summarize(*frames([{}] * 3, tags), codebook).themes
    keys = ["prix", "effort", "prix.niveau", "effort.web", "effort.attente", "prix.clarte"]
    assert themes.loc[themes["dimension"] == "channel", "key"].tolist() == keys


def test_summarize_flags_what_differs_from_the_rest(frames: Any, codebook: Codebook) -> None:
    verbatims = [{"channel": "forum" if place < 100 else "survey"} for place in range(300)]
    tags = [{"id": f"v{place:03}", "code": "prix.niveau"} for place in [*range(60), *range(100, 120)]]
    themes = summarize(*frames(verbatims, tags), codebook).themes
    forum = row(themes, dimension="channel", value="forum", key="prix.niveau")
    tested = themes[(themes["dimension"] == "channel") & (themes["level"] == "code")]
    p_value = stats.chi2_contingency([[60, 40], [20, 180]], correction=False).pvalue
    assert forum[["share", "rest_share", "differs"]].tolist() == pytest.approx([0.6, 0.1, 1])
    assert forum["p_value"] == pytest.approx(2 * p_value)
    assert tested["p_value"].notna().sum() == 2


def test_summarize_weighs_sentiments(frames: Any, codebook: Codebook) -> None:
    verbatims = [{"sentiment": "negatif", "weight": 2.0}, {"sentiment": "positif"}, {"sentiment": "neutre"}]
    found = row(summarize(*frames(verbatims), codebook).sentiments)
    shares = [found[f"{name}_share"] for name in ("negatif", "neutre", "positif")]
    assert found[["negatif", "neutre", "positif"]].tolist() == [1, 1, 1]
    assert shares == [0.5, 0.25, 0.25]


def test_summarize_gives_the_nps_in_points(frames: Any, codebook: Codebook) -> None:
    answers = [10, 9, 9, 8, 7, 6, 0, 3, 10, 10]
    found = row(summarize(*frames([{"nps": answer} for answer in answers] + [{}]), codebook).scores, score="nps")
    plus, minus = 5.75 / 13, 3.75 / 13
    half = 1.959964 * ((plus + minus - (plus - minus) ** 2) / 13) ** 0.5
    assert found[["base", "promoters", "passives", "detractors"]].tolist() == [10, 5, 2, 3]
    assert found["estimate"] == pytest.approx(20)
    assert [found["low"], found["high"]] == pytest.approx([100 * (plus - minus - half), 100 * (plus - minus + half)])


def test_summarize_weighs_mean_scores(frames: Any, codebook: Codebook) -> None:
    verbatims = [{"csat": 1, "weight": 3.0}, {"csat": 5, "weight": 1.0}, {"csat": 4, "weight": 1.0}, {}]
    found = row(summarize(*frames(verbatims), codebook).scores, score="csat")
    variance = (3 * (1 - 2.4) ** 2 + (5 - 2.4) ** 2 + (4 - 2.4) ** 2) / 5
    base = 25 / 11
    half = stats.t.ppf(0.975, base - 1) * (variance / (base - 1)) ** 0.5
    assert found["estimate"] == pytest.approx(2.4)
    assert [found["low"], found["high"]] == pytest.approx([max(2.4 - half, 1), min(2.4 + half, 5)])


def test_summarize_has_only_scores_with_answers(frames: Any, codebook: Codebook) -> None:
    scores = summarize(*frames([{"ces": 7, "wave": "hiver"}, {"wave": "été"}]), codebook).scores
    assert set(scores["score"]) == {"ces"}
    assert scores.loc[scores["dimension"] == "wave", "value"].tolist() == ["hiver"]


def test_summarize_leaves_aside_tags_of_other_verbatims_and_doubles(frames: Any, codebook: Codebook) -> None:
    double = {"id": "v000", "code": "prix.niveau"}
    tags = [double, double | {"polarity": "positif", "probability": 0.95}, {"id": "absent", "code": "prix.niveau"}]
    found = row(summarize(*frames([{}], tags), codebook).themes, key="prix.niveau")
    assert found[["count", "positif"]].tolist() == [1, 1]


def test_summarize_refuses_a_code_of_another_codebook(frames: Any, codebook: Codebook) -> None:
    with pytest.raises(CodebookError, match=r"ancien\.code"):
        summarize(*frames([{}], [{"id": "v000", "code": "ancien.code"}]), codebook)


def same(one: Summary, other: Summary) -> bool:
    tables = all(getattr(one, name).equals(getattr(other, name)) for name in ("themes", "sentiments", "scores"))
    return tables and one.quotes == other.quotes


def test_summarize_does_not_depend_on_the_order_of_rows(frames: Any, codebook: Codebook) -> None:
    random = np.random.default_rng(0)
    verbatims = [
        {
            "text": f"Avis numéro {place}, {place * 7} jours.",
            "weight": float(random.uniform(0.5, 2)),
            "csat": place % 5 + 1,
        }
        for place in range(60)
    ]
    tags = [
        {"id": f"v{place:03}", "code": code, "probability": round(float(random.random()), 1)}
        for place in range(60)
        for code in random.choice(list(codebook.codes), 2, replace=False)
    ]
    texts, found = frames(verbatims, tags)
    shuffled = summarize(texts.sample(frac=1, random_state=1), found.sample(frac=1, random_state=2), codebook)
    assert same(summarize(texts, found, codebook), shuffled)


def test_summarize_spans_the_dates_it_knows(frames: Any, codebook: Codebook) -> None:
    dates = [pd.Timestamp("2026-03-01", tz="UTC"), None, pd.Timestamp("2026-05-01", tz="UTC")]
    summary = summarize(*frames([{"created_at": date} for date in dates]), codebook)
    assert (summary.first, summary.last) == (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC))


def test_summarize_of_nothing_has_an_empty_whole(frames: Any, codebook: Codebook) -> None:
    summary = summarize(*frames([]), codebook, left_out={"sans texte": 3})
    assert summary.base == 0
    assert row(summary.themes, key="effort")[["base", "count"]].tolist() == [0, 0]
    assert summary.themes["share"].isna().all()
    assert summary.scores.empty
    assert summary.quotes == ()
    assert summary.left_out == {"sans texte": 3}
