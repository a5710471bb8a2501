import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, delete, insert, select, text, update

from listening.records import Run, Verbatim
from listening.store import migrating, schema
from listening.store.check import check
from listening.store.copying import copy_store
from listening.store.erasure import wipe
from listening.store.store import Store, open_store
from listening.store.words import FREQUENT, LONGEST, RICHEST, SAMPLE, holding, keep_words, mend, unlike, words_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(id="r1", step="ingest:avis", started_at=NOON)
ANSWER = Verbatim(source="avis", channel="review", external_id="1", text="", language="fr", created_at=NOON)
SAID = {
    "accents": "Les LIVRAISONS étaient Très à l’heure",
    "ligature": "Un chef-d'œuvre de curiosité, ex æquo",
    "signs": "Colis n°12 : « perdu » à 100 % (50_000 €) ; c'est OR ! NOT* NEAR",
    "other letters": "Ταχύτητα άριστη, straße",
    "marks only": "… ?! 🙂",
    "empty": "",
    "long": "a" * 3000 + " fin",
}
FOUND = schema.words_found
FINDING = {
    "livr": {"accents"},
    "LIVRAISONS": {"accents"},
    "étaient tres": {"accents"},
    "ÉTAIENT": {"accents"},
    "etaıent": set(),
    "heure": {"accents"},
    "l'heure": {"accents"},
    "raisons": set(),
    "oeuvre": {"ligature"},
    "ŒUVRE": {"ligature"},
    "AEQUO": {"ligature"},
    "chef-d’œuvre": {"ligature"},
    "curiosite ex": {"ligature"},
    "curiosite livr": set(),
    "12": {"signs"},
    "100 %": {"signs"},
    "50_000": {"signs"},
    "ταχυτητα": {"other letters"},
    "STRASSE": {"other letters"},
    "a" * 2000: {"long"},
    "fin": {"long"},
    "": set(),
    " % _ … 🙂": set(),
    '"perdu" OR "livraisons"': set(),
    "perdu* OR not* near": {"signs"},
    "words : perdu": set(),
    "perdu) | (livraisons": set(),
    "!perdu & colis:*": {"signs"},
    "perdu' <-> \\ colis -- ;": {"signs"},
    "^perdu {colis}+": {"signs"},
    "NEAR(perdu colis, 2)": set(),
}


def add(store: Store, texts: Mapping[str, str]) -> None:
    answers = [replace(ANSWER, external_id=name, text=said) for name, said in texts.items()]
    store.add_verbatims([(f"{one.id} {one.version}", one) for one in answers], RUN)


def names(store: Store, asked: str) -> set[str]:
    """The current verbatims that are found, by the id of their source."""
    table = schema.verbatims
    with store.transaction() as connection:
        query = select(table.c.external_id).where(table.c.current, holding(connection, asked, table.c.version))
        return set(connection.scalars(query))


@pytest.fixture
def told(store: Store) -> Store:
    """A store with those few texts."""
    store.start_run(RUN)
    add(store, SAID)
    return store


def test_holding_finds_texts_by_the_beginnings_of_their_words(told: Store) -> None:
    assert {asked: names(told, asked) for asked in FINDING} == FINDING


def test_holding_takes_any_number_of_words(told: Store) -> None:
    beginnings = " ".join("a" * (rank + 1) for rank in range(LONGEST))
    assert names(told, f"{beginnings} fin fi f" + " fin" * 3000) == {"long"}
    assert names(told, beginnings + " mot".join(map(str, range(5000)))) == set()


