"""Whoever saw what the engine or others said of a verbatim is never given it blind, nor counted as blind."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from listening.records import Run, Verbatim
from listening.store import schema
from listening.store.coders import Coder, add_coder
from listening.store.queue import QueueItem, add_items
from listening.store.shown import shown_to
from listening.store.store import Store
from listening.store.verdicts import verdicts

People = Callable[..., Any]
FREE = 4  # a verbatim that waits, that no audit drew: « Remboursée », positif, soupcon.confiance_accordee
AUDITED = 1  # « Accueil parfait », positif, relation.accueil
SEEING = {
    "list": ("/verbatims", {"mots": "Remboursée"}),
    "filter by theme": ("/verbatims", {"theme": "soupcon.confiance_accordee"}),
    "filter by sentiment": ("/verbatims", {"sentiment": "positif"}),
    "verbatim": ("/verbatims/{version}", {}),
    "theme": ("/themes/soupcon.confiance_accordee", {}),
    "sheet": ("/coder/{version}", {}),
}


def verdict(**fields: str) -> dict[str, str]:
    return {"sentiment": "positif", "mode": "aveugle", "verdict": uuid4().hex} | fields


def blind(store: Store) -> list[bool]:
    return [one.blind for one in verdicts(store)]


def first_given(someone: Any) -> str:
    """Give the text that is first to be coded blind."""
    return str(someone.get("/coder", mode="aveugle").css_first("#verbatim").text())


@pytest.fixture
def alone(store: Store, codebook: Any, verbatims: list[Verbatim]) -> Store:
    """That store, where one verbatim alone waits, and no audit."""
    with store.transaction() as connection:
        others = schema.queue.c.version != verbatims[FREE].version
        connection.execute(schema.queue.delete().where(others))
    return store


@pytest.mark.parametrize("seeing", SEEING)
def test_what_was_seen_is_not_given_blind_nor_kept_as_blind(
    person: People, alone: Store, verbatims: list[Verbatim], seeing: str
) -> None:
    lea, momo, version = person("lea"), person("momo"), verbatims[FREE].version
    path, asked = SEEING[seeing]
    assert first_given(lea) == verbatims[FREE].text
    lea.get(path.format(version=version), **asked)
    assert "La file est vide" in lea.get("/coder", mode="aveugle").text()
    assert first_given(momo) == verbatims[FREE].text
    sheet = lea.get(f"/coder/{version}", mode="aveugle")
    assert "Avec les propositions du moteur" in sheet.text()
    lea.post(f"/coder/{version}", verdict())
    momo.post(f"/coder/{version}", verdict())
    assert blind(alone) == [False, True]


@pytest.mark.parametrize("path", ["/verbatims?mots=colis", "/themes/effort.attente", "/themes", "/accord"])
def test_what_others_were_shown_or_of_other_verbatims_changes_nothing(
    person: People, alone: Store, verbatims: list[Verbatim], path: str
) -> None:
    person("ines").get(path)
    lea = person("lea")
    lea.http.get(path)
    assert first_given(lea) == verbatims[FREE].text


def test_who_sees_tags_between_the_sheet_and_the_verdict_is_not_blind(
    person: People, alone: Store, verbatims: list[Verbatim]
) -> None:
    lea, version = person("lea"), verbatims[FREE].version
    lea.get(f"/coder/{version}", mode="aveugle")
    lea.get(f"/verbatims/{version}")
    lea.post(f"/coder/{version}", verdict())
    (given,) = verdicts(alone)
    assert (given.blind, given.model) == (False, "essai@abc")


def test_what_was_seen_is_not_given_to_code_again(person: People, alone: Store, verbatims: list[Verbatim]) -> None:
    lea, momo, version = person("lea"), person("momo"), verbatims[FREE].version
    momo.get(f"/verbatims/{version}")
    lea.post(f"/coder/{version}", verdict())
    assert "La file est vide" in momo.get("/coder", mode="aveugle").text()


def test_what_was_seen_before_an_audit_draws_it_is_left_to_others(
    person: People, store: Store, verbatims: list[Verbatim]
) -> None:
    lea, momo, drawn = person("lea"), person("momo"), verbatims[11]
    lea.get(f"/verbatims/{drawn.version}")
    run = Run(id="r2", step="review", started_at=verbatims[0].created_at)  # type: ignore[arg-type]
    item = QueueItem(verbatim=drawn.id, version=drawn.version, reason="audit", source=drawn.source, rank=-2.0)
    add_items(store, [item], run)
    assert lea.get("/coder").css_first("#verbatim").text() != drawn.text
    assert momo.get("/coder").css_first("#verbatim").text() == drawn.text
    lea.post(f"/coder/{drawn.version}", verdict())
    (given,) = verdicts(store)
    assert (given.blind, given.queue) == (False, None)


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/verbatims", {"theme": "relation.accueil"}),
        ("/verbatims", {"theme": "relation", "polarite": "positif"}),
        ("/verbatims", {"sentiment": "positif", "mots": "boutique"}),
        ("/themes/relation.accueil", {}),
    ],
)
def test_what_an_audit_drew_is_not_shown_where_its_place_would_tell(
    person: People, store: Store, verbatims: list[Verbatim], path: str, asked: dict[str, str]
) -> None:
    lea, version = person("lea"), verbatims[AUDITED].version
    page = lea.get(path, **asked)
    assert "Accueil parfait" not in page.text()
    assert path.startswith("/themes") or "1\xa0verbatim de cette page à coder à l’aveugle" in page.text()
    assert "Accueil parfait" in person("ines").get(path, **asked).text()
    lea.post(f"/coder/{version}", verdict())
    assert blind(store) == [True]
    assert "Accueil parfait" in lea.get(path, **asked).text()


def test_what_a_reader_saw_is_known_when_they_come_to_code(
    person: People, alone: Store, verbatims: list[Verbatim], password: str, clock: Any
) -> None:
    person("luc").get(f"/verbatims/{verbatims[FREE].version}")
    add_coder(alone, Coder(name="luc", role="coder", password=password, created_at=clock()), by="essai")
    assert "La file est vide" in person("luc").get("/coder", mode="aveugle").text()


def test_who_sees_what_coders_said_does_not_code_it_blind(
    person: People, alone: Store, verbatims: list[Verbatim], codebook: Any, clock: Any
) -> None:
    lea, momo, version = person("lea"), person("momo"), verbatims[FREE].version
    lea.post(f"/coder/{version}", verdict())
    momo.post(f"/coder/{version}", verdict(sentiment="negatif"))
    assert shown_to(alone, "ines", [version]) == set()
    person("ines").get("/arbitrer")
    assert shown_to(alone, "ines", [version]) == {version}


def test_what_was_seen_already_is_not_written_again(person: People, store: Store) -> None:
    lea = person("lea")
    lea.get("/verbatims")
    with store.transaction() as connection:
        before = connection.execute(select(schema.shown).order_by(schema.shown.c.version)).all()
    lea.get("/verbatims")
    with store.transaction() as connection:
        assert connection.execute(select(schema.shown).order_by(schema.shown.c.version)).all() == before
    assert len(before) == 11  # all but what the audit drew
