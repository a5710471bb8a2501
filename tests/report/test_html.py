import re
from datetime import UTC, datetime
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from listening.codebook import Codebook
from listening.insight.summary import Summary, summarize
from listening.report.html import render_html

NASTY = "<script>alert('x')</script> & <img src=http://example.org/a.png>, c'est cher."


@pytest.fixture
def summary(frames: Any, codebook: Codebook) -> Summary:
    """Eighty verbatims over two channels and waves, with weights, scores and hostile texts and names."""
    rows = [
        {
            "text": f"{NASTY} {place}",
            "channel": ("survey", "review")[place % 2],
            "source": ("Enquête", "<b>Avis</b>")[place % 2],
            "wave": ("hiver", None)[place % 2],
            "brand": "Grandval",
            "weight": 1 + place % 3,
            "nps": place % 11,
            "stars": 1 + place % 5,
            "sentiment": ("negatif", "neutre", "positif")[place % 3],
        }
        for place in range(80)
    ]
    tags = [{"id": f"v{place:03}", "code": "prix.niveau", "start": 8, "stop": 13} for place in range(0, 80, 2)]
    return summarize(*frames(rows, tags), codebook, left_out={"en langue « en »": 7})


def render(summary: Summary, **changes: Any) -> str:
    given: dict[str, Any] = {
        "title": "Synthèse <mars>",
        "generated_at": datetime(2026, 4, 1, 6, tzinfo=UTC),
        "lineage": {"model": "listening-fr-small@abc", "run": "r<1>", "Seuils": "par code"},
        "quarantine": 3,
        "failures": ["forum : <délai>"],
    }
    return render_html(summary, **given | changes)


def words(page: str) -> str:
    """Give the text of a page, on one line, with plain spaces."""
    body = LexborHTMLParser(page).body
    assert body is not None
    return re.sub(r"\s+", " ", body.text(separator=" "))


def test_render_html_shows_hostile_text_as_text(summary: Summary) -> None:
    tree = LexborHTMLParser(render(summary))
    assert not tree.css("script, img, iframe, body b > b")
    assert tree.css_first("blockquote").text().startswith("<script>alert('x')</script> & <img")
    assert tree.css_first("mark").text() == "alert"
    assert tree.css_first("h1").text() == "Synthèse <mars>"
    assert "<b>Avis</b>" in words(render(summary))


def test_render_html_asks_for_nothing(summary: Summary) -> None:
    tree = LexborHTMLParser(render(summary))
    links = [
        node.attributes.get(name) for name in ("src", "href", "srcset", "action") for node in tree.css(f"[{name}]")
    ]
    style = "".join(node.text() for node in tree.css("style"))
    assert all(link == "data:," or link.startswith("#") for link in links)
    assert not re.search(r"url\(|@import|https?:", style)
    assert "default-src 'none'" in tree.css_first("meta[http-equiv]").attributes["content"]


def test_render_html_points_to_its_own_sections(summary: Summary) -> None:
    tree = LexborHTMLParser(render(summary))
    assert all(tree.css(node.attributes["href"]) for node in tree.css("nav a"))


def test_render_html_says_where_figures_come_from(summary: Summary) -> None:
    text = words(render(summary))
    for expected in (
        "80 verbatims, le 3 mars 2026",
        "Modèle listening-fr-small@abc",
        "Dernier codage r<1>",
        "Plan de codage essai@1",
        "le 1er avril 2026 à 08 h 00",
        "en langue « en » 7",
        "quarantaine 3",
        "1 source n’a pas pu être lue.",
        "forum : <délai>",
        "pondérés",
        "40 verbatims n’ont pas de vague",
    ):
        assert expected in text


def test_render_html_gives_each_score_its_interval_and_base(summary: Summary) -> None:
    tree = LexborHTMLParser(render(summary))
    cells = tree.css(".scores td:not(.absent)")
    assert cells
    assert all(cell.css_first(".ci").text() and "base" in cell.text() for cell in cells)


def test_render_html_reads_the_axes_in_a_sentence(frames: Any, codebook: Codebook) -> None:
    tags = [{"id": f"v{place:03}", "code": "effort.attente"} for place in range(40)]
    text = words(render(summarize(*frames([{}] * 50, tags), codebook)))
    assert "40 verbatims sur 50 en parlent, plus souvent en mal (40) qu’en bien (0)." in text
    assert "Aucun verbatim n’en parle." in text


def test_render_html_marks_small_bases(frames: Any, codebook: Codebook) -> None:
    tags = [{"id": "v000", "code": "prix.niveau"}]
    small = LexborHTMLParser(render(summarize(*frames([{}] * 5, tags), codebook)))
    assert len(small.css(".themes tr.fragile")) == 2
    assert "1 verbatim sur 5 en parle, trop peu pour juger du ton." in words(small.html or "")


def test_render_html_keeps_quiet_where_nothing_failed(summary: Summary) -> None:
    text = words(render(summary, failures=[], quarantine=None))
    assert "pas pu être lue" not in text
    assert "sources en échec aucune" in text
    assert "quarantaine" not in text


def test_render_html_is_the_same_twice(summary: Summary) -> None:
    assert render(summary) == render(summary)


def test_render_html_of_nothing_says_so(frames: Any, codebook: Codebook) -> None:
    text = words(render(summarize(*frames([]), codebook)))
    assert "Aucun verbatim à résumer." in text
    assert "Méthode et lecture" in text
    assert not re.search(r"\bnan\b", text)


def test_render_html_shows_the_texts_that_are_repeated(repeated: Summary) -> None:
    tree = LexborHTMLParser(render(repeated))
    assert [node.text() for node in tree.css(".copies tbody th")] == ["<b>Fuyez</b> ce magasin"]
    assert "4 verbatims reprennent un texte déjà présent (40,0 % de la base)" in words(tree.html or "")
    assert tree.css_first("nav a[href='#reprises']")


def test_render_html_without_copies_says_nothing_of_them(summary: Summary) -> None:
    assert "reprises" not in render(summary).split("<body>")[1]
