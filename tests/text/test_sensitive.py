import itertools
import json
import re
from pathlib import Path

import pytest

from listening.text.patterns import load_patterns
from listening.text.sensitive import FLAGS, WAKING, flags

GOLD = Path(__file__).parents[2] / "data" / "gold" / "sensitive.jsonl"

SAID = [
    ("mon cancer, ma chimio, et vous me parlez de délai", ["sante"]),
    ("ENCEINTE DE 6 MOIS ET DEBOUT", ["sante"]),
    ("mes filles sont malades depuis votre buffet", ["sante"]),
    ("je suis musulmane", ["religion"]),
    ("la conseillère, juive, a tout compris", ["religion"]),
    ("je vote Mélenchon et j'assume", ["opinion_politique"]),
    ("mon banquier est plutôt de droite", ["opinion_politique"]),
    ("délégué CGT depuis dix ans", ["syndicat"]),
    ("elles sont syndiquées", ["syndicat"]),
    ("nos voisins algériens ont été refusés", ["origine"]),
    ("accueil raciste", ["origine"]),
    ("je suis un homme et mon mari attend toujours sa carte", ["sexualite"]),
    ("ma fille est lesbienne", ["sexualite"]),
    ("quelle conne à l'accueil", ["insulte"]),
    ("le livreur est un abruti", ["insulte"]),
    ("vous êtes vraiment des minables", ["insulte"]),
    ("on m'a traité de connard", ["insulte"]),
    ("sale arabe, voilà ce qu'on m'a dit", ["insulte", "origine"]),
    ("je vais te casser la gueule", ["menace"]),
    ("il m'a menacée avec un couteau", ["menace"]),
    ("je suis suivie en oncologie, debout une heure", ["sante"]),
    ("ma grand-mère est sous oxygène", ["sante"]),
    ("on m'a demandé d'enlever mon foulard pour la photo", ["religion"]),
    ("on fêtait l'Aïd en famille", ["religion"]),
    ("sympathisant RN, je n'ai pas honte", ["opinion_politique"]),
    ("Macron dégage, et votre banque avec", ["opinion_politique"]),
    ("je suis élu CSE pour la CFDT", ["syndicat"]),
    ("Représentante du personnel, j'ai commandé pour l'équipe", ["syndicat"]),
    ("à cause de mon accent on m'a raccroché au nez", ["origine"]),
    ("mon mari est né en Algérie, dossier bloqué", ["origine"]),
    ("je suis pacsé avec un homme", ["sexualite"]),
    ("mes parents ? ma compagne et moi sommes mariées", ["sexualite"]),
    ("kel konar ce livreur", ["insulte"]),
    ("on m'a traité de tous les noms", ["insulte"]),
    ("le livreur m'a poussée contre le mur", ["menace"]),
    ("votre agence mérite de brûler", ["menace"]),
    ("sale pédé, je vais te buter", ["insulte", "menace", "sexualite"]),
]
UNSAID = [
    "assurance santé, produit santé, carte vitale",
    "c'est malade ce prix, un truc de malade",
    "l'enceinte Bluetooth et une enceinte de jardin",
    "place handicapés occupée, interrupteur bipolaire grillé",
    "aah super ! avc plaisir",
    "ma chienne a été malade",
    "religieuse au chocolat, Dieu merci",
    "parti en protestant, avec le foulard en soie dans le sac",
    "à mauvaise foi, rayon halal vide",
    "politique de retour, bouton de gauche, la RN 12, ma carte PS Plus",
    "le syndic de copropriété, le syndicat d'initiative, la grève des transports, la CGT bloque le dépôt",
    "fo que je parte dans le sud",
    "pièces d'origine, café noir, écran noir, restaurant chinois, casse-tête chinois",
    "la conseillère parle espagnol, la famille est à Rome puis en Grèce",
    "huile d'origine italienne, baskets femme noires",
    "hôtel gay friendly, rue Gay-Lussac, acides gras trans",
    "mon mari et ma fille ont adoré",
    "putain, service de merde, nul à chier, c'est con",
    "on nous prend pour des cons, j'ai été idiot d'attendre",
    "une espèce de mousse, payé en espèces, d'accord",
    "cette année la petite bête ferme la porte",
    "pédale de frein, tapette à mouches, un cône glacé, la niaque",
    "incompétents, menteurs, voleurs, escrocs",
    "cette attente m'a tué, ce prix qui tue, pneu crevé",
    "je vais porter plainte et résilier, on m'a menacé de poursuites",
    "au plaisir de vous retrouver, je suis venu acheter un couteau",
    "le réseau est paralysé, je suis allergique aux files d'attente",
    "pour une fois, menu casher en rayon, messe basse au guichet",
    "mes parents viennent de payer, soldes du Black Friday",
    "ma lampe est morte à J+3, coupe massacrée",
    "un conseiller qui a pris à droite au lieu de la gauche",
    "il m'a poussé à prendre l'option, le prix explose",
    "je me suis cassé la tête sur cette notice, ça va vous tuer de dire bonjour ?",
]