@pytest.mark.parametrize("seed", range(3))
def test_holding_gives_what_reading_all_gives_be_they_few_or_many(store: Store, seed: int) -> None:
    draw = random.Random(seed)
    spoken = ["colis", "colère", "col", "prix", "près", "été", "sœur", "n1", "attente", "à", "zèle", "kiosque", "égaré"]
    often = [1 / rank for rank, _ in enumerate(spoken, 1)]
    store.start_run(RUN)
    texts = {str(rank): " ".join(draw.choices(spoken, often, k=draw.randint(0, 4))) for rank in range(5 * FREQUENT)}
    add(store, texts)
    asked = [
        " ".join(draw.sample(["c", "co", "col", "colis", "p", "e", "so", "n", "a", "ze", "k"], k))
        for k in (1, 2, 3) * 4
    ]
    asked += ["c", "c p", "p e a"]
    expected = [
        {name for name, said in texts.items()
         if all(any(word.startswith(one) for word in words_of(said)) for one in query.split())}
        for query in asked
    ]  # fmt: skip
    assert [names(store, query) for query in asked] == expected
    assert {len(one) > FREQUENT for one in expected} == {False, True}


def test_holding_finds_the_words_of_the_current_text(told: Store) -> None:
    add(told, {"accents": "Le colis est revenu"})
    assert names(told, "livraisons") == set()
    assert names(told, "colis") == {"accents", "signs"}
    add(told, {"accents": SAID["accents"]})
    assert (names(told, "livraisons"), names(told, "colis")) == ({"accents"}, {"signs"})


def test_holding_finds_nothing_of_what_was_erased(told: Store) -> None:
    with told.transaction() as connection:
        gone = select(schema.verbatims.c.version).where(schema.verbatims.c.external_id == "accents")
        connection.execute(delete(FOUND).where(FOUND.c.version.in_(gone)))
    assert names(told, "livraisons") == set()
    assert names(told, "oeuvre") == {"ligature"}


@pytest.mark.postgresql
@pytest.mark.parametrize(("asked", "looked_up"), [("rarissime", True), ("colis rarissime", True), ("colis", False)])
def test_holding_looks_few_up_in_the_index_of_a_server(database: str, asked: str, looked_up: bool) -> None:
    with open_store(database) as store, store.transaction() as connection:
        texts = {f"{rank:020}": "Colis rarissime" if rank == 5000 else f"Colis {rank}" for rank in range(3 * SAMPLE)}
        keep_words(connection, texts)
        connection.execute(text("SET LOCAL enable_seqscan = off"))  # as it is with many texts
        query = select(schema.verbatims.c.version).where(holding(connection, asked, schema.verbatims.c.version))
        query = query.order_by(schema.verbatims.c.created_at.desc()).limit(25)
        bound = query.compile(connection, compile_kwargs={"literal_binds": True})
        plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {bound}".replace("%", "%%"), {}).scalars())
    assert ("Bitmap Index Scan on words_index" in plan) == looked_up, plan


@pytest.mark.parametrize("journal", [False, True], ids=["after a while", "at once"])
def test_wipe_leaves_no_byte_of_words_that_no_text_has(tmp_path: Path, journal: bool) -> None:
    place, word = tmp_path / "base.sqlite", b"zyzomys"
    with open_store(place) as store:
        store.start_run(RUN)
        add(store, SAID | {"rare": "Mon zyzomys a disparu"})
        for rank in range(20 * (not journal)):  # the index has several parts, some merged
            add(store, {f"{rank} {one}": f"Message {rank} {one} zyzomys" for one in range(3)})
        assert any(word in path.read_bytes() for path in tmp_path.iterdir())
        with store.transaction() as connection:
            gone = connection.scalars(select(FOUND.c.version).where(FOUND.c.words.contains("zyzomys"))).all()
            for table in (FOUND, schema.verbatims):
                connection.execute(delete(table).where(table.c.version.in_(gone)))
        wipe(store)
        assert [path.name for path in tmp_path.iterdir() if word in path.read_bytes()] == []
        assert names(store, "oeuvre") == {"ligature"}
        assert list(unlike(store)) == []


@pytest.mark.postgresql
def test_statistics_of_a_server_hold_no_word(database: str) -> None:
    with open_store(database) as store:
        store.start_run(RUN)
        add(store, {str(rank): f"Mon zyzomys {rank % 7} a disparu" for rank in range(200)})
        with store.transaction() as connection:
            connection.execute(text("ANALYZE words_found"))
            held = connection.execute(text("SELECT * FROM pg_stats WHERE tablename IN ('words_found', 'words_index')"))
            assert "zyzomys" not in repr(held.all())


