"""What is coded under a plan, told in an engine's own codes, so that the engine learns from it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from listening.codebook import Codebook
from listening.tagging.origins import origins
from listening.training.corpus import Example


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """How the codes of a plan are told in an engine's.

    `names` gives the engine's code by the one of the plan that is the same, under its name or another. `joined` are
    those that join several of the engine's: which of them is there, nobody said. `unsure` are the engine's codes that
    are none of the plan's, so that what is coded under the plan says nothing of them.
    """

    names: dict[str, str]
    joined: tuple[str, ...]
    unsure: tuple[str, ...]

    def tell(self, example: Example) -> Example:
        """Give an example that is coded under the plan in the engine's codes."""
        # where a joined code is absent its parts are too, but learnt from those texts alone they would grow rare
        tags = tuple(replace(tag, code=self.names[tag.code]) for tag in example.tags or () if tag.code in self.names)
        return replace(example, tags=tags, unsure=self.unsure)

    def tell_all(self, examples: Sequence[Example]) -> list[Example]:
        """Give the coded examples of a file in the engine's codes: as they are, unless one has a code of the plan's."""
        own = {*self.names.values(), *self.unsure}
        if all(tag.code in own for one in examples for tag in one.tags or ()):
            return list(examples)
        return [self.tell(one) for one in examples]


def translate(codebook: Codebook, known: Collection[str]) -> Translation:
    """Give how the codes of a codebook are told in those that an engine knows. Raises CodebookError as `origins` does.

    >>> from listening.codebook import load_codebook
    >>> plan = load_codebook()
    >>> translate(plan, [*plan.codes, "essai.autre"]).unsure
    ('essai.autre',)
    """
    parts = origins(codebook, known).parts
    names = {code: found[0] for code, found in parts.items() if len(found) == 1}
    return Translation(
        names=names,
        joined=tuple(code for code, found in parts.items() if len(found) > 1),
        unsure=tuple(code for code in known if code not in names.values()),
    )
