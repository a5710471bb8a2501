from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from selectolax.lexbor import LexborHTMLParser

from listening.records import CodeVerdict, Verbatim, Verdict
from listening.store.queue import items_of, open_items
from listening.store.store import Store
from listening.store.verdicts import verdicts
from listening.web.sheet import NOTE

People = Callable[..., Any]
DELAYS = {"sentiment": "negatif", "code": "effort.attente", "polarity.effort.attente": "negatif"}


def sent(page: LexborHTMLParser, **fields: Any) -> dict[str, Any]:
    """Give what the form of a sheet sends when its buttons and boxes are left as they are, and `fields` are changed."""
    given: dict[str, Any] = {}
    for node in page.css("#sheet input, #sheet textarea, #sheet option"):
        kind, name = node.attributes.get("type"), node.attributes.get("name")
        if node.tag == "option":
            if "selected" in node.attributes:
                given[node.parent.attributes["name"]] = node.attributes["value"]
        elif node.tag == "textarea":
            given[name] = node.text()
        elif kind == "checkbox" and "checked" in node.attributes:
            given.setdefault(name, []).append(node.attributes["value"])
        elif (kind == "radio" and "checked" in node.attributes) or kind == "hidden":
            given[name] = node.attributes.get("value")
    return given | fields


def address(page: LexborHTMLParser) -> str:
    return str(page.css_first("#sheet").attributes["action"])


def shown(page: LexborHTMLParser) -> str:
    return str(page.css_first("#verbatim").text())


def standing(store: Store) -> list[Verdict]:
    return list(verdicts(store))


def test_sheet_proposes_what_the_engine_read_with_its_evidence(person: People) -> None:
    page = person("lea").get("/coder")
    assert [node.attributes["value"] for node in page.css("#sheet input[name=code][checked]")] == ["effort.attente"]
    assert page.css_first("#verbatim mark").text() == "Trois semaines d'attente pour un colis,"
    assert page.css_first("#verbatim mark").attributes["class"] == "negatif"
    assert "Que devons-nous améliorer ?" in page.css_first(".question").text()
    line = page.css_first("[data-code='effort.attente']").text()
    assert "Rapidité ou délai" in line and "93\xa0%" in line
    assert "à trancher" in page.css_first("[data-code='experience.omnicanal']").text()


def test_sheet_shows_what_a_post_answers(person: People, verbatims: list[Verbatim]) -> None:
    page = person("lea").get(f"/coder/{verbatims[3].version}")
    assert "Accueil parfait en boutique" in page.css_first(".before").text()


def test_keep_takes_a_form_sent_many_times_at_once_for_one_verdict(person: People, store: Store) -> None:
    tabs = [person("lea") for _ in range(4)]
    for _ in range(6):
        page = tabs[0].get("/coder")
        form, there = sent(page, sentiment="negatif"), address(page)
        with ThreadPoolExecutor(len(tabs)) as hands:
            answers = list(hands.map(lambda tab: tab.post(there, form), tabs))  # noqa: B023
        assert [one.status_code for one in answers] == [303] * len(tabs)
    assert len(standing(store)) == 6


def test_keep_accepts_the_proposal_and_goes_on(person: People, store: Store, verbatims: list[Verbatim]) -> None:
    lea = person("lea")
    page = lea.get("/coder")
    answer = lea.post(address(page), sent(page))
    assert answer.headers["location"] == "/coder?mode=assiste&fait=code"
    (verdict,) = standing(store)
    assert (verdict.verbatim, verdict.version) == (verbatims[0].id, verbatims[0].version)
    assert (verdict.coder, verdict.sentiment, verdict.blind, verdict.model) == ("lea", "negatif", False, "essai@abc")
    assert verdict.codes == (CodeVerdict(code="effort.attente", polarity="negatif", start=0, stop=39),)
    assert verdict.queue == items_of(store, [verdict.version])[verdict.version][0].id
    assert open_items(store)[0].version != verdict.version
    assert shown(lea.get("/coder")) != verbatims[0].text


def test_keep_stores_corrections_codes_added_and_a_note_without_personal_data(person: People, store: Store) -> None:
    lea = person("lea")
    page = lea.get("/coder")
    fields = {
        "code": ["effort.joignabilite"],
        "polarity.effort.joignabilite": "neutre",
        "evidence.effort.joignabilite": "40-76",
        "sentiment": "neutre",
        "note": "à rappeler au 06 39 98 12 44",
    }
    lea.post(address(page), sent(page, **fields))
    (verdict,) = standing(store)
    assert verdict.codes == (CodeVerdict(code="effort.joignabilite", polarity="neutre", start=40, stop=76),)
    assert (verdict.sentiment, verdict.note) == ("neutre", "à rappeler au [TÉLÉPHONE]")


