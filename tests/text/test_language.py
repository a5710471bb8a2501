import json
from pathlib import Path

import pytest

from listening.errors import ConfigurationError
from listening.text.language import WORDS, detect

GOLD = Path(__file__).parents[2] / "data" / "gold" / "language.jsonl"

FRENCH = [
    "jsuis deg 3 sem ke jattends",
    "sa marche pa",
    "nikel merci",
    "pk vous prelevez 2 fois ???",
    "LIVREUR MALPOLI COLIS JETE PAR DESSUS LE PORTAIL",
    "INADMISSIBLE",
    "le self scanning c'est de la suspicion permanente",
    "j'ai eu le customer service en ligne, impeccable",
    "le staff est top, good job",
    "Black Friday arnaque totale",
    "RTX 4070 recue avec le carton ouvert",
    "facture incomprehensible",
    "agio a gogo",
    "ras",
    "ok",
    "[PSEUDO] [LIEN] nul",
    "wallah c nul",
    "merci khoya",
    "3ème relance, 7jours d'attente",
    "ma ps3, mon mp3, 9mois de garantie",
]
FOREIGN = [
    ("en", "My account was blocked for no reason, nobody answers my emails"),
    ("en", "great service, will come back"),
    ("es", "me trataron como a un ladrón, no lo recomiendo"),
    ("it", "il pacco non è mai arrivato e nessuno risponde"),
    ("pt", "estou à espera há três semanas, ninguém atende"),
    ("de", "das Paket ist nie angekommen"),
    ("nl", "personeel erg vriendelijk, maar de kamer was vies"),
    ("ar", "خدمة ممتازة شكرا"),
    ("ru", "посылка не пришла уже три недели"),
    ("ar", "3andi mochkil m3a lcarte, ma kayjawbouch"),
    ("ar", "labes, el khedma behia barcha"),
    ("ar", "EL MANDOUB GEH MET2A5AR SA3A W MAFISH 7AD BEYROD"),
    ("ar", "bzaf ghali"),
]
MIXED = [
    ("Der Schalter war zu, et personne n'a su me dire à quelle heure il ouvrait.", {"de", "fr"}),
    ("The refund came quickly, par contre le livreur était vraiment désagréable.", {"en", "fr"}),
    ("kayn mochkil f lapp, je n'arrive pas à payer depuis deux jours avec ma carte", {"ar", "fr"}),
]


@pytest.mark.parametrize("text", FRENCH)
def test_detect_keeps_hurried_french_french(text: str) -> None:
    assert detect(text) == "fr"


@pytest.mark.parametrize(("language", "text"), FOREIGN)
def test_detect_tells_other_languages(language: str, text: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(("text", "languages"), MIXED)
def test_detect_gives_one_of_the_languages_of_a_mixed_text(text: str, languages: set[str]) -> None:
    assert detect(text) in languages


def test_detect_is_right_on_the_gold_texts_of_five_words_or_more() -> None:
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    long = [row for row in rows if len(WORDS.findall(row["text"])) >= 5]
    right = [detect(row["text"]) in {code[:2] for code in row.get("languages", [row["language"]])} for row in long]
    assert len(long) >= 300
    assert sum(right) / len(long) >= 0.97


@pytest.mark.parametrize("text", ["", "👍", "10/10 !!", "[PSEUDO]", "ok"])
def test_detect_gives_the_default_without_evidence(text: str) -> None:
    assert detect(text, default="de") == "de"


def test_detect_takes_any_known_language_as_default() -> None:
    assert detect("trugarez vras deoc'h", default="br") == "br"


def test_detect_refuses_an_unknown_default() -> None:
    with pytest.raises(ConfigurationError, match="xx"):
        detect("bonjour", default="xx")
