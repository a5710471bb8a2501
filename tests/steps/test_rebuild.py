import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Table, delete, select, update

from listening.configuration import Night, read_night
from listening.errors import StoreError
from listening.steps.night import run_night
from listening.steps.rebuild import Rebuilt, rebuild
from listening.store import schema
from listening.store.store import Store, open_store

REPORT = {"synthese.html", "themes.csv", "sentiments.csv", "scores.csv", "verbatims_quotes.csv", "copies.csv"}


@pytest.fixture
def night(published: Path, tmp_path: Path) -> Night:
    shutil.copytree(published, tmp_path, dirs_exist_ok=True)
    return read_night(tmp_path / "nuit.yaml")


def given(night: Night) -> Path:
    return night.reports.with_name("avis.csv")


def add(night: Night, line: str) -> None:
    with given(night).open("a", encoding="utf-8") as answers:
        answers.write(line + "\n")


def then(night: Night) -> Path:
    return night.reports.with_name("alors")


def publications(store: Store) -> list[str]:
    query = select(schema.runs.c.id).where(schema.runs.c.step == "publish").order_by(schema.runs.c.started_at)
    with store.transaction() as connection:
        return list(connection.scalars(query))


def rebuilt(night: Night) -> Rebuilt:
    with open_store(night.store) as store:
        return rebuild(store, publications(store)[0], night.reports.with_name("refait"))


def change(night: Night, *tables: Table) -> None:
    with open_store(night.store) as store, store.transaction() as connection:
        for table in tables:
            connection.execute(delete(table))


def edit(night: Night, old: str, new: str) -> None:
    content = given(night).read_text(encoding="utf-8")
    assert old in content
    given(night).write_text(content.replace(old, new), encoding="utf-8")


def nothing(night: Night) -> None:
    pass


def words(night: Night) -> None:
    edit(night, "Trop cher et personne ne répond", "Très cher, personne ne répond plus")


def score(night: Night) -> None:
    edit(night, "Lulu;5", "Lulu;1")


def new_verbatim(night: Night) -> None:
    add(night, "9;09/02/2026;Fifi;1;Site en panne.")


def earlier_copy(night: Night) -> None:
    repeated = given(night).read_text(encoding="utf-8").splitlines()[-1].split(";")[-1]
    add(night, f"9;01/01/2026;Fifi;1;{repeated}")


def refused_row(night: Night) -> None:
    add(night, "9;pas une date;Fifi;1;Bof")


@pytest.mark.parametrize(
    ("happens", "table"),
    [
        (nothing, None),
        (words, "verbatims_quotes.csv"),
        (score, "scores.csv"),
        (new_verbatim, "sentiments.csv"),
        (earlier_copy, "copies.csv"),
        (refused_row, None),
    ],
)
def test_rebuild_gives_the_same_bytes_whatever_happened_since(
    night: Night, happens: Callable[[Night], None], table: str | None
) -> None:
    happens(night)
    run_night(night)
    if table:
        assert (night.reports / table).read_bytes() != (then(night) / table).read_bytes()
    done = rebuilt(night)
    assert (done.same, done.changed, done.missing) == (True, [], [])
    for name in done.files:
        assert (night.reports.with_name("refait") / name).read_bytes() == (then(night) / name).read_bytes()
    assert done.files.keys() == REPORT


def test_rebuild_keeps_to_the_thresholds_of_then(night: Night, tiny_model: Path) -> None:
    model = shutil.copytree(tiny_model, night.reports.with_name("autre") / tiny_model.name)
    (model / "thresholds.json").write_text((model / "thresholds.json").read_text().replace("0.5", "0.999"))
    run_night(night.model_copy(update={"model": model}))
    assert (night.reports / "themes.csv").read_bytes() != (then(night) / "themes.csv").read_bytes()
    assert rebuilt(night).same


def test_rebuild_is_the_same_on_each_kind_of_store(night_file: Path) -> None:
    night = read_night(night_file)
    run_night(night)
    page = (night.reports / "synthese.html").read_bytes()
    score(night)
    run_night(night)
    assert rebuilt(night).same
    assert (night.reports.with_name("refait") / "synthese.html").read_bytes() == page


def test_rebuild_needs_no_source_file(night: Night) -> None:
    given(night).unlink()
    assert rebuilt(night).same


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ([schema.codebooks], "le plan de codage experience-client@1 n'est plus dans la base"),
        ([schema.readings], "plus aucun des 5 verbatims codés par minuscule@"),
    ],
)
def test_rebuild_says_what_is_missing_and_writes_nothing(night: Night, tables: list[Table], said: str) -> None:
    change(night, *tables)
    done = rebuilt(night)
    assert not done.same
    assert said in done.missing[0].replace("\xa0", " ")
    assert not night.reports.with_name("refait").exists()


def test_rebuild_says_how_many_verbatims_were_erased_and_why(night: Night) -> None:
    with open_store(night.store) as store, store.transaction() as connection:
        erased = schema.verbatims.c.external_id.in_(["1", "2"])
        connection.execute(delete(schema.verbatims).where(erased))
        at = connection.scalar(select(schema.runs.c.ended_at).where(schema.runs.c.step == "publish"))
        reasons = {"a": "demande", "b": "demande", "c": "ligne", "d": "auteur"}
        rows = [{"place": name, "at": at, "why": why} for name, why in reasons.items()]
        connection.execute(schema.tombstones.insert(), rows)
    assert [line.replace("\xa0", " ") for line in rebuilt(night).missing] == [
        "2 verbatims sur 5 ne sont plus dans la base, ou n'y sont plus codés",
        "effacés depuis : 2 (demande)",
    ]


def test_rebuild_says_what_changed_in_the_software(night: Night) -> None:
    with open_store(night.store) as store, store.transaction() as connection:
        table = schema.runs
        run = connection.execute(select(table).where(table.c.step == "publish")).mappings().one()
        lineage = run["lineage"] | {"packages": run["lineage"]["packages"] | {"pandas": "1.0"}, "failures": ["x"]}
        connection.execute(update(table).where(table.c.id == run["id"]).values(lineage=lineage))
    done = rebuilt(night)
    assert [name for name, same in done.files.items() if not same] == ["synthese.html"]
    assert [line.split(" alors")[0] for line in done.changed] == ["pandas : 1.0"]


def test_rebuild_of_a_run_that_did_not_publish_names_one_that_did(night: Night) -> None:
    with open_store(night.store) as store:
        (published,) = publications(store)
        with store.transaction() as connection:
            tagging = connection.scalar(select(schema.runs.c.id).where(schema.runs.c.step == "tag"))
        with pytest.raises(StoreError, match=f"pas une publication achevée .*« tag » du .* à .*, achevée.*{published}"):
            rebuild(store, tagging or "", night.reports.with_name("refait"))


def test_rebuild_of_an_unknown_run_says_where_its_id_is(night: Night) -> None:
    with open_store(night.store) as store, pytest.raises(StoreError, match="dans la page, sous « Provenance »"):
        rebuild(store, "zzz", night.reports.with_name("refait"))
