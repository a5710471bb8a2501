"""What the labels of any classifier mean to us: polarities, or what it says of a hypothesis."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from listening.codebook import Codebook
from listening.errors import ModelError
from listening.records import POLARITIES, Polarity


@cache
def _words() -> dict[str, Any]:
    content = files("listening.tagging").joinpath("labels.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(content)
    return loaded


def _plain(label: str) -> str:
    bare = "".join(one for one in unicodedata.normalize("NFD", label.casefold()) if not unicodedata.combining(one))
    return " ".join(re.split(r"[\s_-]+", bare)).strip()


def polarity_of(label: str) -> Polarity | None:
    """Give the polarity that a label names, None when it names none; 3 stars are neither good nor bad.

    >>> [polarity_of(label) for label in ("NEGATIVE", "Très positif", "2 stars", "3 étoiles", "LABEL_1")]
    ['negatif', 'positif', 'negatif', 'neutre', None]
    """
    words, name = _words(), _plain(label)
    if (stars := re.fullmatch(r"([1-5]) (\w+)", name)) and stars[2] in words["stars"]:
        rank = int(stars[1])
        return "negatif" if rank < 3 else "neutre" if rank == 3 else "positif"
    return next((polarity for polarity in POLARITIES if name in words["sentiments"][polarity]), None)


def polarities(labels: Sequence[str], given: Mapping[str, Polarity], *, model: str) -> tuple[Polarity, ...]:
    """Give the polarity of each label: the one `given` by the user, else the one that the label names.

    Raises ModelError that names the labels and the remedy when one has no polarity.
    """
    shown = ", ".join(labels)
    if strange := [name for name in given if name not in labels]:
        raise ModelError(f"{model} n'a pas d'étiquette {', '.join(strange)} ; les siennes : {shown}")
    found = {label: given.get(label) or polarity_of(label) for label in labels}
    if silent := [label for label, polarity in found.items() if polarity is None]:
        example = ", ".join(f"{label}: {POLARITIES[rank % 3]}" for rank, label in enumerate(silent))
        raise ModelError(
            f"{model} : on ne sait pas quelle polarité disent les étiquettes {', '.join(silent)} ; écrivez-la dans le "
            f"fichier du moteur, sous « sentiment », d'après la carte du modèle, par exemple « labels: {{{example}}} »"
        )
    known = tuple(polarity for polarity in found.values() if polarity is not None)
    if missing := {"negatif", "positif"} - set(known):
        raise ModelError(
            f"{model} ne dit pas le sentiment : aucune étiquette pour {', '.join(sorted(missing))} parmi {shown} ; "
            "prenez un modèle de sentiment (« listening models list »)"
        )
    return known


def inference(labels: Sequence[str], *, model: str) -> tuple[int, int]:
    """Give the ranks of entailment and contradiction; with two labels, the other one contradicts.

    Raises ModelError when no label says so: the model does not judge hypotheses.

    >>> inference(["entailment", "neutral", "contradiction"], model="nli")
    (0, 2)
    """
    entails, contradicts = _rank(labels, "entailment"), _rank(labels, "contradiction")
    if entails is not None and contradicts is None and len(labels) == 2:
        contradicts = 1 - entails
    if entails is None or contradicts is None:
        raise ModelError(
            f"{model} ne juge pas d'hypothèses : il lui faut les étiquettes entailment et contradiction, les siennes "
            f"sont {', '.join(labels)} ; prenez pour « themes » un modèle d'inférence (« listening models list »)"
        )
    return entails, contradicts


def _rank(labels: Sequence[str], kind: str) -> int | None:
    beginnings = tuple(_words()["inference"][kind])
    return next((rank for rank, label in enumerate(labels) if _plain(label).startswith(beginnings)), None)


def hypotheses(codebook: Codebook) -> dict[str, str]:
    """Give by code the sentence to judge: the codebook's `hypothesis`, else one made of the code's label.

    >>> from listening.codebook import load_codebook
    >>> hypotheses(load_codebook())["effort.attente"]
    'Ce client parle de rapidité et délais.'
    """
    return {name: code.hypothesis or _hypothesis(code.label) for name, code in codebook.codes.items()}


def _hypothesis(label: str) -> str:
    words = _words()
    spoken = label if label[:2].isupper() else label[:1].lower() + label[1:]
    de = "d'" if spoken[:1].lower() in words["vowels"] else "de "
    sentence: str = words["hypothesis"].format(de=de, label=spoken)
    return sentence