def test_keep_takes_a_verbatim_without_any_code(person: People, store: Store) -> None:
    lea = person("lea")
    page = lea.get("/coder")
    lea.post(address(page), sent(page, code=[], sentiment="positif"))
    assert standing(store)[0].codes == ()


def test_keep_is_done_once_however_often_the_form_is_sent(person: People, store: Store) -> None:
    lea = person("lea")
    page = lea.get("/coder")
    for _ in range(2):
        assert lea.post(address(page), sent(page)).status_code == 303
    assert len(standing(store)) == 1


def test_two_coders_on_one_verbatim_lose_nothing(person: People, store: Store) -> None:
    lea, momo = person("lea"), person("momo")
    pages = [one.get("/coder") for one in (lea, momo)]
    assert shown(pages[0]) == shown(pages[1])
    for one, page in zip((lea, momo), pages, strict=True):
        one.post(address(page), sent(page))
    assert [one.coder for one in standing(store)] == ["lea", "momo"]


def test_keep_passes_over_what_a_coder_cannot_code(person: People, store: Store, verbatims: list[Verbatim]) -> None:
    lea = person("lea")
    page = lea.get("/coder")
    lea.post(address(page), sent(page, action="passer", sentiment=""))
    assert standing(store)[0].state == "skipped"
    assert shown(lea.get("/coder")) != verbatims[0].text
    assert shown(person("momo").get("/coder")) == verbatims[0].text


def test_take_back_shows_the_verbatim_again_as_it_was_coded(
    person: People, store: Store, verbatims: list[Verbatim]
) -> None:
    lea = person("lea")
    page = lea.get("/coder")
    lea.post(address(page), sent(page, sentiment="neutre", note="hésitation"))
    answer = lea.post("/coder/annuler", {"mode": "assiste"})
    assert answer.headers["location"] == f"/coder/{verbatims[0].version}?mode=assiste&fait=annule"
    again = lea.get(answer.headers["location"])
    assert "Dernier verdict annulé" in again.css_first("[role=status]").text()
    assert (sent(again)["sentiment"], sent(again)["note"]) == ("neutre", "hésitation")
    assert [one.state for one in standing(store)] == ["coded", "undone"]
    assert open_items(store)[0].version == verbatims[0].version


def test_take_back_without_verdict_says_so(person: People, store: Store) -> None:
    lea = person("lea")
    answer = lea.post("/coder/annuler", {"mode": "assiste"})
    assert "Rien à annuler." in lea.get(answer.headers["location"]).css_first("[role=status]").text()
    assert standing(store) == []


def test_take_back_is_of_the_coders_own_verdicts(person: People, store: Store) -> None:
    lea = person("lea")
    page = lea.get("/coder")
    lea.post(address(page), sent(page))
    person("momo").post("/coder/annuler", {"mode": "assiste"})
    assert [one.state for one in standing(store)] == ["coded"]


def test_an_audit_is_coded_blind_with_its_probability(person: People, store: Store, verbatims: list[Verbatim]) -> None:
    lea = person("lea")
    page = lea.get(f"/coder/{verbatims[1].version}")
    assert not page.css("#verbatim mark, #sheet [checked], #codes li")
    assert "essai@abc" not in page.html and "93\xa0%" not in page.html
    lea.post(address(page), sent(page, sentiment="positif"))
    (verdict,) = standing(store)
    assert (verdict.blind, verdict.model, verdict.probability) == (True, None, 0.25)


def test_coding_again_is_blind_to_the_engine_and_to_the_other(person: People, store: Store) -> None:
    lea, momo = person("lea"), person("momo")
    page = lea.get("/coder")
    lea.post(address(page), sent(page, note="un avis de Léa"))
    again = momo.get("/coder", mode="aveugle")
    assert shown(again) == shown(page)
    assert not again.css("#verbatim mark, #sheet [checked], #codes li")
    assert "lea" not in again.html and "avis de Léa" not in again.html
    momo.post(address(again), sent(again, sentiment="positif"))
    assert [(one.coder, one.blind) for one in standing(store)] == [("lea", False), ("momo", True)]
    assert shown(momo.get("/coder", mode="aveugle")) != shown(page)


