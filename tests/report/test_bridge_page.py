import re
from datetime import UTC, datetime
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from listening.insight.bridge import Bridge, build_bridge
from listening.report.bridge_page import render_bridge


def render(bridge: Bridge, **changes: Any) -> str:
    given: dict[str, Any] = {
        "title": "Raccord <mars>",
        "generated_at": datetime(2026, 4, 1, 6, tzinfo=UTC),
        "lineage": {"Plan d'avant": "essai@1, codé par <m>"},
        "warnings": [],
    }
    return render_bridge(bridge, **given | changes)


def words(page: str, selector: str = "body") -> str:
    """Give the text of a part of the page, on one line, with plain spaces."""
    found = LexborHTMLParser(page).css_first(selector)
    assert found is not None
    return re.sub(r"\s+", " ", found.text(separator=" "))


def test_bridge_page_shows_hostile_names_as_text(bridge: Bridge) -> None:
    tree = LexborHTMLParser(render(bridge, warnings=["<script>x</script>"]))
    assert not tree.css("script, img, iframe, body b > b")
    assert "<b>Neuf</b> [bold]" in words(render(bridge), "#themes")
    assert words(render(bridge), "h1") == "Raccord <mars>"


def test_bridge_page_asks_nothing_of_the_network_and_shows_no_verbatim(bridge: Bridge) -> None:
    page = render(bridge)
    assert not re.search(r"(src|href)=[\"'](?!#|data:)|url\(|@import|https?:", page)
    assert "secret" not in page


def test_bridge_page_says_in_brief_what_breaks(bridge: Bridge) -> None:
    brief = words(render(bridge), "#bref")
    assert "1 fusionné" in brief and "1 scindé" in brief and "1 ajouté" in brief and "1 retiré" in brief
    assert "1 série change de niveau avec le plan : la prolonger demande un raccord." in brief
    assert "Délais + Nouveau : de 40,0 % à 60,0 %, soit +20,0 points [+11,4 ; +27,4]" in brief


def test_bridge_page_has_a_line_a_net_and_family_by_wave_too(bridge: Bridge) -> None:
    tree = LexborHTMLParser(render(bridge))
    assert len(tree.css("#themes tbody tr")) == len(tree.css("#vagues tbody tr")) == 6
    assert "hiver 50 été 50" in words(render(bridge), "#vagues thead")
    assert len(tree.css("#parts tbody tr")) == 4


def test_bridge_page_says_where_it_comes_from(bridge: Bridge) -> None:
    method = words(render(bridge), "#methode")
    assert "essai@1, codé par <m>" in method
    assert "le 1er avril 2026 à 08 h 00" in method


def test_bridge_page_of_nothing_says_so(bridge: Bridge, frames: Any) -> None:
    empty = build_bridge(frames([]), frames([]), bridge.old, bridge.new)
    page = render(empty, warnings=["Aucun verbatim n'a été lu sous les deux versions."])
    assert "Aucun verbatim n'a été lu sous les deux versions." in words(page)
    assert not LexborHTMLParser(page).css("#themes, #vagues")
