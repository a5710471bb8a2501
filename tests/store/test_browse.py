from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from listening.records import Reading, Run, Segment, Tag, Verbatim
from listening.store.browse import (
    Filters,
    choices,
    find,
    moment_of,
    readings_of,
    said_before,
    stored,
)
from listening.store.cards import Origin
from listening.store.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(id="r1", step="tag", started_at=NOON, model="m@1", codebook="c@1")
ORIGIN = Origin("m@1", "c@1", {"a.b": 0.5, "a.c": 0.5})
COLIS = Verbatim(
    source="Avis", channel="review", external_id="1", text="Colis perdu à 100 %", language="fr", created_at=NOON
)
PRIX = replace(
    COLIS, external_id="2", text="Prix_fou", wave="T1", brand="Grandval", created_at=NOON - timedelta(days=1)
)
OLD = replace(COLIS, external_id="3", text="Colis arrivé", source="Forum", channel="forum", parent="2", created_at=None)
FLAGGED = replace(COLIS, external_id="4", text="Je vais tout casser", flags=("menace",), created_at=NOON)


@pytest.fixture
def filled(store: Store) -> Store:
    """Four verbatims; the first carries `a.b` and, not enough, `a.c`."""
    store.start_run(RUN)
    store.add_verbatims([(f"f{rank}", one) for rank, one in enumerate((COLIS, PRIX, OLD, FLAGGED))], RUN)
    sure = Tag(code="a.b", probability=0.9, polarity="negatif", polarity_probability=0.9, start=0, stop=5)
    read = Reading(
        sentiment={"negatif": 0.8, "neutre": 0.1, "positif": 0.1},
        tags=(sure, replace(sure, code="a.c", probability=0.3)),
    )
    calm = Reading(sentiment={"negatif": 0.4, "neutre": 0.2, "positif": 0.4}, tags=())
    waiting = store.pending("m@1", "c@1", limit=9)
    rows = [(one, [Segment(0, 5, one.text)], read if one.text == COLIS.text else calm) for one in waiting]
    store.add_readings(rows, model="m@1", codebook="c@1", run=RUN)
    return store


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (Filters(), {"1", "2", "3", "4"}),
        (Filters(words="colis"), {"1", "3"}),
        (Filters(words="perdu colis"), {"1"}),
        (Filters(words="100 %"), {"1"}),
        (Filters(words="%"), set()),
        (Filters(words="  "), {"1", "2", "3", "4"}),
        (Filters(words="PÈRDU"), {"1"}),
        (Filters(words="' OR 1=1 --"), set()),
        (Filters(source="Forum"), {"3"}),
        (Filters(channel="review", wave="T1", brand="Grandval"), {"2"}),
        (Filters(codes=("a.b",)), {"1"}),
        (Filters(codes=("a.c",)), set()),
        (Filters(codes=("a.b", "a.c"), polarity="negatif"), {"1"}),
        (Filters(polarity="positif"), set()),
        (Filters(sentiment="negatif"), {"1", "2", "3", "4"}),
        (Filters(sentiment="positif"), set()),
        (Filters(since=NOON), {"1", "4"}),
        (Filters(until=NOON), {"2"}),
        (Filters(unflagged=True), {"1", "2", "3"}),
    ],
)
def test_find_gives_what_matches_and_its_count(filled: Store, filters: Filters, names: set[str]) -> None:
    found = find(filled, filters, ORIGIN)
    asked = {one.id: one.external_id for one in (COLIS, PRIX, OLD, FLAGGED)}
    assert {asked[one.id] for one in found.page} == names
    assert found.total == len(names)


def test_find_gives_the_newest_first_and_the_undated_last_page_by_page(filled: Store) -> None:
    found = [find(filled, Filters(), ORIGIN, first=first, limit=2) for first in (0, 2, 4)]
    assert [(len(part.page), part.total) for part in found] == [(2, 4), (2, 4), (0, 4)]
    assert [one.text for one in found[1].page] == [PRIX.text, OLD.text]


def test_find_leaves_out_what_was_replaced(filled: Store) -> None:
    filled.add_verbatims([("f9", replace(COLIS, text="Colis retrouvé"))], RUN)
    assert "Colis perdu à 100 %" not in [one.text for one in find(filled, Filters(), ORIGIN).page]
    old = stored(filled, COLIS.version)
    assert old and not old.current


def test_readings_of_gives_the_tags_that_hold(filled: Store) -> None:
    read = readings_of(filled, [COLIS.version, PRIX.version], ORIGIN)
    assert [tag.code for tag in read[COLIS.version].tags] == ["a.b"]
    assert read[PRIX.version].tags == () and read[PRIX.version].sentiment["negatif"] == 0.4


def test_said_before_gives_the_posts_that_one_answers(store: Store) -> None:
    store.start_run(RUN)
    posts = [
        replace(COLIS, external_id=str(rank), text=f"Message {rank}", parent=str(rank - 1)) for rank in range(1, 7)
    ]
    store.add_verbatims([(f"f{rank}", one) for rank, one in enumerate(posts)], RUN)
    last = stored(store, posts[-1].version)
    assert last and [one.text for one in said_before(store, last)] == ["Message 3", "Message 4", "Message 5"]


def test_said_before_ends_when_posts_answer_one_another_in_circle(store: Store) -> None:
    store.start_run(RUN)
    pair = [replace(COLIS, external_id=one, text=one, parent=other) for one, other in (("a", "b"), ("b", "a"))]
    store.add_verbatims([(one.text, one) for one in pair], RUN)
    first = stored(store, pair[0].version)
    assert first and [one.text for one in said_before(store, first)] == ["b"]


def test_choices_gives_the_values_there_are(filled: Store) -> None:
    assert choices(filled, ORIGIN) == {
        "source": ["Avis", "Forum"],
        "channel": ["forum", "review"],
        "wave": ["T1"],
        "brand": ["Grandval"],
    }


def test_moment_of_changes_with_runs_but_not_with_what_people_ask(filled: Store) -> None:
    before = moment_of(filled)
    filled.start_run(replace(RUN, id="r2", step="ask", started_at=NOON + timedelta(hours=1)))
    assert moment_of(filled) == before
    filled.start_run(replace(RUN, id="r3", step="ingest", started_at=NOON + timedelta(hours=2)))
    assert moment_of(filled) != before
