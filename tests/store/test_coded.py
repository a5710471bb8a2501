from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from listening.records import Run, Verbatim, Verdict
from listening.store.coded import coded_once, count_coded, last_verdict
from listening.store.store import Store
from listening.store.verdicts import add_verdicts

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(id="r1", step="ingest", started_at=NOON)
TEXTS = [
    Verbatim(source="s", channel="survey", external_id=str(rank), text=f"Avis {rank}", language="fr")
    for rank in range(3)
]


def verdict(rank: int, coder: str, minute: int, **facts: object) -> Verdict:
    """Give a verdict of somebody on one of the verbatims."""
    made = Verdict(
        id=f"{rank}{coder}{minute}",
        verbatim=TEXTS[rank].id,
        version=TEXTS[rank].version,
        coder=coder,
        at=NOON + timedelta(minutes=minute),
        codebook="c@1",
        sentiment="negatif",
    )
    return replace(made, **facts)  # type: ignore[arg-type]


@pytest.fixture
def coded(store: Store) -> Store:
    """Léa coded the first two verbatims, blind for the second, and took back what she said of the third."""
    store.start_run(RUN)
    store.add_verbatims([(one.external_id, one) for one in TEXTS], RUN)
    taken = verdict(2, "lea", 3)
    undone = verdict(2, "lea", 4, state="undone", undoes=taken.id)
    add_verdicts(store, [verdict(0, "lea", 1), verdict(1, "lea", 2, blind=True), taken, undone])
    return store


def test_last_verdict_is_the_last_that_was_not_taken_back(coded: Store) -> None:
    last = last_verdict(coded, "lea", codebook="c@1")
    assert last == verdict(1, "lea", 2, blind=True)
    assert last_verdict(coded, "momo", codebook="c@1") is None
    assert last_verdict(coded, "lea", codebook="c@2") is None


def test_last_verdict_is_one_of_the_pages(coded: Store) -> None:
    add_verdicts(coded, [verdict(2, "lea", 9, origin="xlsx"), verdict(0, "lea", 8, origin="adjudication")])
    assert last_verdict(coded, "lea", codebook="c@1") == verdict(1, "lea", 2, blind=True)


def test_count_coded_counts_versions_since_a_moment(coded: Store) -> None:
    add_verdicts(coded, [verdict(1, "lea", 5), verdict(2, "lea", 6, state="skipped")])
    assert count_coded(coded, "lea", codebook="c@1", since=NOON) == 2
    assert count_coded(coded, "lea", codebook="c@1", since=NOON + timedelta(minutes=4)) == 1


def test_coded_once_gives_what_another_coded_first_what_was_coded_blind(coded: Store) -> None:
    assert coded_once(coded, without="momo", codebook="c@1", limit=9) == [TEXTS[1].version, TEXTS[0].version]
    assert coded_once(coded, without="momo", codebook="c@1", limit=1) == [TEXTS[1].version]
    assert coded_once(coded, without="lea", codebook="c@1", limit=9) == []


def test_coded_once_looks_among_some(coded: Store) -> None:
    assert coded_once(coded, without="momo", codebook="c@1", among={TEXTS[0].version}) == [TEXTS[0].version]
    assert coded_once(coded, without="momo", codebook="c@1", among=[]) == []


@pytest.mark.parametrize("state", ["coded", "skipped"])
def test_coded_once_leaves_out_what_one_coded_or_skipped(coded: Store, state: str) -> None:
    add_verdicts(coded, [verdict(1, "momo", 5, state=state)])
    assert coded_once(coded, without="momo", codebook="c@1", limit=9) == [TEXTS[0].version]


def test_coded_once_leaves_out_what_two_coded_or_what_is_no_more_current(coded: Store) -> None:
    add_verdicts(coded, [verdict(1, "zaza", 5)])
    coded.add_verbatims([("f", replace(TEXTS[0], text="Corrigé"))], RUN)
    assert coded_once(coded, without="momo", codebook="c@1", limit=9) == []
