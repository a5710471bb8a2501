from typing import Any

import pytest

from listening.codebook import Codebook
from listening.insight.quotes import Quote, passage
from listening.insight.summary import summarize

TEXTS = [
    "Dix jours pour une réponse, et encore, par un courriel type.",
    "La file du samedi matin, on y passe sa jeunesse, franchement.",
    "J'ai attendu mon remboursement jusqu'à la Toussaint sans un mot.",
    "Rappelé dans l'heure par une dame charmante, chapeau bas.",
    "Colis reçu le lendemain matin, je n'en revenais pas du tout.",
    "Au guichet trois personnes discutent pendant que vingt patientent.",
]


def chosen(frames: Any, codebook: Codebook, rows: list[dict[str, Any]], tags: list[dict[str, Any]]) -> list[Quote]:
    tags = [{"id": f"v{place:03}", "code": "effort.attente"} | tag for place, tag in enumerate(tags)]
    return list(summarize(*frames(rows, tags), codebook).quotes)


def texts(quotes: list[Quote]) -> list[str]:
    return [quote.text for quote in quotes]


def test_quotes_are_the_most_probable(frames: Any, codebook: Codebook) -> None:
    tags = [{"probability": probability} for probability in (0.5, 0.9, 0.6, 0.8, 0.7, 0.95)]
    quotes = chosen(frames, codebook, [{"text": text} for text in TEXTS], tags)
    assert texts(quotes) == [TEXTS[5], TEXTS[1], TEXTS[3], TEXTS[4]]


@pytest.mark.parametrize(
    ("negative", "positive", "expected"), [(6, 0, (4, 0)), (4, 2, (3, 1)), (3, 3, (2, 2)), (1, 5, (1, 3))]
)
def test_quotes_follow_the_proportion_of_tones(
    frames: Any, codebook: Codebook, negative: int, positive: int, expected: tuple[int, int]
) -> None:
    tags = [{"polarity": "negatif"}] * negative + [{"polarity": "positif"}] * positive
    tones = [quote.polarity for quote in chosen(frames, codebook, [{"text": text} for text in TEXTS], tags)]
    assert (tones.count("negatif"), tones.count("positif")) == expected
    assert tones == sorted(tones)


def test_quotes_pass_over_near_duplicates(frames: Any, codebook: Codebook) -> None:
    rows = [{"text": TEXTS[0]}, {"text": TEXTS[0].upper()}, {"text": TEXTS[0] + " Voilà."}, {"text": TEXTS[1]}]
    tags = [{"probability": 0.9}, {"probability": 0.8}, {"probability": 0.7}, {"probability": 0.6}]
    assert texts(chosen(frames, codebook, rows, tags)) == [TEXTS[0], TEXTS[1]]


def test_quotes_pass_over_a_second_text_of_an_author(frames: Any, codebook: Codebook) -> None:
    verbatims, tags = frames(
        [{"text": text} for text in TEXTS[:3]], [{"id": f"v00{n}", "code": "effort.web"} for n in range(3)]
    )
    verbatims["author"] = ["a1", "a1", None]
    assert texts(list(summarize(verbatims, tags, codebook).quotes)) == [TEXTS[0], TEXTS[2]]


def test_quotes_prefer_what_reads_well(frames: Any, codebook: Codebook) -> None:
    scrubbed = "[PERSONNE] m'a rappelée au [TÉLÉPHONE] trois semaines plus tard."
    long = "Premier point, le délai. " + "Une phrase pour rien du tout. " * 20
    rows = [{"text": text} for text in (scrubbed, "Trop long.", long, TEXTS[0])]
    quotes = chosen(frames, codebook, rows, [{"probability": 0.99}, {}, {}, {"probability": 0.5}])
    assert [quote.id for quote in quotes] == ["v003", "v002", "v001", "v000"]


def test_quotes_serve_one_code_where_they_can(frames: Any, codebook: Codebook) -> None:
    rows = [{"text": text} for text in TEXTS]
    tags = [{"id": f"v{place:03}", "code": code} for place in range(6) for code in ("effort.attente", "effort.web")]
    quotes = summarize(*frames(rows, tags), codebook, quotes=3).quotes
    assert len({quote.text for quote in quotes}) == 6


def test_quotes_hold_their_evidence_and_place(frames: Any, codebook: Codebook) -> None:
    rows = [{"text": TEXTS[3], "source": "Forum", "channel": "forum", "brand": "Oriz", "wave": "hiver"}]
    (quote,) = chosen(frames, codebook, rows, [{"start": 0, "stop": 21}])
    assert quote.text[quote.start : quote.stop] == "Rappelé dans l'heure "[:21]
    assert (quote.source, quote.channel, quote.brand, quote.wave) == ("Forum", "forum", "Oriz", "hiver")
    assert quote.date is not None


def test_passage_keeps_whole_segments_around_the_evidence() -> None:
    filler = "Cela n'a rien à voir avec le sujet. "
    text = filler * 10 + "Le vigile m'a suivie. " + filler * 10
    start = text.index("Le vigile")
    shown, first, last = passage(text, start, start + 21)
    assert shown[first:last] == "Le vigile m'a suivie."
    assert shown.startswith("[…] Cela")
    assert shown.endswith("sujet. […]")
    assert len(shown) <= 300 + 2 * len(" […]")


@pytest.mark.parametrize("text", ["mot " * 200, "x" * 900])
def test_passage_cuts_evidence_that_is_itself_too_long(text: str) -> None:
    shown, first, last = passage(text, 0, len(text))
    assert len(shown) <= 304
    assert text.startswith(shown[first:last])
    assert shown.endswith("[…]")
