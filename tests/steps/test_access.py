import json
from pathlib import Path

import pytest
from sqlalchemy import select

from listening.errors import StoreError
from listening.records import CodeVerdict, Reading, Run, Segment, Tag, Verdict
from listening.sources.table import Table
from listening.steps.access import access
from listening.steps.ingest import ingest
from listening.steps.runs import now
from listening.store import audit, schema
from listening.store.store import Store
from listening.store.verdicts import add_verdicts

KEY = b"secret"
BAD = "7;03/02/2026;Zaza;11;La caisse ne prend jamais la monnaie.\n"


@pytest.fixture
def held(store: Store, answers: Path) -> Store:
    """Answers that were read and tagged; a refused one and a verdict of Zaza's."""
    answers.write_text(answers.read_text(encoding="utf-8") + BAD, encoding="utf-8")
    fields = {"id": "id", "text": "avis", "date": "date", "author": "auteur", "stars": "note"}
    ingest(Table(name="avis", path=answers, **fields), store, key=KEY)
    run = store.start_run(Run(id="r1", step="tag", started_at=now(), model="m@1", codebook="c@1"))
    tag = Tag(code="a.b", probability=0.9, polarity="negatif", polarity_probability=0.8, start=0, stop=6)
    reading = Reading(sentiment={"negatif": 0.8, "neutre": 0.1, "positif": 0.1}, tags=(tag,))
    waiting = store.pending("m@1", "c@1", limit=9)
    rows = [(one, [Segment(0, 6, one.text[:6])], reading) for one in waiting]
    store.add_readings(rows, model="m@1", codebook="c@1", run=run)
    (place,) = (found for found in _places(store) if found[1] == "3")
    code = CodeVerdict(code="a.b", polarity="negatif")
    origin = {"verbatim": place[0], "version": place[2], "coder": "lea", "at": now(), "codebook": "c@1"}
    add_verdicts(store, [Verdict(id="1" * 32, codes=(code,), note="à rappeler", **origin)])
    return store


def _places(store: Store) -> list[tuple[str, str, str]]:
    columns = [schema.verbatims.c[name] for name in ("id", "external_id", "version")]
    with store.transaction() as connection:
        return [tuple(row) for row in connection.execute(select(*columns))]


def given(store: Store, name: str = "Zaza", **options: str) -> dict[str, list[dict[str, object]]]:
    return json.loads(json.dumps(access(store, name, key=KEY, actor="lea", **options)))


def test_access_gives_all_that_is_held(held: Store) -> None:
    found = given(held)
    assert [one["external_id"] for one in found["verbatims"]] == ["3"]
    assert [one["code"] for one in found["etiquettes"]] == ["a.b"]
    assert [one["negatif"] for one in found["lectures"]] == [0.8]
    assert [one["note"] for one in found["decisions"]] == ["à rappeler"]
    assert [one["contenu"] for one in found["quarantaine"]] == ["La caisse ne prend jamais la monnaie."]


def test_access_gives_nothing_of_another(held: Store) -> None:
    found = json.dumps(given(held, "Momo"), ensure_ascii=False)
    assert "Trop cher" in found
    assert not any(words in found for words in ("justificatif", "monnaie", "à rappeler"))


def test_access_does_not_name_coders(held: Store) -> None:
    assert "lea" not in json.dumps(given(held))


def test_access_is_in_the_audit_without_the_name(held: Store) -> None:
    given(held)
    line = list(audit.lines(held))[-1]
    assert (line.actor, line.action, line.detail["verbatims"]) == ("lea", "access", 1)
    assert "Zaza" not in repr(line)


def test_access_in_another_source_gives_nothing(held: Store) -> None:
    with pytest.raises(StoreError, match="rien de cet auteur"):
        given(held, source="forum")
