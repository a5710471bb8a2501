"""The heads of codes that a team added: what stands in the file beside its codebook, or in a model's folder."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from listening.errors import CodebookError
from listening.faults import Strict

SUFFIX = ".heads.json"


class Figure(Strict):
    """A measure with its 95 % interval; None where it has no meaning."""

    value: float | None
    low: float | None
    high: float | None


class Quality(Strict):
    """How well a head did on what it had not seen: on how many texts, its measures, and the examples it missed.

    `missed` holds ranks of examples in the codebook, from 1, the least recognised first. `polarities` is the number
    of examples with a polarity, `agreed` on how many of them the sentiment of the text agrees.
    """

    examples: int
    counterexamples: int
    others: int
    precision: Figure
    recall: Figure
    f1: Figure
    average_precision: Figure
    missed: tuple[int, ...]
    polarities: int
    agreed: int


class Head(Strict):
    """A code's logistic regression on states of unit length: σ(scale · (weights · state + intercept) + shift).

    `carriers` and `others` are the probabilities, held out, of the texts that carry the code and of those that do not.
    """

    weights: tuple[float, ...]
    intercept: float
    scale: float
    shift: float
    threshold: float
    carriers: tuple[float, ...]
    others: tuple[float, ...]
    quality: Quality


class Heads(Strict):
    """The heads that stand beside a codebook, by code, and the model (`name@hash`) on whose states they were fitted."""

    model: str
    heads: dict[str, Head]


def heads_path(codebook: Path, folder: Path | None = None) -> Path:
    """Give where the heads of a codebook file stand: beside it, or in the folder of the model that they are of.

    >>> heads_path(Path("plans/assurance.yaml")).name
    'assurance.heads.json'
    """
    return (folder / codebook.name if folder else codebook).with_suffix(SUFFIX)


def read_heads(path: Path, folder: Path | None = None) -> Heads:
    """Give the heads of a codebook file that stand where `heads_path` says, without any when there are none.

    Raises CodebookError for a spoilt file.
    """
    place = heads_path(path, folder)
    if not place.is_file():
        return Heads(model="", heads={})
    try:
        return Heads.model_validate_json(place.read_bytes())
    except ValidationError as error:
        raise CodebookError(f"{place} est illisible ; lancez « listening codebook fit {path} » à nouveau") from error


def write_heads(path: Path, heads: Heads, folder: Path | None = None) -> Path:
    """Write the heads of a codebook file where `heads_path` says, whole or not at all, and give where."""
    place = heads_path(path, folder)
    part = place.with_name(place.name + ".part")
    part.write_text(heads.model_dump_json() + "\n", encoding="utf-8")
    part.replace(place)
    return place
