"""Personal data out of a text: numbers, addresses, references, persons' names, each replaced by a typed marker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from listening.text.identifiers import mask_identifiers
from listening.text.masks import Mask, Masked
from listening.text.persons import person_spans

BATCH = 256  # texts that go through the name model together


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """A text with markers in place of personal data, and how many of each kind it lost (`{"TÉLÉPHONE": 1}`)."""

    text: str
    counts: dict[str, int]


def scrub(text: str, *, names: bool = True, keep: Collection[str] = ()) -> Scrubbed:
    """Give the text with personal data replaced by markers.

    The markers are `[TÉLÉPHONE] [E-MAIL] [IBAN] [CARTE] [NIR] [SIRET] [PLAQUE] [IP] [NAISSANCE] [PSEUDO] [LIEN]
    [ADRESSE] [RÉFÉRENCE] [PERSONNE]`: `masks.KINDS`. Amounts, ordinary dates, versions, and links to a home page stay.
    Scrubbing a scrubbed text changes nothing. `names=False` leaves persons' names in, and the model that finds them
    unloaded. `keep` lists brands that look like persons, beyond those of `data/names.yaml`.

    >>> scrub("Mme Kerbellec, 06.39.98.12.44, dossier SIN-2025-88120 : 150 € en 2019").text
    'Mme [PERSONNE], [TÉLÉPHONE], dossier [RÉFÉRENCE] : 150 € en 2019'
    """
    return next(scrub_all([text], names=names, keep=keep))


def scrub_all(texts: Iterable[str], *, names: bool = True, keep: Collection[str] = ()) -> Iterator[Scrubbed]:
    """Give each text scrubbed, in order, as `scrub` does; reads `BATCH` texts ahead, no more.

    >>> list(scrub_all(["au 3949", "au 0639981244"], names=False))
    [Scrubbed(text='au 3949', counts={}), Scrubbed(text='au [TÉLÉPHONE]', counts={'TÉLÉPHONE': 1})]
    """
    for masked in mask_all(texts, names=names, keep=keep):
        yield Scrubbed(masked.text, dict(Counter(mask.kind for mask in masked.masks)))


def mask_all(texts: Iterable[str], *, names: bool = True, keep: Collection[str] = ()) -> Iterator[Masked]:
    """Give each text as `scrub_all` does, with the passages that were masked.

    >>> next(mask_all(["au 0639981244"], names=False)).masks
    (Mask(start=3, stop=13, kind='TÉLÉPHONE'),)
    """
    stream = iter(texts)
    while batch := list(islice(stream, BATCH)):
        yield from _mask_batch(batch, names=names, keep=frozenset(keep))


def _mask_batch(texts: list[str], *, names: bool, keep: frozenset[str]) -> list[Masked]:
    """Mask until nothing changes: a marker alters what is read around it, and a second run must find nothing."""
    masked = [Masked(text) for text in texts]
    changed = list(range(len(masked)))
    while changed:
        before = [masked[at].text for at in changed]
        for at in changed:
            masked[at] = mask_identifiers(masked[at])
        if names:
            found = person_spans([masked[at].text for at in changed], keep=keep)
            for at, spans in zip(changed, found, strict=True):
                masked[at] = masked[at].mask([Mask(start, stop, "PERSONNE") for start, stop in spans])
        changed = [at for at, old in zip(changed, before, strict=True) if masked[at].text != old]
    return masked
