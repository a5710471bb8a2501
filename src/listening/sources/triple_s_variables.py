"""The variables of a Triple-S definition: where each stands in a record, and what its codes mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from listening.errors import FormatError
from listening.sources.cells import NUMBER
from listening.sources.open_questions import JOINT, wording_of
from listening.sources.rows import Row, column_names

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SUBFIELD = "\x1f"  # between the CSV fields of one variable
WHOLE = re.compile(r"[0-9]{1,9}")
TYPES = ("single", "multiple", "quantity", "character", "logical", "date", "time")


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: `start` and `finish` count from 1, in characters or, in CSV, in fields."""

    name: str
    label: str
    type: str
    use: str
    start: int
    finish: int
    subfields: int = 0
    width: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[str, str] = field(default_factory=dict)
    ranges: tuple[tuple[float, float], ...] = ()

    def knows(self, code: str) -> bool:
        """Tell whether the definition has this code."""
        if code in self.labels or not (self.labels or self.ranges):
            return True
        return _is_number(code) and any(low <= _number(code) <= high for low, high in self.ranges)


def read_variables(record: Element, language: str, file: str) -> list[Variable]:
    """Give the variables of a record, in its order; raises `FormatError` for one that is not defined in full."""
    found = list(children(record, "variable"))
    names = column_names(text(child(one, "name"), language) or one.get("ident", "") for one in found)
    return [_variable(one, name, language, file) for one, name in zip(found, names, strict=True)]


def children(element: Element | None, name: str) -> Iterator[Element]:
    """Give the children of that name, whatever their namespace; none for no element."""
    near = () if element is None else element
    return (one for one in near if isinstance(one.tag, str) and one.tag.rpartition("}")[2] == name)


def child(element: Element | None, name: str) -> Element | None:
    """Give the first child of that name, None if there is none."""
    return next(children(element, name), None)


def text(element: Element | None, language: str) -> str:
    """Give the text of a label: in that language if it has several, else its own, else the first."""
    if element is None:
        return ""
    others = list(children(element, "text"))
    spoken = [one for one in others if one.get(LANG, one.get("lang", "")).lower().startswith(language.lower())]
    own = wording_of(" ".join([element.text or "", *(_after(one, others) for one in element)]))
    if spoken or (others and not own):
        return wording_of(" ".join((spoken or others)[0].itertext()))
    return own


def code_of(cell: str) -> str:
    """Give a code without the zeros and spaces that fill its columns.

    >>> [code_of(cell) for cell in (" 07", "00", "", "FR")]
    ['7', '0', '', 'FR']
    """
    bare = cell.strip()
    return (bare.lstrip("0") or "0") if bare.isascii() and bare.isdigit() else bare


def decode(variable: Variable, row: Row, name: str) -> str:
    """Give what a cell means, in words; raises the error of the row for a code that the definition does not have."""
    cell = row.cells[name]
    if variable.type == "multiple":
        codes = _spread(variable, cell) if variable.subfields else _bits(variable, row, name)
        return JOINT.join(dict.fromkeys(_label(variable, code, row, name) for code in codes))
    if variable.type == "single":
        code = code_of(cell)
        return "" if code == "" or (code == "0" and "0" not in variable.labels) else _label(variable, code, row, name)
    if variable.type == "logical":
        said = {"1": "oui", "0": "non", "": ""}.get(cell.strip())
        if said is None:
            raise row.error(f"« {cell.strip()[:20]} » dans « {name} », qui vaut 0 ou 1 : vérifiez les positions")
        return said
    return cell.strip()


def _label(variable: Variable, code: str, row: Row, name: str) -> str:
    if not variable.knows(code):
        raise row.error(
            f"code « {code[:20]} » inconnu dans « {name} » : vérifiez que les données vont avec cette définition"
        )
    return variable.labels.get(code) or code


def _spread(variable: Variable, cell: str) -> list[str]:
    """Give the codes of a list of sub-fields, in which 0 stands for none."""
    if SUBFIELD in cell:
        pieces = cell.split(SUBFIELD)
    else:
        width = variable.width or max(1, len(cell) // variable.subfields)
        pieces = [cell[at : at + width] for at in range(0, len(cell), width)][: variable.subfields]
    return [code for code in map(code_of, pieces) if code not in ("", "0")]


def _bits(variable: Variable, row: Row, name: str) -> list[str]:
    """Give the codes chosen in a string of 0 and 1, the nth for code n; those never defined are nothing."""
    bits = row.cells[name]
    if SUBFIELD in bits:
        bits = "".join(bit.strip() or "0" for bit in bits.split(SUBFIELD))
    bits = bits.rstrip()
    highest = max((int(code) for code in variable.labels if WHOLE.fullmatch(code)), default=0)
    if set(bits) - set("01 ") or (bits and len(bits) < highest):
        raise row.error(
            f"« {bits[:20]} » dans « {name} », où {highest} chiffres 0 ou 1 sont attendus : exportez à nouveau les "
            "données (un tableur en ôte les zéros du début)"
        )
    return [str(place) for place, bit in enumerate(bits, 1) if bit == "1" and variable.knows(str(place))]


def whole(element: Element | None, name: str) -> int:
    """Give a number that an element tells, 0 if it tells none."""
    given = element.get(name, "") if element is not None else ""
    return int(given) if WHOLE.fullmatch(given) else 0


def _variable(element: Element, name: str, language: str, file: str) -> Variable:
    position, spread, values = (child(element, one) for one in ("position", "spread", "values"))
    kind = element.get("type", "")
    start = whole(position, "start")
    if kind not in TYPES or start < 1:
        raise FormatError(
            f"{file} : la variable « {name} » n'a pas de position ou de type connu ({', '.join(TYPES)}) : exportez à "
            "nouveau la définition"
        )
    listed = list(children(values, "value"))
    limits = [(one.get("from", ""), one.get("to", "")) for one in children(values, "range")]
    return Variable(
        name=name,
        label=text(child(element, "label"), language),
        type=kind,
        use=element.get("use", ""),
        start=start,
        finish=max(start, whole(position, "finish")),
        subfields=whole(spread, "subfields"),
        width=whole(spread, "width"),
        labels={code_of(one.get("code", "")): text(one, language) for one in listed},
        scores={code_of(one.get("code", "")): one.get("score", "") for one in listed if one.get("score")},
        ranges=tuple((_number(low), _number(high)) for low, high in limits if _is_number(low) and _is_number(high)),
    )


def _is_number(text: str) -> bool:
    return NUMBER.fullmatch(text) is not None


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _after(element: Element, texts: list[Element]) -> str:
    """Give what follows a child of a label, and what it holds unless that is the label in another language."""
    inside = "" if element in texts else " ".join(element.itertext())
    return f"{inside} {element.tail or ''}"
