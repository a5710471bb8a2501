import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from listening.records import POLARITIES, Reading, Run, Segment, Tag, Verbatim
from listening.store import schema
from listening.store.browse import Filters, find
from listening.store.cards import Origin, cells, outdated, prepare
from listening.store.frames import frames
from listening.store.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(id="r1", step="tag", started_at=NOON, model="m@1", codebook="c@1")
ORIGIN = Origin("m@1", "c@1", {"b.a": 0.5, "a.b": 0.4, "a.a": 0.5})
TEXT = Verbatim(source="avis", channel="review", external_id="1", text="Colis perdu", language="fr", created_at=NOON)
SURE = Tag(code="a.b", probability=0.45, polarity="positif", polarity_probability=0.9, start=0, stop=5)


def act(store: Store, draw: random.Random, run: Run) -> None:
    """Do one of the things that a store lives through."""
    place = str(draw.randrange(12))
    one = replace(
        TEXT,
        external_id=place,
        text=f"Colis perdu {draw.randrange(3)}",
        created_at=draw.choice((None, NOON + timedelta(microseconds=draw.randrange(99)))),
        flags=draw.choice(((), ("menace",))),
        brand=draw.choice((None, "A", "B")),
        wave=draw.choice((None, "T1")),
        weight=draw.choice((1.0, 0.7)),
    )
    match draw.randrange(4):
        case 0 | 1:
            store.add_verbatims([(f"{one.version}{draw.random()}", one)], run)
        case 2:
            store.mark_deleted({one.id: NOON}, run)
        case 3:
            waiting = store.pending("m@1", "c@1", limit=draw.randrange(1, 4))
            scores = {name: draw.random() for name in POLARITIES}
            codes = draw.sample([*ORIGIN.thresholds, "z.z"], k=draw.randrange(4))
            tags = tuple(replace(SURE, code=one, probability=draw.random()) for one in codes)
            tags = tuple(replace(tag, polarity=draw.choice(POLARITIES)) for tag in tags)
            rows = [(text, [Segment(0, 5, "Colis")], Reading(sentiment=scores, tags=tags)) for text in waiting]
            store.add_readings(rows, model="m@1", codebook="c@1", run=run)


@pytest.mark.parametrize("seed", range(4))
def test_cards_follow_whatever_happens_to_verbatims(store: Store, seed: int) -> None:
    draw = random.Random(seed)
    store.start_run(RUN)
    for step in range(60):
        if step == 20:
            prepare(store, ORIGIN)
        act(store, draw, RUN)
    assert list(outdated(store)) == []
    verbatims, tags = frames(store, ORIGIN)
    held = {version: set[str]() for version in verbatims["version"]}
    versions = dict(zip(verbatims["id"], verbatims["version"], strict=True))
    for id, code, polarity in tags[["id", "code", "polarity"]].itertuples(index=False):
        held[versions[id]].add(ORIGIN.character(code, polarity))
    with store.transaction() as connection:
        kept = connection.execute(select(schema.cards.c.version, schema.cards.c.tones, schema.cards.c.sentiment)).all()
    assert {version: set(tones) for version, tones, sentiment in kept if sentiment} == held
    assert dict(zip(verbatims["version"], verbatims["sentiment"], strict=True)) == {
        version: sentiment for version, _, sentiment in kept if sentiment
    }


@pytest.fixture
def read(store: Store) -> Store:
    """Four verbatims in two cells, of which three were read."""
    store.start_run(RUN)
    texts = [replace(TEXT, external_id=str(rank), text=f"Colis {rank}") for rank in range(4)]
    texts[3] = replace(texts[3], brand="A", created_at=None)
    store.add_verbatims([(one.version, one) for one in texts], RUN)
    found = {one.text: one for one in store.pending("m@1", "c@1", limit=9)}
    tags: list[tuple[Tag, ...]] = [(), (SURE,), (), (SURE, replace(SURE, code="b.a"))]
    scores = {"negatif": 0.3, "neutre": 0.4, "positif": 0.3}
    rows = [
        (found[text.text], [Segment(0, 5, "Colis")], Reading(sentiment=scores, tags=held))
        for text, held in zip(texts, tags, strict=True)
    ]
    store.add_readings(rows[1:], model="m@1", codebook="c@1", run=RUN)
    prepare(store, ORIGIN)
    return store


def test_cells_hold_what_each_verbatim_that_was_read_carries(read: Store) -> None:
    positive = ORIGIN.character("a.b", "positif")
    found = {one.brand: (one.first, one.last, sorted(one.carried.split(","))) for one in cells(read)}
    assert found == {None: (NOON, NOON, ["", positive]), "A": (None, None, [positive])}


def test_cards_are_made_again_for_another_origin(read: Store) -> None:
    prepare(read, Origin("m@1", "c@1", {"a.b": 0.5}))
    assert {one.carried.strip(",") for one in cells(read)} == {""}
    prepare(read, Origin("m@2", "c@1", {"a.b": 0.5}))
    assert cells(read) == []


def test_preparing_twice_makes_nothing(read: Store) -> None:
    made: list[int] = []
    prepare(read, Origin("m@1", "c@1", dict(reversed(ORIGIN.thresholds.items()))), advance=made.append)
    assert made == []


def test_preparing_that_was_cut_goes_on(read: Store) -> None:
    cards, deck = schema.cards, schema.deck
    with read.transaction() as connection:
        versions = sorted(connection.scalars(select(cards.c.version)))
        connection.execute(delete(cards).where(cards.c.version > versions[1]))
        connection.execute(update(deck).values(made=versions[1]))
    made: list[int] = []
    prepare(read, ORIGIN, advance=made.append)
    assert made == [2] and find(read, Filters(), ORIGIN).total == 4


def test_outdated_names_what_is_missing_wrong_or_too_many(read: Store) -> None:
    cards = schema.cards
    with read.transaction() as connection:
        first, second, *_ = sorted(connection.scalars(select(cards.c.version)))
        connection.execute(delete(cards).where(cards.c.version == first))
        connection.execute(update(cards).where(cards.c.version == second).values(tones="?"))
        connection.execute(
            insert(cards).values(moment=0, version="stranger", cell=0, flagged=False, sentiment=None, tones="")
        )
    assert sorted(outdated(read)) == sorted([first, second, "stranger"])
