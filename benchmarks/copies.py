"""How long grouping copies takes, how many near-copies of each kind it finds, and how many distinct texts it mixes.

Texts are made of a small stock of phrases with words of their own between: distinct ones share more than people's do.
`python benchmarks/copies.py [NUMBER]`; figures are those of this machine.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pandas as pd
from sqlalchemy import select

from listening.records import Run, Verbatim
from listening.steps.copies import group_copies
from listening.store import schema
from listening.store.store import Store, open_store
from listening.text.copies import band_keys, normalise

START = datetime(2026, 1, 1, tzinfo=UTC)
RUN = Run(id="mesure", step="ingest", started_at=START)
STOCK = """
j'ai commandé|mon mari a pris|nous avons reçu|on m'a vendu|ma fille attend|j'avais réservé|ils ont livré
un canapé|une box|deux billets|un contrat auto|une carte|un lave-linge|une chambre|un forfait|des rideaux
en mars|la semaine dernière|il y a deux mois|hier soir|à Noël|sur le site|en agence|par téléphone
et depuis|mais|alors que|puis|or|sauf que|pourtant|résultat
personne ne répond|tout va bien|le dossier est bloqué|le prix a changé|le conseiller fut charmant
je relance chaque jour|on me renvoie ailleurs|c'est réglé|le remboursement traîne|je suis ravie
malgré les promesses|sans un mot|avec le sourire|comme d'habitude|à ma grande surprise|contre toute attente
merci à eux|quelle honte|je pars ailleurs|je reviendrai|dommage|à éviter|bravo|j'hésite encore
"""
PHRASES = [line.split("|") for line in STOCK.strip().splitlines()]
SYLLABLES = (
    *("ba", "co", "di", "fa", "gue", "li", "mou", "na", "pré", "ré", "sa", "tion", "ve", "xi", "zé", "chon"),
    *("lu", "ma"),
)


def word(chance: random.Random) -> str:
    """Give one of 5,832 words that mean nothing, as people's own are."""
    return "".join(chance.choices(SYLLABLES, k=3))


def distinct(chance: random.Random) -> str:
    """Give a text of 20 to 120 words, one in four its own."""
    sentences = ([chance.choice(phrases) for phrases in PHRASES] for _ in range(chance.randint(1, 4)))
    own = (" ".join(f"{phrase} {word(chance)}" for phrase in one) for one in sentences)
    return ". ".join(own)


def changed(text: str, chance: random.Random, number: int) -> str:
    """Change some words."""
    words = text.split()
    for place in chance.sample(range(len(words)), number):
        words[place] = word(chance)
    return " ".join(words)


def cut(text: str, part: float) -> str:
    """Keep the first part of the words."""
    words = text.split()
    return " ".join(words[: round(part * len(words))])


KINDS: dict[str, Callable[[str, random.Random], str]] = {
    "mot pour mot": lambda text, chance: text.upper() + " !",
    "repartagé": lambda text, chance: f"RT @compte: {text} https://example.org/{chance.random()}",
    "hashtags ajoutés": lambda text, chance: f"{text} #honte #boycott #{word(chance)}",
    "1 mot changé": lambda text, chance: changed(text, chance, 1),
    "2 mots changés": lambda text, chance: changed(text, chance, 2),
    "3 mots changés": lambda text, chance: changed(text, chance, 3),
    "coupé aux 4/5": lambda text, chance: cut(text, 0.8),
    "coupé aux 3/5": lambda text, chance: cut(text, 0.6),
}


def corpus(number: int) -> Iterator[tuple[str, str, str]]:
    """Give texts with the name of what they come from and their kind; one in five is copied, once a kind in turn."""
    chance = random.Random(7)
    for rank in range(number * 5 // 6):
        text = distinct(chance)
        yield f"texte {rank}", "original", text
        if rank % 5 == 0:
            kind = list(KINDS)[rank // 5 % len(KINDS)]
            yield f"texte {rank}", kind, KINDS[kind](text, chance)


def fill(store: Store, texts: list[str]) -> None:
    """Store texts as verbatims, an hour apart."""
    for start in range(0, len(texts), 1000):
        rows = [
            Verbatim(source="mesure", channel="social", external_id=str(rank), text=text, language="fr",
                     created_at=START + timedelta(hours=rank))
            for rank, text in enumerate(texts[start : start + 1000], start)
        ]  # fmt: skip
        store.add_verbatims([(one.version, one) for one in rows], RUN)


def timed(label: str, work: Callable[[], object], *, texts: int) -> None:
    """Print the time of some work for 10,000 texts, and of the processor in it, and the memory reached."""
    start, busy = time.perf_counter(), time.process_time()
    work()
    took, used = (10_000 * spent / texts for spent in (time.perf_counter() - start, time.process_time() - busy))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{label:<36} {took:6.2f} s / 10 000 textes, processeur {used:6.2f} s, {memory:.0f} Mio au plus")


def quality(store: Store, names: list[str], kinds: list[str]) -> None:
    """Print the part of each kind that is with its original, and how many pairs of texts should not be together."""
    places, copies = schema.verbatims, schema.copies
    query = select(places.c.external_id, copies.c.original).join(copies, copies.c.version == places.c.version)
    with store.transaction() as connection:
        found = pd.read_sql(query, connection).astype({"external_id": int}).set_index("external_id").sort_index()
    table = found.assign(name=names, kind=kinds)
    of_original = table[table["kind"] == "original"].set_index("name")["original"]
    told = table[table["kind"] != "original"].assign(
        found=lambda rows: rows["original"] == rows["name"].map(of_original)
    )
    for kind, rows in told.groupby("kind", sort=False):
        print(f"  {kind:<20} retrouvés : {rows['found'].mean():6.1%} de {len(rows)}")
    groups = table.groupby("original").filter(lambda rows: len(rows) > 1).groupby("original")["name"]
    mixed = int((groups.nunique() > 1).sum())
    print(f"  groupes : {groups.ngroups}, dont {mixed} qui mêlent des textes distincts")


def main(number: int) -> None:
    """Measure everything once."""
    names, kinds, texts = (list(column) for column in zip(*corpus(number), strict=True))
    chance = random.Random(3)
    campaign = [changed(texts[0], chance, 2) + f" {rank}" for rank in range(number // 5)]
    timed("normaliser et signer", lambda: list(band_keys(map(normalise, texts))), texts=len(texts))
    with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/base.sqlite") as store:
        fill(store, texts)
        timed("regrouper, base comprise", lambda: group_copies(store), texts=len(texts))
        timed("une seconde fois", lambda: group_copies(store), texts=len(texts))
        quality(store, names, kinds)
        fill(store, texts + campaign)
        timed(f"une campagne de {len(campaign)} variantes", lambda: group_copies(store), texts=len(campaign))


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 10_000)