def test_who_coded_with_the_engine_is_not_blind_any_more(person: People, store: Store) -> None:
    lea = person("lea")
    page = lea.get("/coder")
    lea.post(address(page), sent(page))
    lea.post("/coder/annuler", {"mode": "aveugle"})
    again = lea.get(address(page), mode="aveugle")
    lea.post(address(again), sent(again))
    assert [(one.state, one.blind) for one in standing(store)] == [
        ("coded", False),
        ("undone", False),
        ("coded", False),
    ]


def test_coding_blind_takes_from_the_queue_what_nobody_coded(person: People, store: Store) -> None:
    lea, momo = person("lea"), person("momo")
    first = lea.get("/coder", mode="aveugle")
    assert not first.css("#verbatim mark, #sheet [checked], #codes li")
    lea.post(address(first), sent(first, sentiment="negatif"))
    second = lea.get("/coder", mode="aveugle")
    assert shown(second) != shown(first)
    again = momo.get("/coder", mode="aveugle")
    assert shown(again) == shown(first)
    momo.post(address(again), sent(again, sentiment="negatif"))
    assert [one.blind for one in standing(store)] == [True, True]


def test_progress_counts_what_was_coded_today(person: People, clock: Any) -> None:
    lea = person("lea")
    page = lea.get("/coder")
    lea.post(address(page), sent(page))
    assert "1\xa0codé aujourd’hui, 9 en attente" in lea.get("/coder").css_first("[role=status]").text()
    clock.skip(days=1)
    lea = person("lea")
    assert "0\xa0codé aujourd’hui, 9 en attente" in lea.get("/coder").css_first("[role=status]").text()


def test_the_end_of_the_queue_is_said(person: People) -> None:
    lea = person("lea")
    for _ in range(10):
        page = lea.get("/coder")
        lea.post(address(page), sent(page, sentiment="neutre"))
    assert "La file est vide" in lea.get("/coder").text()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"sentiment": ""}, "Il manque le sentiment d’ensemble"),
        ({"sentiment": "' OR 1=1"}, "Il manque le sentiment d’ensemble"),
        ({"code": ["effort.magie"]}, "Un code n’est pas dans le plan de codage"),
        ({"code": ["<script>"]}, "Un code n’est pas dans le plan de codage"),
        ({"code": ["offre.prix"]}, "Il manque la polarité de « Prix »"),
        ({"code": ["offre.prix"], "polarity.offre.prix": "../x"}, "Il manque la polarité de « Prix »"),
        ({"note": "x" * (NOTE + 1)}, "La note est trop longue"),
        ({"note": "un\0deux"}, "La note"),
        ({"verdict": "../etc/passwd"}, "Ce formulaire n’est pas entier"),
        ({"verdict": ""}, "Ce formulaire n’est pas entier"),
    ],
)
def test_keep_refuses_what_no_sheet_sends(person: People, store: Store, fields: dict[str, Any], said: str) -> None:
    lea = person("lea")
    page = lea.get("/coder")
    answer = lea.post(address(page), sent(page, **fields))
    assert answer.status_code == 400
    assert said in answer.text and "<script>alert" not in answer.text
    assert standing(store) == []


@pytest.mark.parametrize("span", ["5-2", "0-9999", "a-b", "-1-3", "0-0", "1-2; DROP TABLE verdicts"])
def test_keep_leaves_out_evidence_that_is_not_in_the_text(person: People, store: Store, span: str) -> None:
    lea = person("lea")
    page = lea.get("/coder")
    lea.post(address(page), sent(page, **{"evidence.effort.attente": span}))
    assert standing(store)[0].codes[0].start is None


def test_keep_refuses_a_verbatim_that_is_not_there(person: People, store: Store) -> None:
    answer = person("lea").post("/coder/" + "0" * 20, {**DELAYS, "verdict": uuid4().hex})
    assert answer.status_code == 404
    assert standing(store) == []


def test_script_in_a_verbatim_or_a_note_is_shown_as_text(person: People, verbatims: list[Verbatim]) -> None:
    lea = person("lea")
    page = lea.get(f"/coder/{verbatims[7].version}")
    assert "<script>document.title='pris'</script>" in shown(page)
    assert not page.css("main script, main img")
    lea.post(address(page), sent(page, note="</textarea><script>1</script>"))
    again = lea.get(f"/coder/{verbatims[7].version}")
    assert again.css_first("#note").text() == "</textarea><script>1</script>"
    assert not again.css("main script")
