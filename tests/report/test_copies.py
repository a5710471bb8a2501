from typing import Any

import pandas as pd
import pytest

from listening.codebook import Codebook
from listening.insight.summary import Summary, summarize
from listening.report.copies import copies_in_brief, copies_note, shown_copies


def brief(frames: Any, codebook: Codebook, copy_of: list[str | None], authors: list[str | None]) -> str:
    verbatims, tags = frames([{}] * len(copy_of))
    summary = summarize(verbatims.assign(copy_of=copy_of, author=authors), tags, codebook)
    return copies_in_brief(summary).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("copy_of", "authors", "expected"),
    [
        ([None, None], [None, None], ""),
        ([None, "v000"], [None, None], "1 texte repris 1 fois, dans 1 source."),
        ([None, "v000"], ["x", "x"], "1 texte repris 1 fois par 1 auteur connu, dans 1 source."),
        (
            [None, "v000", "v000", None, "v003"],
            ["x", "y", "z", None, None],
            "2 textes repris 3 fois, dont un 2 fois par 3 auteurs connus, dans 1 source.",
        ),
    ],
)
def test_copies_in_brief_says_how_many_and_the_most_repeated(
    frames: Any, codebook: Codebook, copy_of: list[str | None], authors: list[str | None], expected: str
) -> None:
    assert brief(frames, codebook, copy_of, authors) == expected


def test_copies_note_says_what_sentiment_would_be_without_them(repeated: Summary) -> None:
    assert copies_note(repeated).replace("\xa0", " ") == (
        "4 verbatims reprennent un texte déjà présent (40,0 % de la base) ; les chiffres les comptent tous. Chaque "
        "texte compté une fois, 16,7 % seraient négatifs (au lieu de 40,0 %) et 66,7 % positifs (au lieu de 40,0 %)."
    )


def test_shown_copies_have_three_at_least_and_one_line(repeated: Summary) -> None:
    (row,) = shown_copies(repeated)
    assert (row["text"], row["copies"], row["authors"], row["sources"]) == ("<b>Fuyez</b> ce magasin", 3, 2, 2)


def test_shown_copies_are_cut_after_a_word(frames: Any, codebook: Codebook) -> None:
    verbatims, tags = frames([{"text": "interminable " * 40, "created_at": pd.NaT}] * 4)
    summary = summarize(verbatims.assign(copy_of=[None, *["v000"] * 3]), tags, codebook)
    (row,) = shown_copies(summary)
    assert row["text"].endswith("interminable […]")
    assert len(row["text"]) <= 160
    assert (row["first"], row["authors"]) == (None, 0)
