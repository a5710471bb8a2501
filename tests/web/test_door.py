from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from listening.codebook import Codebook
from listening.store import audit, schema
from listening.store.coders import disable_coder
from listening.store.store import Store, open_store
from listening.web.access import COOKIE
from listening.web.app import make_app

People = Callable[..., Any]


def test_enter_opens_the_pages(person: People) -> None:
    lea = person()
    answer = lea.enter("lea")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Bonjour lea" in lea.get("/").text()


@pytest.mark.parametrize(
    ("name", "password"), [("lea", "un autre mot"), ("personne", "un colis bien arrivé"), ("", "")]
)
def test_enter_refuses_without_saying_what_is_wrong(person: People, name: str, password: str) -> None:
    someone = person()
    answer = someone.enter(name, password)
    assert answer.status_code == 401
    assert "Ce nom et ce mot de passe ne vont pas ensemble." in answer.text
    assert "<script>alert" not in answer.text and len(answer.text) < 5000
    assert someone.http.get("/", follow_redirects=False).headers["location"] == "/connexion"


def test_enter_refuses_a_closed_account_and_ends_its_sessions(person: People, store: Store) -> None:
    lea = person("lea")
    disable_coder(store, "lea", at=datetime(2026, 3, 4, tzinfo=UTC), by="essai")
    assert lea.http.get("/", follow_redirects=False).headers["location"] == "/connexion"
    assert person().enter("lea").status_code == 401


def test_enter_gives_a_new_session_that_was_never_seen(person: People) -> None:
    lea = person()
    lea.get("/connexion")
    before = lea.http.cookies[COOKIE]
    lea.enter("lea")
    assert lea.http.cookies[COOKIE] != before


def test_enter_asks_to_wait_after_five_failures(person: People, clock: Any) -> None:
    lea = person()
    assert [lea.enter("lea", "non").status_code for _ in range(6)] == [401] * 5 + [429]
    answer = lea.enter("lea")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "900"
    assert "Réessayez dans 15\xa0minutes" in answer.text
    assert person().enter("momo").status_code == 303
    clock.skip(minutes=15)
    assert lea.enter("lea").status_code == 303


def test_enter_asks_to_wait_at_all_that_serve_the_store_and_after_a_restart(
    person: People, place: Path, codebook: Codebook, clock: Any
) -> None:
    for _ in range(5):
        person().enter("lea", "non")
    with open_store(place) as same:
        other = make_app(same, codebook, key=b"une cle d'essai", clock=clock)
        assert person(at=other).enter("lea").status_code == 429
        assert person(at=other).enter("momo").status_code == 303


def test_enter_keeps_neither_address_nor_what_was_typed(person: People, place: Path, store: Store) -> None:
    person().enter("mot de passe tapé à la place du nom", "un autre mot")
    kept = b"".join(file.read_bytes() for file in place.parent.glob(f"{place.name}*"))
    assert not [one for one in ("testclient", "tapé à la place", "un autre mot") if one.encode() in kept]
    with store.transaction() as connection:
        assert len(connection.execute(select(schema.attempts)).all()) == 1


def test_enter_is_told_to_the_audit(person: People, store: Store) -> None:
    person().enter("lea", "non")
    person().enter("mot de passe tapé à la place du nom")
    person("lea")
    said = [(line.actor, line.action) for line in audit.lines(store) if line.action.startswith("connexion")]
    assert said == [("lea", "connexion refusée"), ("lea", "connexion")]


def test_leave_ends_the_session_even_for_who_kept_the_cookie(person: People) -> None:
    lea = person("lea")
    cookie = lea.http.cookies[COOKIE]
    assert lea.post("/deconnexion").headers["location"] == "/connexion"
    thief = person()
    thief.http.cookies.set(COOKIE, cookie)
    assert thief.http.get("/", follow_redirects=False).headers["location"] == "/connexion"


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(app: Any, person: People) -> None:
    lea = person()
    assert {"HttpOnly", "SameSite=lax"} <= set(lea.enter("lea").headers["set-cookie"].split("; "))
