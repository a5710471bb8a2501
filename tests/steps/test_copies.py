import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from listening.records import Run, Verbatim
from listening.steps.copies import group_copies
from listening.store import schema
from listening.store.frames import counts
from listening.store.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(id="r1", step="ingest", started_at=NOON)
CALL = "Boycottez tous cette banque qui vient encore d'augmenter ses frais de tenue de compte sans prévenir personne"
PARCEL = "Mon colis est arrivé avec trois semaines de retard et le livreur a refusé de monter jusqu'à mon étage"


def verbatim(external_id: str, text: str = CALL, *, hours: float | None = 0, **facts: object) -> Verbatim:
    moment = None if hours is None else NOON + timedelta(hours=hours)
    given = Verbatim(source="s", channel="social", external_id=external_id, text=text, language="fr", created_at=moment)
    return replace(given, **facts)  # type: ignore[arg-type]


def add(store: Store, *verbatims: Verbatim) -> None:
    store.add_verbatims([(one.version, one) for one in verbatims], RUN)


def groups(store: Store) -> dict[str, str]:
    """Give the external id of each version's original, by its own."""
    table, copies = schema.verbatims, schema.copies
    with store.transaction() as connection:
        names = {row.version: row.external_id for row in connection.execute(select(table))}
        return {names[row.version]: names[row.original] for row in connection.execute(select(copies))}


@pytest.mark.parametrize(
    "copy",
    [
        CALL,
        CALL.upper() + " !!!",
        f"RT @quelquun: {CALL}",
        f"{CALL} #boycott #banque #honte",
        CALL.replace("tous", "toutes"),
        CALL.removesuffix(" sans prévenir personne"),
        f"Bonjour à vous. {CALL}. Faites tourner.",
    ],
)
def test_copies_alike_have_the_earliest_as_original(store: Store, copy: str) -> None:
    add(store, verbatim("a", copy, hours=2), verbatim("b", hours=1), verbatim("c", PARCEL))
    assert group_copies(store) == 3
    assert groups(store) == {"a": "b", "b": "b", "c": "c"}


@pytest.mark.parametrize("text", ["ok", "Très bien", "Très bon accueil, je recommande vivement", "bravo " * 30, ""])
def test_copies_of_few_words_are_coincidences(store: Store, text: str) -> None:
    add(store, verbatim("a", text), verbatim("b", text))
    group_copies(store)
    assert groups(store) == {"a": "a", "b": "b"}


def test_copies_count_across_sources_and_by_one_author(store: Store) -> None:
    add(store, verbatim("a", author="h"), verbatim("b", hours=1, author="h"), verbatim("c", hours=2, source="autre"))
    group_copies(store)
    assert groups(store) == {"a": "a", "b": "a", "c": "a"}


def test_copies_are_grouped_through_one_another(store: Store) -> None:
    far = [f"{CALL} {' '.join(PARCEL.split()[:number])}" for number in (0, 7, 14)]
    add(store, *(verbatim(str(rank), text, hours=rank) for rank, text in enumerate([far[0], far[2]])))
    group_copies(store)
    assert groups(store) == {"0": "0", "1": "1"}
    add(store, verbatim("entre", far[1], hours=9))
    group_copies(store)
    assert groups(store) == {"0": "0", "1": "0", "entre": "0"}


@pytest.mark.parametrize(("first", "second"), [(("a",), ("b",)), (("b",), ("a",)), (("a", "b"), ())])
def test_copies_reposts_are_linked_whichever_comes_first(
    store: Store, first: Sequence[str], second: Sequence[str]
) -> None:
    posts = {"a": verbatim("a", "Honteux"), "b": verbatim("b", "Lisez ça", hours=1, repost_of="a")}
    for names in (first, second):
        add(store, *(posts[name] for name in names))
        group_copies(store)
    assert groups(store) == {"a": "a", "b": "a"}


def test_copies_reposts_are_linked_within_their_source_only(store: Store) -> None:
    add(store, verbatim("a", "Honteux", source="ailleurs"), verbatim("b", "Lisez ça", repost_of="a"))
    group_copies(store)
    assert groups(store) == {"a": "a", "b": "b"}


@pytest.mark.parametrize("seed", range(2))
def test_copies_are_the_same_whatever_the_batches(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    posts = []
    for text in (CALL, PARCEL):
        for rank in range(12):
            words = text.split()
            words[chance.randrange(len(words))] = f"mot{rank}"
            posts.append(verbatim(f"{text[:1]}{rank:02}", " ".join(words[: 11 + rank]), hours=chance.choice([1, 2])))
    add(store, *posts)
    group_copies(store)
    expected = groups(store)
    assert 1 < len(set(expected.values())) < len(expected)
    with store.transaction() as connection:
        for table in (schema.copies, schema.copy_bands, schema.verbatims):
            connection.execute(table.delete())
    chance.shuffle(posts)
    while posts:
        add(store, *[posts.pop() for _ in range(min(len(posts), chance.randint(1, 6)))])
        group_copies(store, batch=chance.randint(1, 4))
    assert groups(store) == expected


def test_copies_original_without_a_date_comes_last(store: Store) -> None:
    add(store, verbatim("a", hours=None), verbatim("b", hours=5))
    group_copies(store)
    assert groups(store) == {"a": "b", "b": "b"}


def test_copies_second_run_does_nothing(store: Store) -> None:
    add(store, verbatim("a"), verbatim("b", hours=1), verbatim("c", "ok"))
    group_copies(store)
    before = counts(store)
    assert group_copies(store) == 0
    assert counts(store) == before


def test_copies_stopped_between_batches_go_on(store: Store) -> None:
    class Stopped(Exception):
        pass

    def stop(done: int) -> None:
        raise Stopped

    add(store, *(verbatim(str(rank), hours=rank) for rank in range(5)))
    with pytest.raises(Stopped):
        group_copies(store, batch=2, advance=stop)
    assert counts(store)["copies"] == 2
    assert group_copies(store, batch=2) == 3
    assert set(groups(store).values()) == {"0"}


def test_copies_made_by_another_method_are_made_anew(store: Store) -> None:
    add(store, verbatim("a"), verbatim("b", hours=1))
    group_copies(store)
    with store.transaction() as connection:
        connection.execute(update(schema.copies).values(method="0", original="ailleurs"))
    assert group_copies(store) == 2
    assert groups(store) == {"a": "a", "b": "a"}


def test_copies_same_texts_are_in_one_place_of_the_index(store: Store) -> None:
    add(store, *(verbatim(str(rank), hours=rank) for rank in range(40)))
    group_copies(store, batch=7)
    assert counts(store)["copy_bands"] == 16