@pytest.mark.postgresql
def test_copied_stores_find_the_same(told: Store, other_database: str, tmp_path: Path) -> None:
    with open_store(other_database) as server, open_store(tmp_path / "copie.sqlite") as file:
        for one in (server, file):
            copy_store(told, one)
            copy_store(told, one)  # as one that was cut goes on
            assert [names(one, asked) for asked in ("oeuvre", "livr", "colis n")] == [
                {"ligature"},
                {"accents"},
                {"signs"},
            ]
            assert list(unlike(one)) == []


def test_migrate_keeps_the_words_of_the_verbatims_that_are_there(told: Store) -> None:
    add(told, {"accents": "Le colis est revenu"} | {f"n{rank}": f"Numéro {rank}" for rank in range(2100)})
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(migrating.__file__).parent / "migrations"))
    with told.engine.begin() as connection:
        configuration.attributes["connection"] = connection
        command.downgrade(configuration, "0011")
    told.migrate()
    assert names(told, "oeuvre") == {"ligature"} and names(told, "colis revenu") == {"accents"}
    assert len(names(told, "numero")) == 2100
    assert list(unlike(told)) == []


def change_words(connection: Connection) -> None:
    connection.execute(update(FOUND).values(words="autre"))


def drop_words(connection: Connection) -> None:
    connection.execute(delete(FOUND))


def add_text(connection: Connection) -> None:
    row = connection.execute(select(schema.verbatims).limit(1)).mappings().one()
    connection.execute(
        insert(schema.verbatims).values(dict(row) | {"version": "9" * 20, "id": "9" * 20, "text": "Neuf"})
    )


@pytest.mark.parametrize(
    ("change", "faults"),
    [(change_words, 7), (drop_words, 7), (add_text, 1)],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_check_tells_words_that_are_not_those_of_texts_and_mend_makes_them(
    told: Store, change: object, faults: int
) -> None:
    with told.transaction() as connection:
        change(connection)  # type: ignore[operator]
    assert {one.faults for one in check(told) if one.what.startswith("mots : ceux")} == {faults}
    mend(told)
    assert [one for one in check(told) if one.faults] == []
    assert names(told, "livraisons") == {"accents"}


def test_check_tells_an_index_that_is_not_that_of_the_words_and_mend_makes_it(tmp_path: Path) -> None:
    with open_store(tmp_path / "base.sqlite") as store:
        store.start_run(RUN)
        add(store, SAID)
        with store.transaction() as connection:
            dropped = "SELECT 'delete', words_index_id, words FROM words_found WHERE words LIKE 'les %'"
            connection.exec_driver_sql(f"INSERT INTO words_index (words_index, rowid, words) {dropped}")
        assert names(store, "livraisons") == set()
        assert [(one.faults, one.example) for one in check(store) if one.faults] == [(1, "words_index")]
        mend(store)
        assert names(store, "livraisons") == {"accents"}
        assert [one for one in check(store) if one.faults] == []


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Été, ÉTÉ, ete !", ["ete"]),
        ("aujourd’hui", ["aujourd", "hui"]),
        ("n°5 & 3½", ["n", "5", "31", "2"]),
        ("x" * 99, ["x" * LONGEST]),
        ("\0", []),
    ],
)
def test_words_of_folds_a_text(said: str, words: list[str]) -> None:
    assert words_of(said) == words


def test_keep_words_takes_a_text_of_more_words_than_a_server_indexes(store: Store) -> None:
    with store.transaction() as connection:
        keep_words(connection, {"v1": " ".join(f"{rank:05}{'字' * 35}" for rank in range(RICHEST + 1000))})
        assert connection.scalar(select(FOUND.c.version).where(holding(connection, "00042", FOUND.c.version))) == "v1"
