from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from listening.records import Run, Verbatim
from listening.store.queue import open_items
from listening.store.store import Store

People = Callable[..., Any]
NASTY = ["' OR 1=1 --", "%", "_", "<script>alert(1)</script>", "'; DROP TABLE verbatims; --", "../../etc/passwd", "\\"]


def found(page: Any) -> list[str]:
    """Give the first word of each verbatim of a page."""
    return [node.text().split()[0] for node in page.css(".found blockquote")]


@pytest.mark.parametrize(
    ("asked", "first_words"),
    [
        ({"mots": "colis"}, ["Trois"]),
        ({"mots": "COLIS téléphone"}, ["Trois"]),
        ({"mots": "colis justificatif"}, []),
        ({"theme": "effort.attente"}, ["Trois"]),
        ({"theme": "soupcon"}, ["On", "Remboursée", "Fouillé"]),
        ({"theme": "soupcon", "polarite": "positif"}, ["Remboursée"]),
        ({"sentiment": "positif", "canal": "survey"}, ["Remboursée", "Rien"]),
        ({"source": "Forum <b>clients</b>", "sentiment": "negatif"}, ["On", "Le", "Votre"]),
        ({"du": "2026-03-03", "au": "2026-03-03"}, ["Accueil"]),
        ({"au": "2026-02-22"}, ["Fouillé", "La"]),
        ({"vague": "avril 2026"}, []),
    ],
)
def test_verbatims_are_found_by_filters_the_newest_first(
    person: People, asked: dict[str, str], first_words: list[str]
) -> None:
    assert found(person("lea").get("/verbatims", **asked)) == first_words


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "En langue « en »\xa0: hors codage"), (None, "Sans texte à coder"), ("fr", "Pas encore codé")],
)
def test_what_no_engine_read_says_why(
    person: People, store: Store, verbatims: list[Verbatim], language: str | None, said: str
) -> None:
    late = replace(verbatims[0], external_id="99", text="Too slow", language=language)
    run = Run(id="r2", step="ingest", started_at=datetime(2026, 3, 5, tzinfo=UTC))
    store.add_verbatims([("f99", late)], run)
    luc = person("luc")
    assert said in luc.get("/verbatims", mots="slow").css_first(".found .tags").text()
    assert said in luc.get(f"/verbatims/{late.version}").css_first("main").text()


def test_verbatims_are_shown_page_by_page(person: People) -> None:
    page = person("ines").get("/verbatims", rang=5)
    assert len(found(page)) == 7
    assert page.css_first("a[rel=prev]").attributes["href"] == "/verbatims?"
    assert "12\xa0verbatims" in page.css_first("[role=status]").text()


def test_flagged_verbatims_are_kept_from_readers(person: People, verbatims: list[Verbatim]) -> None:
    assert "Fouillé" not in found(person("luc").get("/verbatims"))
    assert "Fouillé" in found(person("lea").get("/verbatims"))
    assert person("luc").http.get(f"/verbatims/{verbatims[10].version}").status_code == 403
    assert "menace, santé" in person("lea").get(f"/verbatims/{verbatims[10].version}").text()


def test_tags_are_hidden_from_who_is_to_code_blind(person: People, verbatims: list[Verbatim]) -> None:
    version = verbatims[1].version
    assert not person("lea").get(f"/verbatims/{version}").css("#verbatim mark")
    assert "étiquettes cachées" in person("lea").get("/verbatims", mots="boutique").text()
    assert person("ines").get(f"/verbatims/{version}").css("#verbatim mark")


def test_verbatim_is_shown_with_what_is_known_of_it(person: People, verbatims: list[Verbatim]) -> None:
    page = person("luc").get(f"/verbatims/{verbatims[3].version}")
    assert page.css_first("#verbatim mark").text() == "On m'a encore demandé un justificatif de domicile,"
    assert "Accueil parfait" in page.css_first(".before").text()
    assert "Preuves et justificatifs exigés" in page.css_first(".sides").text()


def test_ask_puts_a_verbatim_first_in_the_queue(person: People, store: Store, verbatims: list[Verbatim]) -> None:
    version, lea = verbatims[11].version, person("lea")
    assert lea.post(f"/verbatims/{version}/relire").status_code == 303
    lea.post(f"/verbatims/{version}/relire")
    first, second = open_items(store)[:2]
    assert (first.version, first.reason, first.asked_by) == (version, "asked", "lea")
    assert second.version != version
    assert "Déjà dans la file" in lea.get(f"/verbatims/{version}").text()


@pytest.mark.parametrize("token", [None, "faux"])
def test_ask_is_refused_to_readers_and_without_token(
    person: People, store: Store, verbatims: list[Verbatim], token: str | None
) -> None:
    someone = person("lea" if token else "luc")
    assert someone.post(f"/verbatims/{verbatims[11].version}/relire", token=token).status_code == 403
    assert all(one.reason != "asked" for one in open_items(store))


@pytest.mark.parametrize("words", NASTY)
@pytest.mark.parametrize("field", ["mots", "source", "vague", "marque"])
def test_nasty_words_find_nothing_and_are_shown_as_text(person: People, field: str, words: str) -> None:
    page = person("ines").get("/verbatims", **{field: words})
    assert found(page) == []
    assert not page.css("main script")
    assert field != "mots" or page.css_first("#mots").attributes["value"] == words
    assert len(found(person("ines").get("/verbatims"))) == 12


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("theme", "' OR 1=1"),
        ("theme", "effort.magie"),
        ("canal", "pigeon"),
        ("polarite", "<b>"),
        ("sentiment", "tous; --"),
        ("du", "2026-02-30"),
        ("au", "../etc"),
        ("au", "9999-12-31"),
        ("rang", "-1"),
        ("rang", "1e9"),
        ("mots", "x" * 201),
        ("mots", "a\0b"),
        ("source", "\0"),
    ],
)
def test_parameters_that_are_none_are_refused(person: People, field: str, value: str) -> None:
    answer = person("ines").http.get("/verbatims", params={field: value})
    assert answer.status_code == 400
    assert value not in answer.text or len(value) < 4


@pytest.mark.parametrize("version", ["x", "0" * 20, "' OR 1=1 --", "..%2f..%2fetc%2fpasswd", "<script>"])
def test_verbatim_that_is_none_is_refused(person: People, version: str) -> None:
    answer = person("ines").http.get(f"/verbatims/{version}")
    assert answer.status_code in (400, 404)
    assert "<script>alert" not in answer.text
