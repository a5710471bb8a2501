from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field
from sqlalchemy import select, update

from listening.errors import ListeningError, ServiceError
from listening.records import Cursor, Deletion, Verbatim
from listening.sources.base import Record, Source
from listening.sources.table import Table
from listening.steps.ingest import configuration_of, ingest
from listening.store import schema
from listening.store.store import Store

KEY = b"secret"


def source(path: Path) -> Table:
    return Table(name="avis", path=path, id="id", text="avis", date="date", author="auteur", stars="note")


def rows(store: Store, *columns: str) -> list[tuple[object, ...]]:
    table = schema.verbatims
    with store.transaction() as connection:
        query = select(*(table.c[name] for name in columns)).where(table.c.current).order_by(table.c.external_id)
        return [tuple(row) for row in connection.execute(query)]


def test_ingest_second_run_stores_nothing(store: Store, answers: Path) -> None:
    first, second = (ingest(source(answers), store, key=KEY) for _ in range(2))
    assert (first["new"], first["known"]) == (4, 0)
    assert (second["new"], second["changed"], second["updated"], second["known"]) == (0, 0, 0, 4)


def test_ingest_edited_text_is_a_new_version(store: Store, answers: Path) -> None:
    ingest(source(answers), store, key=KEY)
    answers.write_text(answers.read_text().replace("Accueil parfait", "Accueil correct"))
    again = ingest(source(answers), store, key=KEY)
    assert (again["changed"], again["known"]) == (1, 3)
    assert rows(store, "text")[0] == ("Accueil correct, je recommande.",)


def test_ingest_second_text_under_one_id_is_quarantined_every_night_alike(store: Store, answers: Path) -> None:
    answers.write_text(answers.read_text() + "4;06/02/2026;Kiki;5;Un tout autre avis\n")
    counts = [ingest(source(answers), store, key=KEY) for _ in range(3)]
    assert [(one["new"], one["changed"], one["quarantined"]) for one in counts] == [(4, 0, 1), (0, 0, 0), (0, 0, 0)]
    assert rows(store, "text")[3] == ("Remboursé sans question, merci.",)


def test_ingest_edited_score_updates_in_place(store: Store, answers: Path) -> None:
    ingest(source(answers), store, key=KEY)
    answers.write_text(answers.read_text().replace("Lulu;5", "Lulu;4"))
    assert ingest(source(answers), store, key=KEY)["updated"] == 1
    assert rows(store, "stars")[0] == (4.0,)


def test_ingest_masks_personal_data_and_authors(store: Store, answers: Path) -> None:
    ingest(source(answers), store, key=KEY)
    assert rows(store, "text")[2] == ("Encore un justificatif demandé, appelez-moi au [TÉLÉPHONE].",)
    authors = [str(author) for (author,) in rows(store, "author")]
    assert len(set(authors)) == 4
    assert not {"Lulu", "Momo", "Zaza", "Kiki"} & set(authors)


def test_ingest_since_leaves_older_ones_out(store: Store, answers: Path) -> None:
    counts = ingest(source(answers), store, key=KEY, since=date(2026, 2, 5))
    assert (counts["new"], counts["before"]) == (2, 2)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("9;03/02/2026;Léo;3\n", "4 cellules au lieu de 5"),
        ("9;03/02/2026;Léo;11;bof\n", "note"),
        ("9;32/02/2026;Léo;3;bof\n", "date"),
        (f"9;03/02/2026;Léo;3;{'a' * 5_242_880}\n", "cellule de 5 242 880 caractères"),
        ("9;03/02/2026;Léo;;   \n", "texte vide"),
    ],
)
def test_ingest_bad_row_is_quarantined_and_the_rest_stored(store: Store, answers: Path, line: str, reason: str) -> None:
    answers.write_text(answers.read_text() + line)
    for _ in range(2):
        ingest(source(answers), store, key=KEY)
    with store.transaction() as connection:
        (refused,) = connection.execute(select(schema.quarantine)).mappings().all()
    assert reason in refused["reason"]
    assert len(rows(store, "id")) == 4


@pytest.mark.parametrize(("text", "language"), [("🙂", "fr"), ("   ", None)])
def test_ingest_text_without_words_is_kept_with_its_score(
    store: Store, answers: Path, text: str, language: str | None
) -> None:
    answers.write_text(answers.read_text() + f"9;03/02/2026;Léo;3;{text}\n")
    ingest(source(answers), store, key=KEY)
    assert rows(store, "text", "language", "stars")[-1] == (text.strip(), language, 3.0)


