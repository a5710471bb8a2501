from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from listening.codebook import Codebook
from listening.records import CodeVerdict, Verbatim, Verdict
from listening.review.verdicts import decisions
from listening.store.store import Store
from listening.store.verdicts import add_verdicts, verdicts

People = Callable[..., Any]


@pytest.fixture
def differing(store: Store, codebook: Codebook, verbatims: list[Verbatim], clock: Any) -> str:
    """A version on which two coders differ: one saw a code that the other did not, and another polarity."""
    attente = CodeVerdict(code="effort.attente", polarity="negatif", start=0, stop=39)
    lea = Verdict(
        id=uuid4().hex,
        verbatim=verbatims[0].id,
        version=verbatims[0].version,
        coder="lea",
        at=clock(),
        codebook=codebook.reference,
        sentiment="negatif",
        codes=(attente, CodeVerdict(code="offre.prix", polarity="neutre")),
        note="<script>lea</script>",
    )
    joignable = CodeVerdict(code="effort.joignabilite", polarity="negatif", start=43, stop=76)
    prix = CodeVerdict(code="offre.prix", polarity="negatif")
    momo = replace(lea, id=uuid4().hex, coder="momo", at=clock(), blind=True, codes=(attente, joignable, prix), note="")
    add_verdicts(store, [lea, momo])
    return lea.version


def test_disputes_are_listed_with_what_each_said(person: People, differing: str) -> None:
    page = person("ines").get("/arbitrer")
    (row,) = page.css(".found > li")
    assert row.css_first("a").attributes["href"] == f"/arbitrer/{differing}"
    assert "Facilité à joindre" in row.text() and "momo" in row.text()


def test_dispute_shows_both_side_by_side_and_chooses_what_both_said(person: People, differing: str) -> None:
    page = person("ines").get(f"/arbitrer/{differing}")
    rows = {row.css_first("th").text(): [cell.text() for cell in row.css("td")] for row in page.css(".sides tbody tr")}
    assert rows["Rapidité et délais"] == ["Négatif Trois semaines d'attente pour un colis,"] * 2
    assert rows["Facilité à joindre"] == ["–", "Négatif personne ne répond au téléphone !"]
    assert rows["Prix"] == ["Neutre", "Négatif"]
    assert rows["Note"] == ["<script>lea</script>", ""]
    assert not page.css("main script")
    assert [node.attributes["value"] for node in page.css("input[name=code][checked]")] == ["effort.attente"]
    assert page.css_first("input[name=sentiment][checked]").attributes["value"] == "negatif"


def test_decide_keeps_the_verdict_that_stands_and_the_others(
    person: People, store: Store, codebook: Codebook, differing: str
) -> None:
    ines = person("ines")
    fields = {
        "verdict": uuid4().hex,
        "sentiment": "negatif",
        "code": ["effort.attente", "effort.joignabilite"],
        "polarity.effort.attente": "negatif",
        "polarity.effort.joignabilite": "negatif",
        "evidence.effort.joignabilite": "43-76",
    }
    answer = ines.post(f"/arbitrer/{differing}", fields)
    assert answer.headers["location"] == "/arbitrer?fait=1"
    found = list(verdicts(store))
    assert [(one.coder, one.origin) for one in found] == [("lea", "web"), ("momo", "web"), ("ines", "adjudication")]
    decided = decisions(found)[differing, codebook.reference]
    assert [code.code for code in decided.codes] == ["effort.attente", "effort.joignabilite"]
    assert "Aucun désaccord à trancher" in ines.get("/arbitrer").text()
    assert ines.http.get(f"/arbitrer/{differing}").status_code == 404


def test_decide_refuses_an_empty_verdict(person: People, store: Store, differing: str) -> None:
    assert person("ines").post(f"/arbitrer/{differing}", {"verdict": uuid4().hex}).status_code == 400
    assert len(list(verdicts(store))) == 2


def test_dispute_that_is_none_is_refused(person: People, verbatims: list[Verbatim]) -> None:
    answer = person("ines").http.get(f"/arbitrer/{verbatims[2].version}")
    assert answer.status_code == 404
    assert "Ce verbatim n’est pas à arbitrer" in answer.text
