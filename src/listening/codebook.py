"""The code frame: nets, codes, their labels and definitions, and the thresholds a team prefers."""

from __future__ import annotations

from functools import cached_property
from importlib.resources import files
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from listening.errors import CodebookError


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Net(_Strict):
    """A group of codes."""

    label: str
    definition: str


class Code(_Strict):
    """What a coder assigns; `threshold`, where a team sets it, replaces that of the model's card."""

    label: str
    definition: str
    not_this: str = ""
    threshold: float | None = Field(default=None, gt=0, lt=1)


class Codebook(_Strict):
    """A versioned code frame; the net of a code is what stands before its first full stop.

    >>> codebook = load_codebook()
    >>> codebook.reference, len(codebook.codes), codebook.net("effort.attente")
    ('experience-client@1', 26, 'effort')
    """

    name: str
    version: str
    label: str
    nets: dict[str, Net]
    codes: dict[str, Code]

    @cached_property
    def reference(self) -> str:
        """Name and version, as each tag records them."""
        return f"{self.name}@{self.version}"

    def net(self, code: str) -> str:
        """Give the net of a code. Raises CodebookError for a code that is not there."""
        if code not in self.codes:
            raise CodebookError(f"code inconnu : {code} ; possibles : {', '.join(self.codes)}")
        return code.split(".", 1)[0]

    def thresholds(self, model: dict[str, float]) -> dict[str, float]:
        """Give the threshold of each code: the codebook's own, else the model's, else 0.5."""
        return {name: code.threshold or model.get(name, 0.5) for name, code in self.codes.items()}


def load_codebook(path: Path | None = None) -> Codebook:
    """Give a codebook from a YAML file, or the one that ships with the package.

    Raises CodebookError when the file is missing or not a codebook.
    """
    if path is None:
        content = files("listening").joinpath("codebooks", "experience-client.yaml").read_text(encoding="utf-8")
    elif path.is_file():
        content = path.read_text(encoding="utf-8")
    else:
        raise CodebookError(f"plan de codage introuvable : {path} ; sans indication, celui du paquet est pris")
    try:
        codebook = Codebook.model_validate(yaml.safe_load(content))
    except (yaml.YAMLError, ValidationError) as error:
        raise CodebookError(f"{path} n'est pas un plan de codage : {error}") from error
    if orphans := [code for code in codebook.codes if code.split(".", 1)[0] not in codebook.nets]:
        raise CodebookError(f"{path} : codes sans net : {', '.join(orphans)} ; ajoutez le net ou renommez le code")
    return codebook
