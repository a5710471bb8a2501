from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from listening.errors import StoreError
from listening.records import Reading, Run, Scores, Segment, Tag, Verbatim
from listening.store import schema
from listening.store.cards import Origin
from listening.store.frames import counts, frames, last_tagging, left_out, waiting
from listening.store.queue import QueueItem, add_items
from listening.store.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(id="r1", step="tag", started_at=NOON, model="m@1", codebook="c@1")
ANSWER = Verbatim(
    source="s", channel="survey", external_id="1", text="Accueil parfait", language="fr", created_at=NOON, wave="T1"
)
READING = Reading(
    sentiment={"negatif": 0.1, "neutre": 0.1, "positif": 0.8},
    tags=(
        Tag(code="a.b", probability=0.9, polarity="positif", polarity_probability=0.9, start=0, stop=15),
        Tag(code="a.c", probability=0.3, polarity="negatif", polarity_probability=0.9, start=0, stop=7),
    ),
)


@pytest.fixture
def running(store: Store) -> Store:
    store.start_run(RUN)
    return store


def read_all(store: Store) -> int:
    waiting = store.pending("m@1", "c@1", limit=100)
    rows = [(one, [Segment(0, 15, one.text)], READING) for one in waiting]
    store.add_readings(rows, model="m@1", codebook="c@1", run=RUN)
    return len(waiting)


def test_store_keeps_a_verbatim_once(running: Store) -> None:
    assert running.add_verbatims([("f1", ANSWER)], RUN) == {"new": 1, "changed": 0, "updated": 0}
    assert running.add_verbatims([("f1", ANSWER)], RUN) == {"new": 0, "changed": 0, "updated": 1}
    assert running.known(["f1", "f2"]) == {"f1"}
    assert counts(running)["verbatims"] == 1


def test_store_edited_text_is_a_new_version_and_old_tags_stay(running: Store) -> None:
    running.add_verbatims([("f1", ANSWER)], RUN)
    read_all(running)
    assert running.add_verbatims([("f2", replace(ANSWER, text="Accueil froid"))], RUN)["changed"] == 1
    assert running.known(["f1", "f2"]) == {"f2"}
    assert [one.text for one in running.pending("m@1", "c@1", limit=9)] == ["Accueil froid"]
    with running.transaction() as connection:
        tagged = connection.scalars(select(schema.tags.c.version)).all()
    assert set(tagged) == {ANSWER.version}


def test_store_text_that_comes_back_is_current_again(running: Store) -> None:
    for print_, words in (("f1", "un"), ("f2", "deux"), ("f1", "un")):
        running.add_verbatims([(print_, replace(ANSWER, text=words))], RUN)
    assert [one.text for one in running.pending("m@1", "c@1", limit=9)] == ["un"]
    assert counts(running)["verbatims"] == 2


def test_store_last_of_two_rows_with_one_id_wins(running: Store) -> None:
    running.add_verbatims([("f1", ANSWER), ("f2", replace(ANSWER, text="Corrigé"))], RUN)
    assert [one.text for one in running.pending("m@1", "c@1", limit=9)] == ["Corrigé"]


@pytest.mark.parametrize("language", ["en", None])
def test_store_only_french_is_pending(running: Store, language: str | None) -> None:
    running.add_verbatims([("f1", replace(ANSWER, language=language))], RUN)
    assert running.count_pending("m@1", "c@1") == 0


def test_store_is_pending_again_for_another_model_or_codebook(running: Store) -> None:
    running.add_verbatims([("f1", ANSWER)], RUN)
    assert read_all(running) == 1
    assert [running.count_pending(*key) for key in (("m@1", "c@1"), ("m@2", "c@1"), ("m@1", "c@2"))] == [0, 1, 1]


def test_store_frames_apply_thresholds_when_reading(running: Store) -> None:
    running.add_verbatims([("f1", replace(ANSWER, scores=Scores(nps=9)))], RUN)
    read_all(running)
    verbatims, tags = frames(running, Origin("m@1", "c@1", {"a.b": 0.5, "a.c": 0.5}))
    assert verbatims[["text", "sentiment", "nps"]].to_numpy().tolist() == [["Accueil parfait", "positif", 9]]
    assert tags["code"].tolist() == ["a.b"]
    _, more = frames(running, Origin("m@1", "c@1", {"a.b": 0.5, "a.c": 0.2}))
    assert more["code"].tolist() == ["a.b", "a.c"]


def test_store_gives_what_waits_with_what_a_model_said_of_the_code(running: Store) -> None:
    running.add_verbatims([("f1", ANSWER)], RUN)
    read_all(running)
    place = {"verbatim": ANSWER.id, "version": ANSWER.version, "source": ANSWER.source}
    questions = [("audit", None, 0.9), ("abstained", "a.c", 0.5), ("abstained", "a.z", 0.7)]
    items = [QueueItem(**place, reason=reason, code=code, rank=rank) for reason, code, rank in questions]
    add_items(running, items, RUN)
    queue = waiting(running, model="m@1", codebook="c@1")
    assert queue["code"].fillna("").tolist() == ["a.c", "a.z", ""]
    assert queue["reason"].tolist() == ["abstained", "abstained", "audit"]
    assert queue["probability"].fillna(-1).tolist() == [0.3, -1, -1]
    running.mark_deleted({ANSWER.id: NOON}, RUN)
    assert len(waiting(running, model="m@1", codebook="c@1")) == 0


def test_store_frames_of_nothing_are_empty(running: Store) -> None:
    verbatims, tags = frames(running, Origin("m@1", "c@1", {"a.b": 0.5}))
    assert (len(verbatims), len(tags)) == (0, 0)


def test_store_counts_what_is_left_out_by_language(running: Store) -> None:
    others = [replace(ANSWER, external_id=str(rank), language=tongue) for rank, tongue in enumerate(["en", "en", None])]
    running.add_verbatims([(one.external_id, one) for one in others], RUN)
    assert left_out(running) == {"sans texte": 1, "en langue « en »": 2, "quarantaine": 0}


def test_store_run_that_never_ended_is_marked_interrupted(running: Store) -> None:
    running.start_run(replace(RUN, id="r2"))
    running.end_run(replace(RUN, id="r2", status="completed", counts={"tagged": 3}), NOON)
    with running.transaction() as connection:
        rows = connection.execute(select(schema.runs.c.id, schema.runs.c.status).order_by(schema.runs.c.id)).all()
    assert [*map(tuple, rows)] == [("r1", "interrupted"), ("r2", "completed")]


def test_store_gives_moments_back_in_utc(running: Store) -> None:
    assert last_tagging(running).started_at == NOON


def test_store_says_when_nothing_was_tagged(store: Store) -> None:
    with pytest.raises(StoreError, match="rien n'y est encore codé"):
        last_tagging(store)


def test_store_frames_tell_how_deep_a_post_is_in_its_thread(running: Store) -> None:
    parents = {"1": None, "2": "1", "3": "2", "4": "absent", "5": "6", "6": "5"}
    posts = [replace(ANSWER, external_id=post, parent=parent, text=post) for post, parent in parents.items()]
    running.add_verbatims([(post.external_id, post) for post in posts], RUN)
    read_all(running)
    verbatims, _ = frames(running, Origin("m@1", "c@1", {"a.b": 0.5}))
    depths = verbatims.set_index("external_id")["depth"].to_dict()
    assert [depths[post] for post in "1234"] == [0, 1, 2, 0]
    assert sorted((depths["5"], depths["6"])) == [0, 1]
