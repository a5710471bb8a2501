import pytest

from listening.errors import ConfigurationError
from listening.text.language import detect

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
]


@pytest.mark.parametrize("text", FRENCH)
def test_detect_keeps_hurried_french_french(text: str) -> None:
    assert detect(text) == "fr"


@pytest.mark.parametrize(("language", "text"), FOREIGN)
def test_detect_tells_other_languages(language: str, text: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("text", ["", "👍", "10/10 !!", "[PSEUDO]", "ok"])
def test_detect_gives_the_default_without_evidence(text: str) -> None:
    assert detect(text, default="de") == "de"


def test_detect_takes_any_known_language_as_default() -> None:
    assert detect("trugarez vras deoc'h", default="br") == "br"


def test_detect_refuses_an_unknown_default() -> None:
    with pytest.raises(ConfigurationError, match="xx"):
        detect("bonjour", default="xx")
