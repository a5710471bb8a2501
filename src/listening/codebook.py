"""The code frame: nets, codes, their labels and definitions, and the thresholds a team prefers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from listening.errors import CodebookError
from listening.faults import Strict, located
from listening.records import Polarity

NEVER = 1.01  # a threshold that no probability reaches


class Net(Strict):
    """A group of codes."""

    label: str
    definition: str


def _text(value: Any) -> Any:
    if isinstance(value, dict) and "text" not in value:  # YAML makes keys of what stands before a colon
        raise ValueError("un texte qui contient « : » se met entre guillemets")
    return value


Text = Annotated[str, Field(min_length=1), BeforeValidator(_text)]


def _on_the_scale(precision: float) -> float:
    if not any(abs(precision - step / 100) < 1e-9 for step in range(50, 100, 5)):
        raise ValueError(f"« {precision} » n'est pas une précision possible ; de 0.50 à 0.95, par pas de 0.05")
    return precision


class CodeExample(Strict):
    """A text that carries a code, with its polarity where the team gives it; a bare text will do."""

    text: Text
    polarity: Polarity | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        return _text(value) if isinstance(value, dict) else {"text": value}


class Code(Strict):
    """What a coder assigns; `threshold`, where a team sets it, replaces that of the model's card.

    `precision` asks instead for the threshold from which at least that share of the tags is right: one or the other.
    `hypothesis` is the sentence that a zero-shot engine puts to the test, made of the label where there is none.
    A code that the model was not trained on is learnt from `examples` that carry it and `counterexamples` that do
    not, by `listening codebook fit`. `replaces` names codes of the version before, under another name: this one
    renames it, joins several, or is one part of it. A code that keeps its name goes on without being named.
    """

    label: str
    definition: str
    not_this: str = ""
    threshold: float | None = Field(default=None, gt=0, lt=1)
    precision: Annotated[float, AfterValidator(_on_the_scale)] | None = None
    hypothesis: str = ""
    examples: tuple[CodeExample, ...] = ()
    counterexamples: tuple[Text, ...] = ()
    replaces: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _one_threshold(self) -> Code:
        if self.threshold and self.precision:
            raise ValueError("« threshold » et « precision » fixent tous deux le seuil ; gardez l'un des deux")
        return self

    @model_validator(mode="after")
    def _distinct(self) -> Code:
        texts = [*(example.text for example in self.examples), *self.counterexamples]
        names = [f"examples[{rank}]" for rank in range(len(self.examples))]
        names += [f"counterexamples[{rank}]" for rank in range(len(self.counterexamples))]
        for rank, text in enumerate(texts):
            if (first := texts.index(text)) < rank:
                raise ValueError(f"{names[rank]} et {names[first]} sont le même texte ; gardez-en un")
        return self


def _reference(value: str) -> str:
    name, _, version = value.partition("@")
    if not name or not version:
        raise ValueError(f"« {value} » n'est pas une version de plan ; écrivez nom@version")
    return value


class Codebook(Strict):
    """A versioned code frame; the net of a code is what stands before its first full stop.

    `previous`, written `from` in YAML, is the reference of the version that the codes' `replaces` speak of; `before`
    is that version itself, where it is known.

    >>> codebook = load_codebook()
    >>> codebook.reference, len(codebook.codes), codebook.net("effort.attente")
    ('experience-client@1', 26, 'effort')
    """

    model_config = ConfigDict(serialize_by_alias=True)  # what is written again is read again

    name: str
    version: str
    label: str
    previous: Annotated[str, AfterValidator(_reference)] | None = Field(default=None, alias="from")
    nets: dict[str, Net]
    codes: dict[str, Code]
    _before: Codebook | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _heirs(self) -> Codebook:
        heirs = [name for name, code in self.codes.items() if code.replaces]
        if heirs and not self.previous:
            raise ValueError(
                f"« replaces » de {heirs[0]} sans « from » ; dites en tête de quelle version : from: {self.name}@…"
            )
        if self.previous == self.reference:
            raise ValueError(f"« from » est le plan lui-même, {self.reference} ; changez « version »")
        return self

    @cached_property
    def reference(self) -> str:
        """Name and version, as each tag records them."""
        return f"{self.name}@{self.version}"

    @property
    def before(self) -> Codebook | None:
        """The version that this one follows from, None where it is not known."""
        return self._before

    def after(self, before: Codebook) -> Codebook:
        """Give this version, that knows the one before it. Raises CodebookError when it does not follow from it."""
        if self.previous != before.reference:
            raise CodebookError(f"{self.reference} ne vient pas de {before.reference} ; corrigez « from »")
        self.check_replaced(before)
        linked = self.model_copy()
        linked._before = before
        return linked

    def ancestors(self) -> Iterator[Codebook]:
        """Give the versions before this one, the last first, as far as they are known."""
        if self._before:
            yield self._before
            yield from self._before.ancestors()

    def check_replaced(self, before: Codebook) -> None:
        """Raise CodebookError when a code replaces one that the version before does not have."""
        for name, code in self.codes.items():
            if absent := [one for one in code.replaces if one not in before.codes]:
                raise CodebookError(
                    f"{self.reference}, codes.{name}.replaces : {', '.join(absent)} n'est pas dans "
                    f"{before.reference} ; possibles : {', '.join(before.codes)}"
                )

    def net(self, code: str) -> str:
        """Give the net of a code. Raises CodebookError for a code that is not there."""
        if code not in self.codes:
            raise CodebookError(f"code inconnu : {code} ; possibles : {', '.join(self.codes)}")
        return code.split(".", 1)[0]

    def thresholds(
        self, model: Mapping[str, float], precise: Mapping[str, Mapping[str, float]] | None = None
    ) -> dict[str, float]:
        """Give the threshold of each code: the codebook's own, else the model's, else 0.5.

        `precise` gives by code and wished precision (« 0.90 ») the threshold that reaches it; where a code wishes a
        precision that the model does not reach, nothing passes.
        """
        known = precise or {}
        return {
            name: known.get(name, {}).get(f"{code.precision:.2f}", NEVER)
            if code.precision
            else code.threshold or model.get(name, 0.5)
            for name, code in self.codes.items()
        }


def load_codebook(path: Path | None = None) -> Codebook:
    """Give a codebook from a YAML file, or the one that ships with the package.

    The versions before it are looked for in the folder of the file, by `from`. Raises CodebookError when the file is
    missing or not a codebook, or when those versions contradict each other.
    """
    return _read(_shipped(), None) if path is None else _linked(path, ())


def _shipped() -> str:
    return files("listening").joinpath("codebooks", "experience-client.yaml").read_text(encoding="utf-8")


def _linked(path: Path, newer: tuple[str, ...]) -> Codebook:
    """Give the codebook of a file with the versions before it; `newer` are the references of those after it."""
    if not path.is_file():
        raise CodebookError(f"plan de codage introuvable : {path} ; sans indication, celui du paquet est pris")
    codebook = _read(path.read_text(encoding="utf-8"), path)
    chain = (*newer, codebook.reference)
    if codebook.previous in chain:
        raise CodebookError(
            f"{path} : « from » revient à {codebook.previous} ({' ← '.join((*chain, codebook.previous))}) ; "
            "une version vient d'une plus ancienne, corrigez « from »"
        )
    before = _previous(codebook.previous, path, chain) if codebook.previous else None
    if before is None:
        return codebook
    try:
        return codebook.after(before)
    except CodebookError as error:
        raise CodebookError(f"{path} : {error}") from error


def _previous(reference: str, path: Path, chain: tuple[str, ...]) -> Codebook | None:
    """Give the version of a reference, from a file beside another, else the one that ships; None where neither is it.

    Raises CodebookError when several files are that version, and their codes differ.
    """
    beside = [file for file in sorted(path.parent.glob("*.y*ml")) if file != path and _named(file) == reference]
    if beside:
        first, *others = (_linked(file, chain) for file in beside)
        for file, other in zip(beside[1:], others, strict=True):
            if _descent(other) != _descent(first):
                raise CodebookError(
                    f"{beside[0]} et {file} sont tous deux {reference}, et leurs codes diffèrent ; changez « version » "
                    f"de l'un, ou retirez-le : {path} en vient"
                )
        return first
    shipped = load_codebook()
    return shipped if shipped.reference == reference else None


def _named(file: Path) -> str | None:
    """Give the reference that a YAML file says to be; None for what is no codebook."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None
    return f"{content.get('name')}@{content.get('version')}" if isinstance(content, dict) else None


def _descent(codebook: Codebook) -> tuple[str | None, dict[str, tuple[str, ...]]]:
    return codebook.previous, {name: code.replaces for name, code in codebook.codes.items()}


def _read(content: str, path: Path | None) -> Codebook:
    try:
        codebook = Codebook.model_validate(yaml.safe_load(content))
    except yaml.YAMLError as error:
        raise CodebookError(f"{path} n'est pas un plan de codage : {error}") from error
    except ValidationError as error:
        faults = "\n".join(f"{path} n'est pas un plan de codage : {located(fault)}" for fault in error.errors())
        raise CodebookError(faults) from error
    if orphans := [code for code in codebook.codes if code.split(".", 1)[0] not in codebook.nets]:
        raise CodebookError(f"{path} : codes sans net : {', '.join(orphans)} ; ajoutez le net ou renommez le code")
    return codebook
