from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.records import Reading, Run, Scores, Verbatim
from listening.store.cards import Origin
from listening.store.copies import Examined, add_examined, forget_groups
from listening.store.frames import frames
from listening.store.history import PRESENT, View, as_of
from listening.store.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
POST = Verbatim(source="s", channel="forum", external_id="1", text="Trop cher", language="fr", created_at=NOON)
OTHER = replace(POST, external_id="2", text="Accueil parfait")
READING = Reading(sentiment={"negatif": 0.8, "neutre": 0.1, "positif": 0.1}, tags=())
FIRST = {"text": "Trop cher", "stars": None}


def at(hour: int) -> datetime:
    return NOON + timedelta(hours=hour)


class Days:
    """A store to which things happen, an hour and a run after the other."""

    def __init__(self, store: Store) -> None:
        self.store, self.hour = store, 0

    def run(self) -> Run:
        self.hour += 1
        return self.store.start_run(Run(id=f"r{self.hour}", step=f"s{self.hour}", started_at=at(self.hour)))

    def read(self, *verbatims: Verbatim) -> None:
        run = self.run()
        self.store.add_verbatims([(f"f{self.hour}{rank}", one) for rank, one in enumerate(verbatims)], run)
        pending = self.store.pending("m@1", "c@1", limit=10)
        self.store.add_readings([(one, [], READING) for one in pending], model="m@1", codebook="c@1", run=run)

    def take_back(self, *verbatims: Verbatim) -> None:
        self.store.mark_deleted(dict.fromkeys((one.id for one in verbatims), NOON), self.run())

    def shown(self, hour: int | None = None) -> list[dict[str, Any]]:
        found, _ = frames(self.store, Origin("m@1", "c@1", {"a.b": 0.5}), view=self.view(hour))
        return [
            {"text": row["text"], "stars": row["stars"] if row["stars"] == row["stars"] else None}
            for row in found.to_dict("records")
        ]

    def copies(self, hour: int | None = None) -> dict[str, str | None]:
        found, _ = frames(self.store, Origin("m@1", "c@1", {"a.b": 0.5}), view=self.view(hour))
        return dict(zip(found["text"], found["copy_of"], strict=True))

    def view(self, hour: int | None) -> View:
        return PRESENT if hour is None else as_of(at(hour))


@pytest.fixture
def days(store: Store) -> Days:
    days = Days(store)
    days.read(POST)
    return days


def edited(days: Days) -> None:
    days.read(replace(POST, text="Bien trop cher"))


def scored(days: Days) -> None:
    days.read(replace(POST, scores=Scores(stars=2)))


def scored_twice(days: Days) -> None:
    scored(days)
    days.read(replace(POST, scores=Scores(stars=1)))


def taken_back(days: Days) -> None:
    days.take_back(POST)


def put_back(days: Days) -> None:
    days.take_back(POST)
    scored(days)


def edited_and_back(days: Days) -> None:
    edited(days)
    days.read(POST)


def joined_by_another(days: Days) -> None:
    days.read(OTHER)


@pytest.mark.parametrize(
    "happens", [edited, scored, scored_twice, taken_back, put_back, edited_and_back, joined_by_another]
)
def test_as_of_gives_what_was_there_whatever_happened_since(days: Days, happens: Any) -> None:
    happens(days)
    assert days.shown(1) == [FIRST]
    assert days.shown(0) == []


@pytest.mark.parametrize(
    ("happens", "hour", "expected"),
    [
        (scored_twice, 2, [FIRST | {"stars": 2.0}]),
        (edited_and_back, 2, [FIRST | {"text": "Bien trop cher"}]),
        (put_back, 2, []),
    ],
)
def test_as_of_gives_each_state_in_between(days: Days, happens: Any, hour: int, expected: object) -> None:
    happens(days)
    assert days.shown(hour) == expected


@pytest.mark.parametrize("happens", [edited, scored_twice, put_back, edited_and_back, joined_by_another])
def test_as_of_now_is_the_present(days: Days, happens: Any) -> None:
    happens(days)
    assert days.shown(days.hour) == days.shown()


def test_as_of_leaves_out_what_was_read_later(store: Store) -> None:
    days = Days(store)
    store.add_verbatims([("f", POST)], days.run())
    days.read()
    assert (days.shown(1), days.shown(2)) == ([], [FIRST])


def test_history_of_one_run_is_not_kept_twice(days: Days) -> None:
    run = days.run()
    for stars in (1, 2, 3):
        days.store.add_verbatims([(f"g{stars}", replace(POST, scores=Scores(stars=stars)))], run)
    assert days.shown(1) == [FIRST]
    assert days.shown() == [FIRST | {"stars": 3.0}]


def grouped(days: Days, groups: Iterable[tuple[Verbatim, Verbatim]]) -> None:
    examined = [Examined(one.version, original.version, None, ()) for one, original in groups]
    add_examined(days.store, examined, {}, method="1", run=days.run())


def test_as_of_gives_the_groups_of_then(days: Days) -> None:
    days.read(OTHER)
    grouped(days, [(POST, POST), (OTHER, OTHER)])
    add_examined(days.store, [], {OTHER.version: POST.version}, method="1", run=days.run())
    assert days.copies(3) == {POST.text: None, OTHER.text: None}
    assert [one for one in days.copies(4).values() if one] == [min(POST.id, OTHER.id)]
    assert days.copies(4) == days.copies()


def test_as_of_gives_groups_that_were_forgotten(days: Days) -> None:
    days.read(OTHER)
    grouped(days, [(POST, POST), (OTHER, POST)])
    then = days.copies()
    forget_groups(days.store, days.run())
    assert days.copies(3) == then
    assert set(days.copies().values()) == {None}
