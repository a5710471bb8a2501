from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from listening.codebook import Codebook
from listening.records import Verbatim
from listening.store.coders import Coder, add_coder
from listening.store.sessions import LASTING
from listening.store.store import Store, open_store
from listening.store.verdicts import verdicts
from listening.web.access import COOKIE, LONGEST
from listening.web.app import make_app
from listening.web.headers import HEADERS

People = Callable[..., Any]
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
PAGES = ("/", "/coder", "/coder/{version}", "/arbitrer", "/arbitrer/{version}", "/accord", "/verbatims", "/themes")
FORMS = ("/coder/annuler", "/verbatims/{version}/relire", "/coder/{version}", "/arbitrer/{version}", "/deconnexion")
ABOVE_READER = PAGES[1:6]


@pytest.fixture
def version(verbatims: list[Verbatim]) -> str:
    return verbatims[0].version


@pytest.mark.parametrize("page", PAGES)
def test_pages_without_session_lead_to_the_door(person: People, version: str, page: str) -> None:
    answer = person().http.get(page.format(version=version), follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/connexion")
    assert "colis" not in answer.text


@pytest.mark.parametrize("form", FORMS)
def test_forms_without_session_are_refused(person: People, version: str, form: str) -> None:
    assert person().post(form.format(version=version)).status_code == 401


@pytest.mark.parametrize("page", ABOVE_READER)
def test_pages_refuse_a_role_too_low(person: People, version: str, page: str) -> None:
    answer = person("luc").http.get(page.format(version=version))
    assert answer.status_code == 403
    assert "Cette page n’est pas ouverte à votre compte" in answer.text


@pytest.mark.parametrize("page", ["/arbitrer", "/arbitrer/{version}"])
def test_pages_of_admins_refuse_coders(person: People, version: str, page: str) -> None:
    assert person("lea").http.get(page.format(version=version)).status_code == 403
    assert person("lea").post(page.format(version=version)).status_code in (403, 405)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("token", ["", "faux", "é" * 40])
def test_forms_without_their_token_are_refused(
    person: People, store: Store, version: str, form: str, token: str
) -> None:
    ines = person("ines")
    answer = ines.post(form.format(version=version), {"sentiment": "negatif", "verdict": "0" * 32}, token=token)
    assert answer.status_code == 403
    assert "Ce formulaire n’est plus valable" in answer.text
    assert list(verdicts(store)) == []


def test_forms_refuse_the_token_of_another_session(person: People, version: str) -> None:
    lea, momo = person("lea"), person("momo")
    token = momo.get("/").css_first("input[name=token]").attributes["value"]
    assert lea.post(f"/coder/{version}", token=token).status_code == 403


def test_door_refuses_a_form_of_another_site(person: People) -> None:
    assert person().post("/connexion", {"name": "lea", "password": "x"}, token="").status_code == 403


@pytest.mark.parametrize("cookie", ["", "abc", "eyJpZCI6ICIxIn0.AAAA", "é", "0" * 64, "' OR 1=1 --"])
def test_forged_sessions_are_refused(person: People, cookie: str) -> None:
    answer = person().http.get("/", headers={"cookie": f"{COOKIE}={cookie}".encode()}, follow_redirects=False)
    assert answer.headers["location"] == "/connexion"


def test_sessions_are_those_of_all_that_serve_the_store(
    person: People, place: Path, codebook: Codebook, clock: Any, version: str
) -> None:
    with open_store(place) as same:
        elsewhere = person(at=make_app(same, codebook, key=b"essai", clock=clock))
        lea = person("lea")
        elsewhere.http.cookies.set(COOKIE, lea.http.cookies[COOKIE])
        assert "Bonjour lea" in elsewhere.get("/").text()
        token = lea.get("/").css_first("input[name=token]").attributes["value"]
        assert elsewhere.post("/coder/annuler", token=token).status_code == 303
        elsewhere.post("/deconnexion", token=token)
        assert lea.http.get("/", follow_redirects=False).headers["location"] == "/connexion"


def test_sessions_of_another_store_are_refused(
    person: People, tmp_path: Path, codebook: Codebook, password: str
) -> None:
    with open_store(tmp_path / "autre.sqlite") as other:
        add_coder(other, Coder(name="lea", role="admin", password=password, created_at=NOON), by="essai")
        elsewhere = person("lea", at=make_app(other, codebook, key=b"essai"))
        here = person()
        here.http.cookies.set(COOKIE, elsewhere.http.cookies[COOKIE])
        assert here.http.get("/", follow_redirects=False).status_code == 303


def test_sessions_are_kept_as_hashes(person: People, place: Path) -> None:
    lea = person("lea")
    kept = b"".join(file.read_bytes() for file in place.parent.glob(f"{place.name}*"))
    assert sha256(lea.http.cookies[COOKIE].encode()).hexdigest().encode() in kept
    assert lea.http.cookies[COOKIE].encode() not in kept


def test_sessions_end_with_the_day(person: People, clock: Any) -> None:
    lea = person("lea")
    clock.skip(seconds=LASTING.total_seconds())
    assert lea.http.get("/", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"token=" + b"x" * LONGEST, "application/x-www-form-urlencoded", 413),
        (b"{}", "application/json", 415),
        (b"--x--", "multipart/form-data; boundary=x", 415),
    ],
)
def test_forms_of_another_kind_or_too_long_are_refused(
    person: People, version: str, content: bytes, kind: str, status: int
) -> None:
    answer = person("lea").http.post(f"/coder/{version}", content=content, headers={"content-type": kind})
    assert answer.status_code == status


