"""Personal data out of a text: numbers, addresses, references, persons' names, each replaced by a typed marker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from listening.text.identifiers import mask_identifiers
from listening.text.persons import person_spans

BATCH = 256  # texts that go through the name model together


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """A text with markers in place of personal data, and how many of each kind it lost (`{"TÉLÉPHONE": 1}`)."""

    text: str
    counts: dict[str, int]


def scrub(text: str, *, names: bool = True, keep: Collection[str] = ()) -> Scrubbed:
    """Give the text with personal data replaced by markers.

    The markers are `[TÉLÉPHONE] [E-MAIL] [IBAN] [CARTE] [NIR] [ADRESSE] [RÉFÉRENCE] [PERSONNE]`. Scrubbing a scrubbed
    text changes nothing. `names=False` leaves persons' names in, and the model that finds them unloaded. `keep` lists
    brands that look like persons, beyond those of `data/names.yaml`.

    >>> scrub("Mme Kerbellec, 06.39.98.12.44, dossier SIN-2025-88120 : 150 € en 2019").text
    'Mme [PERSONNE], [TÉLÉPHONE], dossier [RÉFÉRENCE] : 150 € en 2019'
    """
    return next(scrub_all([text], names=names, keep=keep))


def scrub_all(texts: Iterable[str], *, names: bool = True, keep: Collection[str] = ()) -> Iterator[Scrubbed]:
    """Give each text scrubbed, in order, as `scrub` does; reads `BATCH` texts ahead, no more.

    >>> list(scrub_all(["au 3949", "au 0639981244"], names=False))
    [Scrubbed(text='au 3949', counts={}), Scrubbed(text='au [TÉLÉPHONE]', counts={'TÉLÉPHONE': 1})]
    """
    stream = iter(texts)
    while batch := list(islice(stream, BATCH)):
        yield from _scrub_batch(batch, names=names, keep=frozenset(keep))


def _scrub_batch(texts: list[str], *, names: bool, keep: frozenset[str]) -> list[Scrubbed]:
    """Scrub until nothing changes: a marker alters what is read around it, and a second run must find nothing."""
    counts = [Counter[str]() for _ in texts]
    texts, changed = list(texts), list(range(len(texts)))
    while changed:
        before = [texts[at] for at in changed]
        for at in changed:
            texts[at], found = mask_identifiers(texts[at])
            counts[at].update(found)
        if names:
            for at, spans in zip(changed, person_spans([texts[at] for at in changed], keep=keep), strict=True):
                for start, stop in reversed(spans):
                    texts[at] = f"{texts[at][:start]}[PERSONNE]{texts[at][stop:]}"
                counts[at].update({"PERSONNE": len(spans)} if spans else {})
        changed = [at for at, old in zip(changed, before, strict=True) if texts[at] != old]
    return [Scrubbed(text, dict(count)) for text, count in zip(texts, counts, strict=True)]
