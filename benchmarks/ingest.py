"""How long a big file takes to ingest, what it takes in memory, and what each stage costs, with names masked or not.

`benchmarks/ingest.py` reads 1,000,000 invented rows; figures are those of this machine.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from listening.configuration import read_night
from listening.records import Verbatim
from listening.sources.base import FileSource
from listening.sources.recognise import recognise
from listening.steps.ingest import ingest
from listening.store.store import open_store
from listening.text.clean import repair
from listening.text.language import detect
from listening.text.persons import person_spans
from listening.text.privacy import scrub_all
from listening.text.sensitive import flags

CONFIGURATION = Path(__file__).parents[1] / "pipelines" / "nightly.yaml"
SAMPLE = 10_000  # rows on which stages are timed one by one
PERSONAL = (
    "",
    "",
    "",
    "",
    "",
    " Rappelez-moi au 06 39 98 {0:02} {1:02}.",
    " Commande CM-{0:04}{1:04}.",
    " m{0}@example.org",
)


def write_rows(path: Path, rows: int, seed: int = 1) -> None:
    """Write a CSV of invented verbatims, no two alike: the start of one of the sample's and the end of another."""
    night = read_night(CONFIGURATION)
    texts = [one.text for source in night.sources for one in source.read() if isinstance(one, Verbatim)]
    draw = random.Random(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(["Identifiant", "Date", "Auteur", "Note", "Région", "Avis"])
        for row in range(rows):
            first, second = draw.choice(texts).split(), draw.choice(texts).split()
            words = [*first[: draw.randint(3, 25)], *second[-draw.randint(3, 15) :]]
            personal = draw.choice(PERSONAL).format(draw.randint(10, 99), draw.randint(10, 99))
            region = draw.choice(["Nord", "Sud", "Est", "Ouest"])
            day = f"{draw.randint(1, 28):02}/{draw.randint(1, 12):02}/2025"
            table.writerow([row, day, f"client{row % 50_000}", draw.randint(1, 5), region, " ".join(words) + personal])


def timed(work: Callable[[], object]) -> float:
    """Give the seconds that some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def consume(rows: Iterable[object]) -> None:
    """Read to the end."""
    for _ in rows:
        pass


def costs(source: FileSource, *, names: bool) -> dict[str, float]:
    """Give the milliseconds a row of each stage, on the first rows, and of all of ingestion into a fresh store."""
    rows = [row for row in islice(source.read(), SAMPLE) if isinstance(row, Verbatim)]
    texts = [repair(row.text) for row in rows]
    stages = {
        "lire": timed(lambda: consume(islice(source.read(), SAMPLE))),
        "nettoyer": timed(lambda: [repair(row.text) for row in rows]),
        "masquer par motifs": timed(lambda: consume(scrub_all(texts, names=False))),
        "reconnaître la langue": timed(lambda: [detect(text) for text in texts]),
        "signaler les propos sensibles": timed(lambda: [flags(text) for text in texts]),
    }
    if names:
        stages["masquer les noms"] = timed(lambda: person_spans(texts))
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "base.sqlite") as store:
        first = source.model_copy(update={"path": Path(folder) / "debut.csv"})
        lines = source.path.open(encoding="utf-8")
        with lines, first.path.open("w", encoding="utf-8") as file:
            file.writelines(islice(lines, SAMPLE + 1))
        total = timed(lambda: ingest(first, store, key=b"mesure", names=names))
    stages["empreintes, base et reste"] = max(0.0, total - sum(stages.values()))
    return {stage: 1000 * seconds / len(rows) for stage, seconds in stages.items()}


def show(label: str, stages: dict[str, float]) -> None:
    """Print what each stage costs, and its share."""
    total = sum(stages.values())
    print(f"\n{label} : {total:.2f} ms/ligne")
    for stage, cost in stages.items():
        print(f"  {stage:<32} {cost:6.3f} ms {cost / total:5.0%}")


def main() -> None:
    """Measure everything once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    consume(scrub_all(["Mme Le Goff"], names=False))  # patterns and models are loaded once, whatever the rows
    detect("Bonjour")
    flags("Bonjour")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "avis.csv"
        write_rows(path, rows)
        source = recognise(path)
        print(f"{rows} lignes, {path.stat().st_size / 1e6:.0f} Mo, lues comme « {source.kind} »")
        with open_store(Path(folder) / "base.sqlite") as store:
            took = timed(lambda: print(ingest(source, store, key=b"mesure", names=False)))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        print(f"sans les noms : {took:.0f} s, {1000 * took / rows:.2f} ms/ligne, {peak:.2f} Go de mémoire au plus")
        show("Sans masquer les noms", costs(source, names=False))
        consume(scrub_all(["Mme Le Goff"]))
        show("Noms masqués", costs(source, names=True))


if __name__ == "__main__":
    main()