@pytest.mark.parametrize("path", ["/", "/connexion", "/nulle-part", "/static/pages.css", "/static/nulle-part"])
def test_answers_carry_the_security_headers(person: People, path: str) -> None:
    answer = person().http.get(path, follow_redirects=False)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["cache-control"] == ("no-cache" if path.startswith("/static/") else "no-store")
    assert "strict-transport-security" not in answer.headers


def test_behind_tls_cookies_and_pages_stay_there(store: Store, codebook: Codebook, person: People) -> None:
    answer = person(at=make_app(store, codebook, key=b"essai", secure=True)).http.get("/connexion")
    assert "Secure" in answer.headers["set-cookie"].split("; ")
    assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_requests_to_another_name_are_refused(person: People) -> None:
    answer = person().http.get("/connexion", headers={"host": "pirate.example.org"})
    assert answer.status_code == 400
    assert "token" not in answer.text


def test_a_store_that_fails_is_said_without_its_place(person: People, store: Store) -> None:
    ines = person("ines")
    with store.transaction() as connection:
        connection.execute(text("DROP TABLE verdicts"))
    answer = ines.http.get("/arbitrer")
    assert (answer.status_code, "La base ne répond pas" in answer.text) == (503, True)
    assert "sqlite" not in answer.text


def test_a_fault_is_said_without_its_trace(person: People, store: Store, codebook: Codebook) -> None:
    broken = make_app(store, codebook, key=b"essai", clock=lambda: datetime.fromtimestamp(1 / 0))
    cookie = {"cookie": f"{COOKIE}={'0' * 64}"}
    answer = person(at=broken).http.get("/", headers=cookie)
    assert (answer.status_code, "Quelque chose n’a pas marché" in answer.text) == (500, True)
    assert "ZeroDivision" not in answer.text
    assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_nothing_describes_the_application(person: People, path: str) -> None:
    answer = person().http.get(path)
    assert answer.status_code == 404
    assert "Cette page n’existe pas" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/coder/../../etc/passwd",
        "/coder/..%2f..%2fetc%2fpasswd",
        "/coder/' OR 1=1 --",
        "/coder/" + "0" * 21,
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/arbitrer/1; DROP TABLE verdicts",
    ],
)
def test_paths_and_sql_in_an_address_find_nothing(person: People, path: str) -> None:
    answer = person("ines").http.get(path)
    assert answer.status_code in (400, 404)
    assert "root:" not in answer.text and "import" not in answer.text


@pytest.mark.parametrize("query", ["mode=' OR 1=1", "mode=../x", "fait=<script>", "mode=aveugle%00"])
def test_parameters_that_are_none_of_the_choices_are_refused(person: People, query: str) -> None:
    answer = person("lea").http.get(f"/coder?{query}")
    assert answer.status_code == 400
    assert "<script>" not in answer.text
