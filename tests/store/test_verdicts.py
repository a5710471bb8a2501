from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from listening.errors import StoreError
from listening.records import CodeVerdict, Run, Verbatim, Verdict
from listening.store import audit
from listening.store.store import Store
from listening.store.verdicts import add_verdicts, verdicts

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST = Verdict(
    id="1" * 32,
    verbatim="v1",
    version="v1a",
    coder="lea",
    at=NOON,
    codebook="c@1",
    sentiment="negatif",
    codes=(
        CodeVerdict(code="effort.delai", polarity="negatif", start=0, stop=9),
        CodeVerdict(code="prix", polarity="neutre"),
    ),
)
SECOND = replace(FIRST, id="0" * 32, coder="momo", at=NOON + timedelta(minutes=1), codes=(), blind=True)


def test_verdicts_are_given_as_they_were_added_the_oldest_first(store: Store) -> None:
    add_verdicts(store, [SECOND, FIRST])
    assert list(verdicts(store)) == [FIRST, SECOND]


def test_add_verdicts_keeps_notes_on_what_is_there_alone(store: Store) -> None:
    post = Verbatim(source="s", channel="forum", external_id="1", text="Trop cher")
    store.add_verbatims([("f1", post)], Run(id="r1", step="ingest", started_at=NOON))
    here = replace(FIRST, id="2" * 32, verbatim=post.id, version=post.version, note="à revoir")
    add_verdicts(store, [replace(FIRST, note="sur un texte effacé"), here])
    assert [one.note for one in verdicts(store)] == ["", "à revoir"]


def test_add_verdicts_takes_a_name_that_no_database_keeps_whole(store: Store) -> None:
    add_verdicts(store, [replace(FIRST, coder="l\0ea")])
    assert [one.coder for one in verdicts(store, coder="lea")] == ["lea"]
    assert [one.coder for one in verdicts(store, coder="l\0ea")] == ["lea"]


def test_verdicts_of_a_coder_on_a_verbatim_under_a_codebook(store: Store) -> None:
    add_verdicts(store, [FIRST, SECOND])
    assert list(verdicts(store, coder="momo")) == [SECOND]
    assert list(verdicts(store, verbatim="v2")) == []
    assert list(verdicts(store, codebook="c@1", verbatim="v1")) == [FIRST, SECOND]


def test_verdicts_of_many_at_once_are_all_kept(store: Store) -> None:
    def code(coder: str) -> None:
        for rank in range(5):
            add_verdicts(store, [replace(FIRST, id=f"{coder}{rank}", coder=coder)])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(code, ["lea", "momo", "zoe", "kiki"]))
    assert len({one.id for one in verdicts(store, verbatim="v1")}) == 20
    assert len(list(audit.lines(store))) == 20
    assert audit.broken(store) == []


def test_verdicts_are_all_added_or_none(store: Store) -> None:
    add_verdicts(store, [FIRST])
    with pytest.raises(StoreError):
        add_verdicts(store, [SECOND, FIRST])
    assert list(verdicts(store)) == [FIRST]
    assert len(list(audit.lines(store))) == 1


def test_verdicts_are_told_to_the_audit(store: Store) -> None:
    add_verdicts(store, [FIRST])
    (line,) = audit.lines(store)
    assert (line.actor, line.action, line.subject) == ("lea", "web", "v1")
    assert line.detail["codes"] == ["effort.delai", "prix"]
