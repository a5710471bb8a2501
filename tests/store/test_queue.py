from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.records import Run, Verbatim, Verdict
from listening.review.verdicts import undo
from listening.store.queue import (
    QueueItem,
    add_items,
    coded_versions,
    count_open,
    drawn_items,
    items_of,
    open_items,
    raise_probabilities,
    reopen,
    settle,
    withdraw,
)
from listening.store.store import Store
from listening.store.verdicts import add_verdicts

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(id="r1", step="review", started_at=NOON)
POSTS = [
    Verbatim(source=source, channel="review", external_id=str(rank), text=f"Texte {rank}", language="fr")
    for rank, source in enumerate(["avis", "avis", "forum"])
]
AUDIT, DOUBT, FLAGGED = (
    QueueItem(verbatim=one.id, version=one.version, source=one.source, reason=reason, code=code, rank=rank)
    for one, reason, code, rank in zip(
        POSTS, ("audit", "abstained", "flagged"), (None, "a.b", None), (0.5, 0.2, 0.9), strict=True
    )
)


def verdict(item: QueueItem, coder: str = "lea", **facts: Any) -> Verdict:
    given = {"id": f"{item.id}{coder}", "at": NOON, "codebook": "c@1"} | facts
    return Verdict(verbatim=item.verbatim, version=item.version, coder=coder, **given)


@pytest.fixture
def filled(store: Store) -> Store:
    store.add_verbatims([(one.version, one) for one in POSTS], RUN)
    assert add_items(store, [AUDIT, DOUBT, FLAGGED], RUN) == 3
    return store


def test_queue_gives_open_items_in_order(filled: Store) -> None:
    assert open_items(filled) == [DOUBT, AUDIT, FLAGGED]
    assert open_items(filled, limit=1) == [DOUBT]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ({"reason": "audit"}, [AUDIT]),
        ({"code": "a.b"}, [DOUBT]),
        ({"source": "avis"}, [DOUBT, AUDIT]),
        ({"source": "avis'; DROP TABLE queue; --"}, []),
    ],
)
def test_queue_gives_what_is_asked_for(filled: Store, asked: dict[str, Any], given: list[QueueItem]) -> None:
    assert open_items(filled, **asked) == given


def test_queue_asks_a_question_once(filled: Store) -> None:
    assert add_items(filled, [replace(AUDIT, rank=0.0), replace(DOUBT, code="a.c")], RUN) == 1
    assert items_of(filled, [AUDIT.version, "absent"]) == {AUDIT.version: [AUDIT]}


def test_queue_leaves_out_what_its_coder_judged_or_skipped(filled: Store) -> None:
    add_verdicts(filled, [verdict(AUDIT), verdict(FLAGGED, state="skipped"), verdict(DOUBT, coder="momo")])
    assert open_items(filled, coder="lea") == [DOUBT]
    assert open_items(filled, coder="momo") == [AUDIT, FLAGGED]
    assert open_items(filled, coder="lea", codebook="c@2") == [DOUBT, AUDIT, FLAGGED]


def test_queue_gives_back_what_its_coder_took_back(filled: Store) -> None:
    given = verdict(AUDIT)
    add_verdicts(filled, [given, undo(given, id="u", at=NOON + timedelta(minutes=1))])
    assert AUDIT in open_items(filled, coder="lea")


def test_queue_leaves_out_texts_that_changed_or_went(filled: Store) -> None:
    changed = replace(POSTS[0], text="Un autre texte")
    filled.add_verbatims([("f", changed)], RUN)
    filled.mark_deleted({POSTS[1].id: NOON}, RUN)
    assert open_items(filled) == [FLAGGED]
    assert count_open(filled) == {"flagged": 1}


def test_settle_closes_what_was_coded_and_opens_what_was_taken_back(filled: Store) -> None:
    given = verdict(AUDIT)
    add_verdicts(filled, [given, verdict(DOUBT, state="skipped")])
    assert settle(filled, codebook="c@1", at=NOON) == 1
    assert open_items(filled) == [DOUBT, FLAGGED]
    assert settle(filled, codebook="c@1", at=NOON) == 0
    add_verdicts(filled, [undo(given, id="u", at=NOON + timedelta(minutes=1))])
    settle(filled, [AUDIT.version], codebook="c@1", at=NOON)
    assert open_items(filled) == [DOUBT, AUDIT, FLAGGED]


@pytest.mark.parametrize(("coders", "codebook", "closed"), [(1, "c@1", 1), (2, "c@1", 0), (1, "c@2", 0)])
def test_settle_waits_for_enough_coders_under_the_codebook(
    filled: Store, coders: int, codebook: str, closed: int
) -> None:
    add_verdicts(filled, [verdict(AUDIT), verdict(AUDIT, id="again")])
    assert settle(filled, codebook=codebook, at=NOON, coders=coders) == closed


def test_settle_counts_two_coders(filled: Store) -> None:
    add_verdicts(filled, [verdict(AUDIT), verdict(AUDIT, coder="momo")])
    assert settle(filled, [AUDIT.version], codebook="c@1", at=NOON, coders=2) == 1
    assert coded_versions(filled, "c@1") == {AUDIT.version}


def test_drawn_items_are_those_of_the_audit_answered_or_not(filled: Store) -> None:
    assert drawn_items(filled) == [AUDIT]
    add_verdicts(filled, [verdict(AUDIT)])
    settle(filled, codebook="c@1", at=NOON)
    assert drawn_items(filled) == [replace(AUDIT, closed_at=NOON)]
    filled.mark_deleted({POSTS[0].id: NOON}, RUN)
    assert drawn_items(filled) == []


def test_reopen_opens_what_was_closed(filled: Store) -> None:
    add_verdicts(filled, [verdict(AUDIT)])
    settle(filled, codebook="c@1", at=NOON)
    reopen(filled, [AUDIT.id])
    assert AUDIT in open_items(filled)


def test_withdraw_leaves_closed_items(filled: Store) -> None:
    add_verdicts(filled, [verdict(AUDIT)])
    settle(filled, codebook="c@1", at=NOON)
    withdraw(filled, [AUDIT.id, DOUBT.id])
    assert open_items(filled) == [FLAGGED]
    assert AUDIT.version in items_of(filled, [AUDIT.version])


def test_raise_probabilities_never_lowers(filled: Store) -> None:
    add_items(filled, [replace(drawn := replace(AUDIT, version=POSTS[1].version), probability=0.1)], RUN)
    for probability in (0.3, 0.2):
        raise_probabilities(filled, [replace(drawn, probability=probability, rank=probability)])
    (found,) = [one for one in open_items(filled, reason="audit") if one.id == drawn.id]
    assert (found.probability, found.rank) == (0.3, 0.3)
