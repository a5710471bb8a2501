from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from listening.records import Reading, Run, Tag, Verbatim
from listening.store.arrivals import arrivals
from listening.store.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST = Run(id="r1", step="ingest", started_at=NOON)
SECOND = replace(FIRST, id="r2", started_at=NOON + timedelta(days=10))
POST = Verbatim(source="forum", channel="forum", external_id="1", text="Trop long 🙂", language="fr")
OPTIONS: dict[str, Any] = {"model": "m@1", "codebook": "c@1"}


@pytest.fixture
def two_nights(store: Store) -> Store:
    """A post of the first night, whose facts change in the second, and one of the second, read by the model."""
    for run in (FIRST, SECOND):
        store.start_run(run)
    store.add_verbatims([("f1", POST)], FIRST)
    other = replace(POST, external_id="2", text="Rien à dire", language="en")
    store.add_verbatims([("f2", replace(POST, brand="Grandval")), ("f3", other)], SECOND)
    tags = [
        Tag(code=code, probability=score, polarity="negatif", polarity_probability=0.9, start=0, stop=4)
        for code, score in (("a.sure", 0.9), ("a.unsure", 0.4), ("a.low", 0.1))
    ]
    reading = Reading(sentiment={"negatif": 0.7, "neutre": 0.2, "positif": 0.1}, tags=tuple(tags))
    rows = [(one, [], reading) for one in store.pending("m@1", "c@1", limit=9)]
    store.add_readings(rows, run=SECOND, **OPTIONS)
    return store


def read(store: Store, since: datetime = NOON, **changes: Any) -> tuple[list[dict[Any, Any]], list[dict[Any, Any]]]:
    decided = {"thresholds": dict.fromkeys(("a.sure", "a.unsure", "a.low"), 0.5), "bands": {"a.unsure": (0.3, 0.5)}}
    verbatims, codes = arrivals(store, since=since, **OPTIONS | decided | changes)
    return verbatims.sort_values("language").to_dict("records"), codes.to_dict("records")


def test_arrivals_are_those_of_the_first_run_that_read_a_text(two_nights: Store) -> None:
    (english, french), _ = read(two_nights)
    assert (english["arrived"], french["arrived"]) == (SECOND.started_at, NOON)
    (only,), codes = read(two_nights, since=NOON + timedelta(days=1))
    assert (only["language"], codes) == ("en", [])


def test_arrivals_tell_what_the_model_read(two_nights: Store) -> None:
    (english, french), codes = read(two_nights)
    assert (english["read"], pd.isna(english["sentiment"]), english["unsure"]) == (False, True, False)
    told = ("read", "sentiment", "confidence", "unsure", "length", "source")
    assert [french[name] for name in told] == [True, "negatif", 0.7, True, 11, "forum"]
    assert codes == [{"version": POST.version, "code": "a.sure"}]


@pytest.mark.parametrize(("band", "unsure"), [((0.41, 0.5), False), ((0.4, 0.4), True), ((0.0, 0.39), False)])
def test_arrivals_doubt_inside_a_band(two_nights: Store, band: tuple[float, float], unsure: bool) -> None:
    (_, french), _ = read(two_nights, bands={"a.unsure": band})
    assert french["unsure"] is unsure


def test_arrivals_by_another_model_are_unread(two_nights: Store) -> None:
    rows, codes = read(two_nights, model="m@2")
    assert ([row["read"] for row in rows], codes) == ([False, False], [])


def test_arrivals_in_an_empty_store_are_none(store: Store) -> None:
    assert read(store) == ([], [])
