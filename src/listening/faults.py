"""What pydantic finds wrong, said in French, and the base of all that is checked by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

MESSAGES = {
    "missing": "cette clé manque",
    "extra_forbidden": "clé inconnue",
    "date_from_datetime_parsing": "date illisible « {input} » ; écrivez AAAA-MM-JJ",
    "date_parsing": "date illisible « {input} » ; écrivez AAAA-MM-JJ",
    "date_type": "date illisible « {input} » ; écrivez AAAA-MM-JJ",
    "int_parsing": "« {input} » n'est pas un nombre entier",
    "int_type": "« {input} » n'est pas un nombre entier",
    "float_parsing": "« {input} » n'est pas un nombre",
    "float_type": "« {input} » n'est pas un nombre",
    "string_type": "« {input} » n'est pas un texte ; mettez-le entre guillemets",
    "string_too_short": "un texte vide ne convient pas",
    "path_type": "« {input} » n'est pas un chemin",
    "literal_error": "« {input} » n'est pas possible ; au choix : {expected}",
    "greater_than": "« {input} » est trop petit ; plus de {gt}",
    "greater_than_equal": "« {input} » est trop petit ; au moins {ge}",
    "less_than": "« {input} » est trop grand ; moins de {lt}",
    "less_than_equal": "« {input} » est trop grand ; au plus {le}",
    "too_short": "il en faut au moins un",
    "list_type": "une liste est attendue (des lignes qui commencent par « - »)",
    "tuple_type": "une liste est attendue (des lignes qui commencent par « - »)",
    "dict_type": "des clés et des valeurs sont attendues",
    "model_type": "des clés et des valeurs sont attendues",
}


class Strict(BaseModel):
    """A model that refuses keys that it does not know, and does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def located(fault: Any) -> str:
    """Give a fault of a ValidationError with its place.

    >>> located({"type": "missing", "loc": ("codes", "a.b", "examples", 1, "text"), "input": {}})
    'codes.a.b.examples[1].text : cette clé manque'
    """
    return " : ".join(filter(None, (place(fault["loc"]), message(fault))))


def place(keys: Sequence[str | int]) -> str:
    """Give the name of a place in a file.

    >>> place(("sources", 2, "kind"))
    'sources[2].kind'
    """
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")


def message(fault: Any) -> str:
    """Give what is wrong, without its place; pydantic's own words where there are none of ours."""
    if template := MESSAGES.get(fault["type"]):
        return template.format(input=fault["input"], **fault.get("ctx", {}))
    return str(fault["msg"]).removeprefix("Value error, ")
