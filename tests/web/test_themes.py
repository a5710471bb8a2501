from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from listening.codebook import Codebook
from listening.records import Run, Verbatim
from listening.store.coders import Coder, add_coder
from listening.store.store import Store, open_store
from listening.web.app import make_app

People = Callable[..., Any]


def cells(row: Any) -> list[str]:
    """Give the cells of a row that hold text, with plain single spaces."""
    return [" ".join(cell.text().split()) for cell in row.css("th, td.number")]


def test_themes_are_listed_with_share_interval_and_base(person: People) -> None:
    page = person("luc").get("/themes")
    assert "12\xa0verbatims, du 21\xa0février\xa02026 au 4\xa0mars\xa02026" in page.css_first(".lead").text()
    rows = {cells(row)[0]: cells(row)[1:3] for row in page.css(".themes tbody tr")}
    assert rows["Effort"] == ["4", "33,3 [13,8 ; 60,9]"]
    assert rows["Site, appli, espace client"] == ["2", "16,7 [4,7 ; 44,8]"]


def test_themes_say_what_their_shares_leave_out(person: People, store: Store, verbatims: list[Verbatim]) -> None:
    assert "Hors de ces parts" not in person("luc").get("/themes").text()
    run = Run(id="r2", step="ingest", started_at=datetime(2026, 3, 5, tzinfo=UTC))
    store.start_run(run)
    store.add_verbatims([("f99", replace(verbatims[0], external_id="99", text="Too slow", language="en"))], run)
    assert "Hors de ces parts\xa0: 1 en langue « en »." in person("luc").get("/themes").text()


@pytest.mark.parametrize(
    ("key", "title", "share"),
    [("effort", "Effort", "33,3 %"), ("soupcon.preuves", "Preuves et justificatifs exigés", "8,3 %")],
)
def test_theme_shows_its_figures_and_what_people_wrote(person: People, key: str, title: str, share: str) -> None:
    page = person("luc").get(f"/themes/{key}")
    assert page.css_first("h1").text() == title
    assert share in " ".join(page.css_first(".big").text().split())
    assert page.css("figure blockquote mark")
    assert {"Par canal", "Par source"} <= {node.text() for node in page.css("h2")}


def test_theme_shows_script_as_text(person: People) -> None:
    page = person("luc").get("/themes/effort.numerique")
    assert any("<script>document.title" in node.text() for node in page.css("figure blockquote"))
    assert any("Forum <b>clients</b>" in node.text() for node in page.css("tbody th"))
    assert not page.css("main script, main img, tbody th b")


def test_theme_quotes_nothing_that_should_be_looked_at_first(person: People) -> None:
    assert "Fouillé" not in person("luc").get("/themes/soupcon.controle").text()


def test_theme_quotes_nothing_that_was_taken_back(person: People, store: Store, verbatims: list[Verbatim]) -> None:
    luc = person("luc")
    assert "Remboursée" in luc.get("/themes/soupcon").text()
    run = Run(id="r2", step="ingest", started_at=datetime(2026, 3, 4, tzinfo=UTC))
    store.mark_deleted({verbatims[4].id: run.started_at}, run)
    assert "Remboursée" not in luc.get("/themes/soupcon").text()


@pytest.mark.parametrize("key", ["effort.magie", "' OR 1=1 --", "..%2f..%2fetc", "<script>"])
def test_theme_that_is_none_is_refused(person: People, key: str) -> None:
    answer = person("luc").http.get(f"/themes/{key}")
    assert answer.status_code == 404
    assert "<script>'" not in answer.text


def test_theme_without_a_code_is_cited_by_nobody(store: Store, codebook: Codebook, person: People) -> None:
    nets = codebook.nets | {"sobriete": codebook.nets["effort"].model_copy(update={"label": "Sobriété"})}
    wider = codebook.model_copy(update={"nets": nets})
    luc = person("luc", at=make_app(store, wider, key=b"essai"))
    page = luc.get("/themes/sobriete")
    assert (page.css_first("h1").text(), "Aucun verbatim à citer." in page.text()) == ("Sobriété", True)
    assert luc.get("/verbatims", theme="sobriete").css_first(".lead").text() == "0\xa0verbatim"


def test_pages_before_any_tagging_say_what_to_do(
    tmp_path: Path, codebook: Codebook, password: str, person: People
) -> None:
    with open_store(tmp_path / "vide.sqlite") as empty:
        account = Coder(name="ines", role="admin", password=password, created_at=datetime(2026, 3, 4, tzinfo=UTC))
        add_coder(empty, account, by="essai")
        ines = person("ines", at=make_app(empty, codebook, key=b"essai"))
        answer = ines.http.get("/themes")
        assert (answer.status_code, "Rien n’est encore codé" in answer.text) == (404, True)
        for path in ("/", "/coder", "/verbatims", "/arbitrer", "/accord"):
            ines.get(path)
        assert "listening ingest" in ines.get("/verbatims").text()
        assert "retirez un filtre" in ines.get("/verbatims", mots="colis").text()
