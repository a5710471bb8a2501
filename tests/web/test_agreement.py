import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from listening.codebook import Codebook
from listening.records import CodeVerdict, Verbatim, Verdict
from listening.store.store import Store
from listening.store.verdicts import add_verdicts

People = Callable[..., Any]


@pytest.fixture
def coded_twice(store: Store, codebook: Codebook, verbatims: list[Verbatim], clock: Any) -> None:
    """Ten verbatims that two coded blind: they agree on eight of the four and four that speak of delays or not."""
    for rank, one in enumerate(verbatims[:10]):
        for coder, speaks in {"lea": rank < 5, "momo": rank in (0, 1, 2, 3, 9)}.items():
            facts = {"verbatim": one.id, "version": one.version, "at": clock(), "codebook": codebook.reference}
            codes = (CodeVerdict(code="effort.attente", polarity="negatif"),) if speaks else ()
            add_verdicts(
                store,
                [Verdict(id=uuid4().hex, coder=coder, sentiment="negatif", codes=codes, blind=rank < 8, **facts)],  # type: ignore[arg-type]
            )


def rows(page: Any) -> dict[str, list[str]]:
    """Give the cells of each line of the first table."""
    lines = page.css("table.grid")[0].css("tbody tr")
    return {row.css_first("th").text(): [" ".join(cell.text().split()) for cell in row.css("td")] for row in lines}


def test_agreement_is_shown_by_code_with_interval_and_base(person: People, coded_twice: None) -> None:
    page = person("ines").get("/accord", qui="tous")
    assert "lea – momo\xa0: 10 verbatims codés par les deux" in page.css_first("h2").text()
    cases, kappa, *_ = rows(page)["Rapidité et délais"]
    assert cases == "6"
    assert kappa.startswith("0,60 [")
    assert "trop beau" in page.css_first(".warning").text()


def test_agreement_counts_what_both_coded_blind(person: People, coded_twice: None) -> None:
    page = person("ines").get("/accord")
    assert "8 verbatims codés par les deux" in page.css_first("h2").text()
    assert rows(page)["Rapidité et délais"][0] == "5"


def test_agreement_with_who_never_gives_a_code_is_shown_as_unsure(
    person: People, store: Store, codebook: Codebook, verbatims: list[Verbatim], clock: Any
) -> None:
    for one in verbatims[:10]:
        for coder, code in (("lea", one is verbatims[0]), ("momo", False)):
            facts = {"verbatim": one.id, "version": one.version, "at": clock(), "codebook": codebook.reference}
            codes = (CodeVerdict(code="effort.attente", polarity="negatif"),) if code else ()
            given = Verdict(id=uuid4().hex, coder=coder, sentiment="negatif", codes=codes, blind=True, **facts)  # type: ignore[arg-type]
            add_verdicts(store, [given])
    page = person("ines").get("/accord")
    for cell in rows(page)["Rapidité et délais"][1:]:
        low, high = re.findall(r"[−\d,]+", cell.split("[")[1])
        assert low != high
    assert "fragile" in page.css("table.grid tbody tr")[2].attributes["class"]


def test_agreement_of_nobody_is_said(person: People) -> None:
    page = person("ines").get("/accord")
    assert "Aucun verbatim n’a été codé à l’aveugle par deux personnes." in page.text()


@pytest.mark.parametrize("name", ["lea", "luc"])
def test_agreement_is_for_admins(person: People, name: str) -> None:
    assert person(name).http.get("/accord").status_code == 403


def test_agreement_refuses_another_choice(person: People) -> None:
    assert person("ines").http.get("/accord", params={"qui": "' OR 1=1"}).status_code == 400
