"""How long a night on the sample takes, first and again, and how fast texts are cut, masked and tagged.

`make bench` runs it; figures are those of this machine.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from listening.configuration import read_night
from listening.records import Verbatim
from listening.steps.night import run_night
from listening.tagging.engine import load_tagger
from listening.text.clean import repair
from listening.text.language import detect
from listening.text.privacy import scrub_all
from listening.text.segment import segments

CONFIGURATION = Path(__file__).parents[1] / "pipelines" / "nightly.yaml"


def timed(label: str, work: Callable[[], object], *, texts: int) -> None:
    """Print the time of some work, in all and a text."""
    start = time.perf_counter()
    work()
    took = time.perf_counter() - start
    print(f"{label:<42} {took:8.2f} s {1000 * took / texts:8.2f} ms/texte {texts / took:8.0f} textes/s")


def main() -> None:
    """Measure everything once."""
    night = read_night(CONFIGURATION)
    read = [one for source in night.sources for one in source.read() if isinstance(one, Verbatim)]
    texts = [repair(one.text) for one in read]
    number = len(texts)
    print(f"{number} verbatims de l'exemple")
    timed("nettoyer", lambda: [repair(one.text) for one in read], texts=number)
    timed("langue", lambda: [detect(text) for text in texts], texts=number)
    timed("masquer (motifs et noms, chargement compris)", lambda: list(scrub_all(texts)), texts=number)
    timed("masquer (motifs et noms)", lambda: list(scrub_all(texts)), texts=number)
    timed("segmenter", lambda: [segments(text) for text in texts], texts=number)
    tagger = load_tagger(night.model)
    timed("coder (chargement compris)", lambda: tagger.tag(texts), texts=number)
    timed("coder", lambda: tagger.tag(texts), texts=number)
    with tempfile.TemporaryDirectory() as folder:
        place = {"store": f"{folder}/base.sqlite", "reports": Path(folder) / "rapports"}
        fresh = night.model_copy(update=place)
        timed("nuit entière, sans Prefect", lambda: run_night(fresh), texts=number)
        timed("la même nuit une seconde fois", lambda: run_night(fresh), texts=number)


if __name__ == "__main__":
    main()
