from dataclasses import replace
from datetime import UTC, datetime

import pytest

from listening.records import RowProblem, Run
from listening.store.frames import left_out
from listening.store.quarantine import in_quarantine, let_go, put_aside, put_aside_by_source
from listening.store.store import Store

RUN = Run(id="r1", step="ingest:avis", started_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
LATER = replace(RUN, id="r2")
PROBLEM = RowProblem(source="avis", row="ligne 4", reason="note illisible", content="dix")
OTHER = replace(PROBLEM, row="ligne 9")


@pytest.fixture
def held(store: Store) -> Store:
    put_aside(store, [PROBLEM, OTHER, replace(PROBLEM, source="forum")], RUN)
    return store


def test_put_aside_keeps_a_problem_once(held: Store) -> None:
    assert put_aside(held, [PROBLEM], LATER) == 0
    assert put_aside_by_source(held) == {"avis": 2, "forum": 1}
    assert left_out(held) == {"quarantaine": 3}


def test_in_quarantine_gives_rows_of_one_source_or_of_all(held: Store) -> None:
    assert list(in_quarantine(held, "avis")) == [PROBLEM, OTHER]
    assert [row.source for row in in_quarantine(held)] == ["avis", "avis", "forum"]


def test_let_go_takes_out_what_a_run_did_not_refuse_again(held: Store) -> None:
    put_aside(held, [OTHER], LATER)
    assert let_go(held, "avis", LATER) == 1
    assert [(row.source, row.row) for row in in_quarantine(held)] == [("avis", "ligne 9"), ("forum", "ligne 4")]
