"""What a challenger learns beside people's verdicts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from listening.errors import CodebookError, ConfigurationError
from listening.steps.lineage import file_hash
from listening.training.corpus import Example, read_coded


@dataclass(frozen=True, slots=True, kw_only=True)
class Schooling:
    """What a challenger learns beside the verdicts, and where it is kept.

    `models` is the folder of models, `gold` coded verbatims that nothing is learnt from; `coded` and `authored` are
    coded verbatims to learn from, `rated` texts with stars or labels, `recipe` the training's configuration, by default
    the champion's. What repeats a text of the gold, or one that the models are judged by, is not learnt from. Heads of
    codes that a team added are fitted beside the `authored`.
    """

    models: Path
    gold: Path
    coded: Path | None = None
    authored: Path | None = None
    rated: Path | None = None
    recipe: Path | None = None

    def check(self, known: Collection[str], added: Collection[str] = ()) -> None:
        """Raise, before anything is trained, where a file is not there or has codes that are not `known`.

        It is ConfigurationError for the one, also where there are `added` codes and no `authored`, CodebookError for
        the other.
        """
        for option in ("coded", "authored", "rated", "recipe"):
            path: Path | None = getattr(self, option)
            if path and not path.is_file():
                raise ConfigurationError(f"{path} : introuvable ; donnez par --{option} un fichier qui est là")
        if added and not self.authored:
            raise ConfigurationError(
                f"codes ajoutés au plan : {', '.join(added)} ; les caler sur un challenger demande d'autres verbatims, "
                "donnez-en par --authored"
            )
        for path in filter(None, (self.coded, self.authored)):
            if absent := {tag.code for one in read_coded(path) for tag in one.tags or ()} - set(known):
                raise CodebookError(
                    f"{path} : codes qui ne sont ni du plan ni du modèle : {', '.join(sorted(absent))} ; corrigez-les"
                )

    def background(self) -> list[Example]:
        """Give the texts beside which added codes are learnt."""
        return read_coded(self.authored) if self.authored else []

    def files(self) -> dict[str, str]:
        """Give the sha256 of each file by its path."""
        named = (self.gold, self.coded, self.authored, self.rated, self.recipe)
        return {str(path): digest for path in named if path and (digest := file_hash(path))}
