import io
from typing import Any

import pytest
from rich.console import Console

from listening.codebook import Codebook
from listening.insight.summary import summarize
from listening.report.terminal import print_summary


def printed(summary: Any, width: int = 100) -> str:
    out = io.StringIO()
    print_summary(summary, Console(file=out, width=width))
    return out.getvalue().replace("\u00a0", " ")


@pytest.mark.parametrize("width", [80, 120])
def test_print_summary_shows_shares_intervals_and_bases(frames: Any, codebook: Codebook, width: int) -> None:
    tags = [{"id": "v000", "code": "effort.attente"}, {"id": "v001", "code": "effort.attente", "polarity": "positif"}]
    rows = [{"sentiment": "negatif", "nps": 9, "wave": "hiver"}, *[{"brand": "[b]Oriz[/b]"}] * 7]
    text = printed(summarize(*frames(rows, tags), codebook), width)
    assert "8 verbatims, le 3 mars 2026" in text
    assert "25,0 %" in text
    assert "[7,1 ; 59,1]" in text
    assert "−−−−−−++++++" in text
    assert "12 % [2 ; 47]" in text
    assert "+100" in text
    assert "…" not in text


def test_print_summary_of_nothing_says_so(frames: Any, codebook: Codebook) -> None:
    text = printed(summarize(*frames([]), codebook, left_out={"en langue « [en] »": 1200}))
    assert "0 verbatim," in text
    assert "Aucun verbatim" in text
    assert "en langue « [en] » : 1\u202f200" in text


def test_print_summary_shows_the_texts_that_are_repeated(repeated: Any) -> None:
    text = " ".join(printed(repeated, 80).split())
    assert "<b>Fuyez</b> ce 3 2 2 2026-03-03 2026-03-03" in text
    assert "Chaque texte compté une fois" in text