def test_ingest_quarantine_holds_no_personal_data(store: Store, answers: Path) -> None:
    answers.write_text(answers.read_text() + "9;pas une date;Léo;3;Rappelez-moi au 06 39 98 77 12\n")
    ingest(source(answers), store, key=KEY)
    with store.transaction() as connection:
        content = connection.scalar(select(schema.quarantine.c.content))
    assert content == "Rappelez-moi au [TÉLÉPHONE]"


def test_ingest_records_its_run_with_counts(store: Store, answers: Path) -> None:
    ingest(source(answers), store, key=KEY)
    with store.transaction() as connection:
        run = connection.execute(select(schema.runs)).mappings().one()
    assert (run["step"], run["status"], run["counts"]["new"]) == ("ingest:avis", "completed", 4)


class Journal(Source):
    """Posts under a cursor, as a service would give them; an entry of `given` that is an error is raised."""

    kind: str = "journal"
    given: tuple[Any, ...] = Field(default=(), exclude=True)

    def read(self, since: str | None = None) -> Iterator[Record]:
        yield Cursor(f"depuis {since}")
        for one in self.given:
            if isinstance(one, ListeningError):
                raise one
            yield one


def post(text: str, number: int = 1, **facts: Any) -> Verbatim:
    return Verbatim(source="journal", channel="forum", external_id=str(number), text=text, **facts)


def journal(*given: Any, **fields: Any) -> Journal:
    return Journal(name="journal", given=given, **fields)


def test_ingest_of_nothing_counts_nothing(store: Store) -> None:
    assert set(ingest(journal(), store, key=KEY).values()) == {0}


def test_ingest_begins_where_the_last_reading_ended(store: Store) -> None:
    for _ in range(2):
        ingest(journal(), store, key=KEY)
    assert store.cursor("journal", configuration_of(journal())) == "depuis depuis None"


def test_ingest_under_another_configuration_begins_anew(store: Store) -> None:
    ingest(journal(), store, key=KEY)
    ingest(journal(brand="Grandval"), store, key=KEY)
    assert store.cursor("journal", configuration_of(journal(brand="Grandval"))) == "depuis None"


def test_ingest_keeps_no_cursor_of_what_is_not_stored(store: Store) -> None:
    with pytest.raises(ServiceError):
        ingest(journal(post("Jamais arrivé"), ServiceError("coupé")), store, key=KEY)
    assert store.cursor("journal", configuration_of(journal())) is None


def test_ingest_marks_what_its_source_took_back(store: Store) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    ingest(journal(post("Jamais arrivé")), store, key=KEY)
    assert ingest(journal(Deletion("1", at), Deletion("2")), store, key=KEY)["deleted"] == 1
    assert rows(store, "id") == []
    with store.transaction() as connection:
        assert connection.scalar(select(schema.verbatims.c.deleted_at)) == at


def test_ingest_takes_what_a_service_gives_again_but_not_what_an_old_file_does(store: Store, answers: Path) -> None:
    for given, known in ((source(answers), 4), (journal(post("Jamais arrivé")), 0)):
        ingest(given, store, key=KEY)
        with store.transaction() as connection:
            connection.execute(update(schema.verbatims).values(current=False, deleted_at=datetime.now(UTC)))
        assert ingest(given, store, key=KEY)["known"] == known
    assert rows(store, "text") == [("Jamais arrivé",)]


def test_ingest_takes_a_post_that_was_put_back_with_other_words(store: Store) -> None:
    ingest(journal(post("Jamais arrivé"), Deletion("1")), store, key=KEY)
    ingest(journal(post("Arrivé enfin")), store, key=KEY)
    assert rows(store, "text", "deleted_at") == [("Arrivé enfin", None)]


def test_ingest_masks_personal_data_in_closed_answers(store: Store) -> None:
    ingest(journal(post("Bof", meta={"sujet": "Rappelez le 06 39 98 12 44"})), store, key=KEY)
    assert rows(store, "meta") == [({"sujet": "Rappelez le [TÉLÉPHONE]"},)]


def test_ingest_flags_what_a_person_should_look_at(store: Store) -> None:
    texts = ("Je sors de chimio, on m'a fait attendre debout", "Bande de connards", "Trop cher")
    ingest(journal(*(post(text, number) for number, text in enumerate(texts))), store, key=KEY)
    assert rows(store, "flags") == [(["sante"],), (["insulte"],), ([],)]
