"""How long the store takes over many verbatims: the theme table, and pages of verbatims found by what they are.

`python benchmarks/store.py [--rows N] [PLACE…]`: a SQLite file of its own, or the empty stores that are named, such as
`postgresql+psycopg://user@host/base`. The best and the worst of five times, in ms; figures are those of this machine.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import text

from listening.codebook import load_codebook
from listening.insight.cells import themes_of
from listening.records import POLARITIES, content_id
from listening.store import schema
from listening.store.browse import Filters, find
from listening.store.cards import Origin, cells, prepare
from listening.store.frames import left_out
from listening.store.quotable import quotable
from listening.store.store import Store, open_store
from listening.store.words import keep_words

START = datetime(2023, 1, 1, tzinfo=UTC)
MINUTES = 3 * 365 * 24 * 60
WORDS = ["accueil", "attente", "prix", "téléphone", "site", "dossier", "délai", "agence", "colis", "parfait", "merci"]
CODEBOOK = load_codebook()
CODES = list(CODEBOOK.codes)
ORIGIN = {"model": "modele@0123456789ab", "codebook": "experience-client@1"}
ASKED: dict[str, Filters] = {
    "sans filtre": Filters(),
    "une source": Filters(source="forum"),
    "une marque": Filters(brand="A"),
    "depuis une date": Filters(source="avis", since=START + timedelta(days=900)),
    "un thème fréquent": Filters(codes=(CODES[0],)),
    "un thème rare": Filters(codes=(CODES[-1],)),
    "un thème, négatif": Filters(codes=(CODES[-1],), polarity="negatif"),
    "une source, un thème": Filters(source="avis", codes=(CODES[5],)),
    "un thème que rien n'a": Filters(codes=(CODES[-1],), brand="Z"),
    "un axe entier, positif": Filters(codes=tuple(CODES[:9]), polarity="positif"),
    "un sentiment": Filters(sentiment="negatif"),
    "un sentiment que rien n'a": Filters(sentiment="aucun"),
    "tout à la fois": Filters(
        source="avis", brand="A", codes=(CODES[-1],), sentiment="positif", since=START + timedelta(days=30)
    ),
    "un mot fréquent": Filters(words="parfait"),
    "un mot rare": Filters(words="rare"),
    "un mot moyen": Filters(words="moyen"),
    "un mot absent": Filters(words="zzz"),
}


def seldom(rank: int) -> list[str]:
    """Give words that few texts have: one in thirty the one, one in ten thousand the other."""
    return ["moyen"] * (rank % 30 == 0) + ["rare"] * (rank % 10_000 == 0)


def rows(number: int) -> Iterator[tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]]:
    """Give verbatims, one in fifty no more current, each with its reading and three or four tags."""
    draw = random.Random(5)
    common = [1 / rank for rank, _ in enumerate(CODES, 1)]
    empty = dict.fromkeys(column.name for column in schema.verbatims.c)
    for rank in range(number):
        version = content_id("mesure", str(rank))
        mine = {"version": version, "run": "mesure"}
        verbatim = empty | mine | {
            "id": version,
            "current": rank % 50 != 0,
            "fingerprint": version,
            "source": draw.choice(("enquete", "forum", "avis", "reseaux")),
            "channel": "survey",
            "external_id": str(rank),
            "text": " ".join([*draw.choices(WORDS, k=draw.randint(8, 50)), *seldom(rank)]),
            "language": "fr",
            "created_at": START + timedelta(minutes=draw.randrange(MINUTES)),
            "brand": draw.choice((None, "A", "B")),
            "flags": [],
            "weight": 1.0,
            "meta": {},
        }  # fmt: skip
        scores = [draw.random() + 0.01 for _ in POLARITIES]
        reading = mine | ORIGIN | {name: one / sum(scores) for name, one in zip(POLARITIES, scores, strict=True)}
        tag = mine | ORIGIN | {"polarity_probability": 0.8, "start": 0, "stop": 5}
        tags = [
            tag | {"code": code, "probability": draw.betavariate(0.6, 0.6), "polarity": draw.choice(POLARITIES)}
            for code in dict.fromkeys(draw.choices(CODES, common, k=4))
        ]
        yield verbatim, reading, tags


def fill(store: Store, number: int) -> int:
    """Store them; give how many tags that makes."""
    given, count = rows(number), 0
    while some := list(islice(given, 10_000)):
        verbatims, readings, tags = (list(column) for column in zip(*some, strict=True))
        flat = [tag for of_one in tags for tag in of_one]
        with store.transaction() as connection:
            for table, values in ((schema.verbatims, verbatims), (schema.readings, readings), (schema.tags, flat)):
                connection.execute(table.insert(), values)
            keep_words(connection, {one["version"]: one["text"] for one in verbatims})
        count += len(flat)
    with store.engine.connect() as connection:  # what servers do of themselves, and a copy too
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        alone.execute(text("ANALYZE" if alone.dialect.name == "sqlite" else "VACUUM ANALYZE"))
    return count


def timed(label: str, work: Callable[[], object]) -> None:
    """Print the best and the worst of five times."""
    took = []
    for _ in range(5):
        start = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - start))
    print(f"  {label:<36} {min(took):8.0f} {max(took):8.0f} ms", flush=True)


def measure(place: str, number: int) -> None:
    """Fill a store and time what reports and pages ask of it."""
    origin = Origin(**ORIGIN, thresholds=dict.fromkeys(CODES, 0.5))
    with open_store(place) as store:
        start = time.perf_counter()
        tags = fill(store, number)
        print(f"{store.place} : {number} verbatims, {tags} étiquettes en {time.perf_counter() - start:.0f} s")
        start = time.perf_counter()
        prepare(store, origin)
        print(f"  fiches : {time.perf_counter() - start:.0f} s")
        timed("table des thèmes", lambda: themes_of(cells(store), origin, CODEBOOK, left_out=left_out(store)))
        timed("verbatims à citer d'un axe", lambda: quotable(store, origin, CODES[:9]))
        for label, filters in ASKED.items():
            timed(f"page, {label}", lambda: find(store, filters, origin))  # noqa: B023


def main() -> None:
    """Measure each place."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("places", nargs="*")
    parser.add_argument("--rows", type=int, default=1_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for place in asked.places or [str(Path(folder) / "mesure.sqlite")]:
            measure(place, asked.rows)


if __name__ == "__main__":
    main()