@pytest.mark.parametrize(("text", "expected"), SAID)
def test_flags_finds_what_is_said_of_a_person(text: str, expected: list[str]) -> None:
    assert list(flags(text)) == expected


@pytest.mark.parametrize("text", UNSAID)
def test_flags_leaves_products_things_and_ways_of_speaking(text: str) -> None:
    assert flags(text) == ()


@pytest.mark.parametrize(
    "text",
    ["CONNARD", "c*nnard", "c0nnard", "connaaaard", "conard", "connards", "c**nard", "fdp", "c*nn@rd", "ConNarD"],
)
def test_flags_reads_disguised_insults(text: str) -> None:
    assert flags(f"Merci {text} !") == ("insulte",)


@pytest.mark.parametrize("text", ["Dépressif", "depressif", "DÉPRESSIVE", "dépressifs", "je suis dépressif"])
def test_flags_reads_accents_capitals_and_endings(text: str) -> None:
    assert flags(text) == ("sante",)


@pytest.mark.parametrize(
    "text", ["", "👍", "***", "[PERSONNE]", "|", "connexion", "concombre, pédalier, salopette, pudding"]
)
def test_flags_nothing_in_empty_texts_or_inside_words(text: str) -> None:
    assert flags(text) == ()


def test_flags_reads_past_the_marker_of_a_name() -> None:
    assert flags("ma voisine [PERSONNE] est diabétique") == ("sante",)
    assert flags("[PERSONNE] noire") == ()
    assert flags("[connard]") == ("insulte",)


@pytest.mark.parametrize("flag", FLAGS)
def test_patterns_have_a_word_that_wakes_each_way_through_them(flag: str) -> None:
    patterns = load_patterns("sensitive")["flags"][flag]
    assert [way for pattern in patterns for way in _ways(pattern) if not WAKING.search(way)] == []


def _ways(pattern: str) -> list[str]:
    """Split at the bars outside any parenthesis or angle bracket."""
    inside = itertools.accumulate((letter == "(") - (letter == ")") for letter in WAKING.sub(_closed, pattern))
    ends = [at for at, depth in enumerate(inside) if depth == 0 and pattern[at] == "|" and pattern[at - 1] != "\\"]
    return [pattern[start:stop] for start, stop in itertools.pairwise([0, *ends, len(pattern)])]


def _closed(waking: re.Match[str]) -> str:
    return f"({'x' * (len(waking[0]) - 2)})"


def test_flags_does_not_join_sentences() -> None:
    assert flags("Je suis client. Sourd à toute demande, le site") == ()


def test_gold_flags_are_known_sorted_and_half_traps() -> None:
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    assert all(row["flags"] == sorted(set(row["flags"]) & set(FLAGS)) for row in rows)
    assert 0.4 < sum(not row["flags"] for row in rows) / len(rows) < 0.6


def test_flags_misses_and_alarms_little_on_the_blind_half() -> None:
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()][1::2]
    read = [(set(row["flags"]), set(flags(row["text"]))) for row in rows]
    right = sum(len(gold & found) for gold, found in read)
    assert right / sum(len(gold) for gold, _ in read) >= 0.9
    assert right / sum(len(found) for _, found in read) >= 0.9
