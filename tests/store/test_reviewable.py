from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from listening.records import Reading, Run, Scores, Tag, Verbatim
from listening.store.copies import Examined, add_examined
from listening.store.reviewable import Scored, other_tagging, read_by_source, reviewable
from listening.store.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(id="r1", step="tag", started_at=NOON, model="m@1", codebook="c@1")
POSTS = [
    Verbatim(
        source="avis" if rank else "forum",
        channel="review",
        external_id=str(rank),
        text=f"Texte {rank}",
        language="fr",
        flags=("sante",) if rank == 1 else (),
        scores=Scores(nps=rank, stars=None),
    )
    for rank in range(4)
]
SAD = {"negatif": 0.7, "neutre": 0.2, "positif": 0.1}
GLAD = {"negatif": 0.1, "neutre": 0.2, "positif": 0.7}


def read_all(store: Store, model: str, codes: dict[str, float], sentiment: dict[str, float] = SAD) -> None:
    tags = [
        Tag(code=code, probability=score, polarity="negatif", polarity_probability=0.9, start=0, stop=5)
        for code, score in codes.items()
    ]
    pending = store.pending(model, "c@1", limit=9)
    read = [(one, [], Reading(sentiment=sentiment, tags=tuple(tags))) for one in pending]  # type: ignore[arg-type]
    store.add_readings(read, model=model, codebook="c@1", run=RUN)


@pytest.fixture
def filled(store: Store) -> Store:
    store.add_verbatims([(one.version, one) for one in POSTS], RUN)
    read_all(store, "m@1", {"a.b": 0.8, "a.c": 0.1})
    return store


def test_reviewable_gives_scores_grades_and_flags_in_order_of_version(filled: Store) -> None:
    found = list(reviewable(filled, model="m@1", codebook="c@1"))
    assert [one.version for one in found] == sorted(one.version for one in POSTS)
    (second,) = [one for one in found if one.verbatim == POSTS[1].id]
    assert (second.source, second.flags, second.scores.nps) == ("avis", ("sante",), 1)
    assert second.mine == Scored(SAD, {"a.b": 0.8, "a.c": 0.1})  # type: ignore[arg-type]
    assert second.other is None


def test_reviewable_gives_what_another_model_read_too(filled: Store) -> None:
    filled.add_verbatims([("f", replace(POSTS[3], external_id="9"))], RUN)
    read_all(filled, "m@2", {"a.b": 0.3}, GLAD)
    found = list(reviewable(filled, model="m@1", codebook="c@1", other="m@2"))
    assert len(found) == 4  # the fifth was read by the other only
    assert all(one.mine.codes == {"a.b": 0.8, "a.c": 0.1} for one in found)
    assert all(one.other == Scored(GLAD, {"a.b": 0.3}) for one in found)  # type: ignore[arg-type]


def test_reviewable_texts_without_tags_keep_the_tags_of_others_apart(store: Store) -> None:
    for rank, one in enumerate(POSTS):
        store.add_verbatims([(one.version, one)], RUN)
        read_all(store, "m@1", {f"a.{rank}": 0.5} if rank % 2 else {})
    codes = {one.verbatim: one.mine.codes for one in reviewable(store, model="m@1", codebook="c@1")}
    assert [codes[one.id] for one in POSTS] == [{}, {"a.1": 0.5}, {}, {"a.3": 0.5}]


def test_reviewable_leaves_out_what_is_no_more_current(filled: Store) -> None:
    filled.mark_deleted({POSTS[0].id: NOON}, RUN)
    filled.add_verbatims([("f", replace(POSTS[1], text="Changé"))], RUN)
    assert {one.verbatim for one in reviewable(filled, model="m@1", codebook="c@1")} == {POSTS[2].id, POSTS[3].id}
    assert read_by_source(filled, model="m@1", codebook="c@1") == {"avis": 2}


@pytest.mark.parametrize(("deleted", "repeats"), [(False, [False, True]), (True, [False])])
def test_reviewable_tells_who_repeats_a_text_that_is_still_there(
    filled: Store, deleted: bool, repeats: list[bool]
) -> None:
    first, second = POSTS[:2]
    examined = [Examined(one.version, first.version, "x", ()) for one in (first, second)]
    add_examined(filled, examined, {}, method="1", run=RUN)
    if deleted:
        filled.mark_deleted({first.id: NOON}, RUN)
    found = {one.verbatim: one.repeats for one in reviewable(filled, model="m@1", codebook="c@1")}
    assert [found[one.id] for one in (first, second) if one.id in found] == repeats


def test_read_by_source_counts_what_a_model_read(filled: Store) -> None:
    assert read_by_source(filled, model="m@1", codebook="c@1") == {"avis": 3, "forum": 1}
    assert read_by_source(filled, model="m@2", codebook="c@1") == {}


def test_other_tagging_is_the_last_of_another_model_under_the_codebook(store: Store) -> None:
    for rank, (model, codebook) in enumerate([("m@2", "c@1"), ("m@3", "c@1"), ("m@4", "c@2"), ("m@1", "c@1")]):
        run = Run(id=model, step="tag", started_at=NOON + timedelta(hours=rank), model=model, codebook=codebook)
        store.start_run(run)
    found = other_tagging(store, model="m@1", codebook="c@1")
    assert found is not None and found.model == "m@3"
    assert other_tagging(store, model="m@4", codebook="c@2") is None
