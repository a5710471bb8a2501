from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from listening.configuration import read_night
from listening.sources.table import Table
from listening.steps.forget import find_verbatim
from listening.steps.ingest import ingest
from listening.steps.lineage import file_hash
from listening.steps.night import run_night
from listening.steps.retention import retain
from listening.steps.runs import now
from listening.store import schema
from listening.store.erasure import Begun, begin
from listening.store.lineage import Export, add_exports
from listening.store.store import Store

KEY = b"secret"
FAR = timedelta(days=4000)


def source(path: Path, keep: str | None, **fields: str) -> Table:
    return Table(name="avis", path=path, id="id", text="avis", date="date", author="auteur", keep=keep, **fields)


@pytest.fixture
def dated(tmp_path: Path) -> Path:
    """An answer of a hundred days ago, one of today, one without date, one that is refused."""
    path = tmp_path / "avis.csv"
    old, new = (f"{now() - timedelta(days=days):%Y-%m-%d}" for days in (100, 0))
    rows = (
        f"1;{old};Lulu;Trop cher.\n2;{new};Momo;Très bien.\n3;;Zaza;Sans question.\n4;le 32;Kiki;La file est longue.\n"
    )
    path.write_text(f"id;date;auteur;avis\n{rows}", encoding="utf-8")
    return path


def ids(store: Store) -> list[str]:
    with store.transaction() as connection:
        return sorted(connection.scalars(select(schema.verbatims.c.external_id)))


def refused(store: Store) -> int:
    with store.transaction() as connection:
        return len(connection.scalars(select(schema.quarantine.c.id)).all())


@pytest.mark.parametrize(
    ("keep", "later", "left", "aside"),
    [
        (None, FAR, ["1", "2", "3"], 1),
        ("90 days", timedelta(), ["2", "3"], 1),
        ("24 months", timedelta(), ["1", "2", "3"], 1),
        ("1 year", FAR, [], 0),
    ],
)
def test_retain_erases_what_is_older_than_its_source_keeps(
    store: Store, dated: Path, keep: str | None, later: timedelta, left: list[str], aside: int
) -> None:
    ingest(source(dated, None), store, key=KEY)
    retain([source(dated, keep)], store, key=KEY, at=now() + later)
    assert (ids(store), refused(store)) == (left, aside)


def test_retain_leaves_other_sources(store: Store, dated: Path) -> None:
    ingest(source(dated, None), store, key=KEY)
    assert retain([source(dated, "1 day").model_copy(update={"name": "forum"})], store, key=KEY, at=now() + FAR) == []
    assert ids(store) == ["1", "2", "3"]


def test_retain_takes_away_the_files_and_says_so(store: Store, dated: Path, tmp_path: Path) -> None:
    ingest(source(dated, None), store, key=KEY)
    path = tmp_path / "liste.csv"
    path.write_text("Trop cher.", encoding="utf-8")
    with store.transaction() as connection:
        versions = tuple(connection.scalars(select(schema.verbatims.c.version)))
    add_exports(store, [Export(kind="list", path=str(path), sha256=file_hash(path) or "", versions=versions, at=now())])
    said = [line.replace("\xa0", " ") for line in retain([source(dated, "90 days")], store, key=KEY, at=now())]
    assert said == [
        "Conservation de avis, 90 days : 1 verbatim et 0 ligne en quarantaine, effacés.",
        f"Fichier effacé : {path}",
    ]
    assert not path.exists()


def test_retain_a_second_time_does_nothing(store: Store, dated: Path) -> None:
    ingest(source(dated, None), store, key=KEY)
    first, second = (retain([source(dated, "90 days")], store, key=KEY, at=now()) for _ in range(2))
    assert first and not second


def test_ingest_does_not_read_what_would_not_be_kept(store: Store, dated: Path) -> None:
    counts = ingest(source(dated, "90 days"), store, key=KEY)
    assert (counts["before"], counts["new"]) == (1, 2)


def test_ingest_does_not_take_back_what_was_not_kept(store: Store, dated: Path) -> None:
    ingest(source(dated, None), store, key=KEY)
    retain([source(dated, "90 days")], store, key=KEY, at=now())
    assert ingest(source(dated, None), store, key=KEY)["erased"] == 1
    assert ids(store) == ["2", "3"]


def test_retain_ends_an_erasure_that_was_cut(store: Store, dated: Path) -> None:
    ingest(source(dated, None), store, key=KEY)
    found = find_verbatim(store, "2", key=KEY)
    with store.alone() as connection:
        begin(connection, found.places, [], Begun("bytes", "r9", now(), "demande", "lea"))
    assert retain([], store, key=KEY, at=now()) == ["Effacement interrompu, fini."]
    assert ids(store) == ["1", "3"]
    assert retain([], store, key=KEY, at=now()) == []


def test_retain_is_a_part_of_the_night(
    store: Store, night_file: Path, dated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTENING_KEY", KEY.decode())
    fields = "  - kind: table\n    name: avis\n    path: avis.csv\n    id: id\n    text: avis\n    date: date\n"
    beginning, _, _ = night_file.read_text(encoding="utf-8").partition("  - kind")
    night_file.write_text(f"{beginning}{fields}    keep: 90 days\n", encoding="utf-8")
    ingest(source(dated, None), store, key=KEY)
    report, _ = run_night(read_night(night_file))
    assert [line.replace("\xa0", " ") for line in report.expired] == [
        "Conservation de avis, 90 days : 1 verbatim et 0 ligne en quarantaine, effacés."
    ]
    assert report.expired[0] in report.lines()
    assert ids(store) == ["2", "3"]


@pytest.mark.parametrize("keep", ["24", "0 days", "deux ans", "24 mois", "-1 days", "99999 years"])
def test_keep_refuses_what_is_no_time(dated: Path, keep: str) -> None:
    with pytest.raises(ValidationError, match="écrivez par exemple 24 months"):
        source(dated, keep)


def test_retain_counts_months_as_calendars_do() -> None:
    from listening.sources.keeping import kept_since

    assert kept_since("3 months", datetime(2024, 5, 31, tzinfo=UTC)) == datetime(2024, 2, 29, tzinfo=UTC)
