from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from listening.records import Reading, Run, Verbatim
from listening.store.cards import Origin
from listening.store.copies import (
    Examined,
    add_examined,
    count_unexamined,
    groups_of_contents,
    in_order_of_time,
    meet,
    unexamined,
)
from listening.store.frames import frames
from listening.store.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(id="r1", step="copies", started_at=NOON)
SENTIMENT = {"negatif": 0.8, "neutre": 0.1, "positif": 0.1}


def post(rank: int) -> Verbatim:
    moment = NOON + timedelta(hours=rank)
    return Verbatim(
        source="s", channel="forum", external_id=str(rank), text=f"Texte {rank}", language="fr", created_at=moment
    )


POSTS = [post(rank) for rank in range(4)]
FIRST, SECOND, THIRD, FOURTH = (one.version for one in POSTS)


@pytest.fixture
def filled(store: Store) -> Store:
    store.add_verbatims([(one.version, one) for one in POSTS], RUN)
    return store


def examine(store: Store, *rows: tuple[str, str], bands: Sequence[int] = ()) -> None:
    examined = [Examined(version, original, version[::-1], tuple(bands)) for version, original in rows]
    add_examined(store, examined, {}, method="1", run=RUN)


def test_copies_unexamined_are_given_once_and_in_order(filled: Store) -> None:
    ordered = sorted(one.version for one in POSTS)
    assert [one.version for one in unexamined(filled, after="", limit=3)] == ordered[:3]
    assert [one.version for one in unexamined(filled, after=ordered[2], limit=3)] == ordered[3:]
    examine(filled, (ordered[0], ordered[0]))
    assert count_unexamined(filled) == 3


def test_copies_unexamined_leave_out_what_was_taken_back(filled: Store) -> None:
    filled.mark_deleted({POSTS[0].id: NOON}, RUN)
    assert FIRST not in {one.version for one in unexamined(filled, after="", limit=9)}


def test_copies_moved_groups_have_another_original(filled: Store) -> None:
    examine(filled, (SECOND, SECOND), (THIRD, SECOND))
    add_examined(filled, [Examined(FIRST, FIRST, None, ())], {SECOND: FIRST}, method="1", run=RUN)
    contents = [version[::-1] for version in (SECOND, THIRD)]
    assert groups_of_contents(filled, contents) == dict.fromkeys(contents, FIRST)


def test_copies_meet_gives_the_group_and_text_of_what_a_band_holds(filled: Store) -> None:
    examine(filled, (FIRST, FIRST), (SECOND, FIRST), bands=[-(2**63), 5])
    examine(filled, (THIRD, THIRD), bands=[7])
    places, texts = meet(filled, [-(2**63), 6])
    assert {band: {name: set(held) for name, held in one.items()} for band, one in places.items()} == {
        -(2**63): {FIRST: {FIRST, SECOND}}
    }
    assert texts == {FIRST: "Texte 0", SECOND: "Texte 1"}


def test_copies_are_ordered_by_time(filled: Store) -> None:
    assert in_order_of_time(filled, [THIRD, FIRST, SECOND]) == [FIRST, SECOND, THIRD]


@pytest.mark.parametrize(
    ("deleted", "expected"),
    [([], [None, 0, 0, None]), ([0], [None, 1, None]), ([0, 1], [None, None]), ([3], [None, 0, 0])],
)
def test_frames_copy_of_is_the_earliest_current(filled: Store, deleted: list[int], expected: list[int | None]) -> None:
    examine(filled, (FIRST, FIRST), (SECOND, FIRST), (THIRD, FIRST))  # the fourth was not examined
    waiting = filled.pending("m@1", "c@1", limit=9)
    read = [(one, [], Reading(sentiment=SENTIMENT, tags=())) for one in waiting]  # type: ignore[arg-type]
    filled.add_readings(read, model="m@1", codebook="c@1", run=RUN)
    filled.mark_deleted({POSTS[rank].id: NOON for rank in deleted}, RUN)
    verbatims, _ = frames(filled, Origin("m@1", "c@1", {"a.b": 0.5}))
    originals = verbatims.sort_values("created_at")["copy_of"].tolist()
    assert originals == [None if rank is None else POSTS[rank].id for rank in expected]
