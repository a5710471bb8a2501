from typing import Any

import numpy as np
import pandas as pd
import pytest

from listening.insight.audited import audited_shares
from listening.insight.intervals import wilson


def sample(rows: list[dict[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What was drawn, and what was said of it, by the key `oui` of each row."""
    plain = {"probability": 0.1, "weight": 1.0, "answered": True, "pressing": False, "oui": 0.0}
    drawn = pd.DataFrame([plain | {"id": f"v{rank}"} | row for rank, row in enumerate(rows)])
    said = drawn[drawn["oui"] > 0][["id", "oui"]].rename(columns={"oui": "part"}).assign(key="a.b")
    return drawn, said


def share(rows: list[dict[str, Any]]) -> float:
    return float(audited_shares(*sample(rows), {"a.b": 0.5})["share"].iloc[0])


def test_audited_shares_with_equal_chances_are_plain_shares() -> None:
    rows = [{"oui": 1.0}] * 20 + [{}] * 60
    (found,) = audited_shares(*sample(rows), {"a.b": 0.5}).to_dict("records")
    low, high = wilson(np.array(0.25), np.array(80.0))
    assert found["share"] == pytest.approx(0.25)
    assert (found["low"], found["high"]) == pytest.approx((float(low), float(high)))
    assert (found["base"], found["fragile"], found["differs"]) == (80, False, True)


def test_audited_shares_weigh_by_the_chance_of_being_drawn() -> None:
    assert share([{"oui": 1.0, "probability": 0.5}] * 5 + [{"probability": 0.05}] * 5) == pytest.approx(1 / 11)
    assert share([{"oui": 1.0, "weight": 3.0}, {}]) == pytest.approx(0.75)


def test_audited_shares_split_what_coders_dispute() -> None:
    assert share([{"oui": 0.5}, {}]) == pytest.approx(0.25)


def test_audited_shares_are_not_drawn_to_what_was_answered_first() -> None:
    pressing = [{"pressing": True, "oui": 1.0}] * 10
    calm = [{"answered": False}] * 80 + [{}] * 10
    assert share(pressing + calm) == pytest.approx(0.1)  # and not 10 of the 20 answers
    assert share([{"pressing": True, "answered": False}] * 5 + [{"oui": 1.0}, {}]) == pytest.approx(0.5)


def test_audited_shares_are_unbiased_where_sources_are_drawn_differently() -> None:
    truth = np.r_[np.ones(300), np.zeros(700), np.ones(10), np.zeros(990)]  # two sources
    chances = np.r_[np.full(1000, 0.2), np.full(1000, 0.05)]
    random, found = np.random.default_rng(5), []
    for _ in range(300):
        at = np.flatnonzero(random.random(2000) < chances)
        found.append(share([{"oui": truth[one], "probability": chances[one]} for one in at]))
    assert np.mean(found) == pytest.approx(truth.mean(), abs=4 * np.std(found) / 300**0.5)


def test_audited_shares_of_no_answer_are_unknown() -> None:
    (found,) = audited_shares(*sample([{"answered": False}]), {"a.b": 0.5}).to_dict("records")
    assert np.isnan(found["share"]) and np.isnan(found["low"])
    assert (found["base"], found["fragile"], found["differs"]) == (0, True, False)
