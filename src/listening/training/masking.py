"""How well personal data is masked, beside what a person marked: recall by kind, precision, texts left whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from listening.errors import FormatError
from listening.text.masks import KINDS, Mask
from listening.text.privacy import mask_all
from listening.training.corpus import lines

MARKED = "il faut text et spans, une liste de {start, end, kind}"


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text and the passages that a person marked as personal; one without any is a trap."""

    text: str
    masks: tuple[Mask, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """So many (`hits`) of so many (`base`)."""

    hits: int
    base: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Masking:
    """What masking is worth, as counts.

    `recall`, by kind: marked passages of which every letter and figure is masked, under whatever marker. `precision`:
    masked passages that overlap a marked one, on all texts; `precision_marked`: the same on texts with a marked
    passage. `untouched`: texts without any, in which nothing is masked.
    """

    recall: dict[str, Part]
    precision: Part
    precision_marked: Part
    untouched: Part


def measure(path: Path) -> Masking:
    """Mask the texts of a file of `read_marked`, their spaces made plain as `repair` does, and score what comes out."""
    gold = read_marked(path)
    masked = mask_all(re.sub(r"[^\S\n]", " ", one.text) for one in gold)
    return score(gold, [one.masks for one in masked])


def read_marked(path: Path) -> list[MarkedText]:
    """Read marked texts from JSON lines: `text`, `spans` of `start`, `end`, `kind`.

    Raises FormatError with the line.
    """
    texts = [_marked(record, f"{path.name}, ligne {line}") for line, record in lines(path)]
    if not texts:
        raise FormatError(f"{path} : ce fichier est vide ; indiquez un fichier JSONL de textes annotés")
    return texts


def score(gold: Sequence[MarkedText], masks: Sequence[Sequence[Mask]]) -> Masking:
    """Set what was masked beside what a person marked, text by text.

    >>> gold = [MarkedText("au 3949 ou au 06 39", (Mask(14, 19, "TÉLÉPHONE"),)), MarkedText("au 3949")]
    >>> found = score(gold, [[Mask(14, 19, "RÉFÉRENCE")], [Mask(3, 7, "TÉLÉPHONE")]])
    >>> found.recall, found.precision, found.untouched
    ({'TÉLÉPHONE': Part(hits=1, base=1)}, Part(hits=1, base=2), Part(hits=0, base=1))
    """
    pairs = list(zip(gold, masks, strict=True))
    true = [(mask.kind, _is_covered(one.text, mask, found)) for one, found in pairs for mask in one.masks]
    given = [(one, _overlaps(mask, one.masks)) for one, found in pairs for mask in found]
    return Masking(
        recall={
            kind: _part([covered for its, covered in true if its == kind])
            for kind in KINDS
            if any(its == kind for its, _ in true)
        },
        precision=_part([right for _, right in given]),
        precision_marked=_part([right for one, right in given if one.masks]),
        untouched=_part([not found for one, found in pairs if not one.masks]),
    )


def _part(hits: Sequence[bool]) -> Part:
    return Part(sum(hits), len(hits))


def _is_covered(text: str, true: Mask, found: Sequence[Mask]) -> bool:
    return all(
        any(mask.start <= at < mask.stop for mask in found) for at in range(true.start, true.stop) if text[at].isalnum()
    )


def _overlaps(mask: Mask, true: Sequence[Mask]) -> bool:
    return any(mask.start < one.stop and one.start < mask.stop for one in true)


def _marked(record: dict[str, Any], place: str) -> MarkedText:
    try:
        text = str(record["text"])
        masks = tuple(Mask(int(span["start"]), int(span["end"]), span["kind"]) for span in record["spans"])
    except KeyError as error:
        raise FormatError(f"{place} : clé « {error.args[0]} » absente ; {MARKED}") from error
    except (TypeError, ValueError) as error:
        raise FormatError(f"{place} : valeur mal formée ; {MARKED}") from error
    for mask in masks:
        if mask.kind not in KINDS:
            raise FormatError(f"{place} : nature « {mask.kind} » inconnue ; possibles : {', '.join(KINDS)}")
        if not 0 <= mask.start < mask.stop <= len(text):
            raise FormatError(f"{place} : passage {mask.start}–{mask.stop} hors du texte ({len(text)} caractères)")
    return MarkedText(text, masks)
