"""What a person asks to read: a night's configuration, or data files that are recognised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from listening.errors import ConfigurationError

if TYPE_CHECKING:
    from rich.console import Console

    from listening.configuration import Night


def asked_night(
    files: Sequence[Path],
    console: Console,
    *,
    store: str | None = None,
    name: str | None = None,
    kind: str | None = None,
    dry_run: bool = False,
) -> Night:
    """Give the night of a YAML configuration, or one that reads data files, saying what was seen in them.

    A `dry_run` says it as the configuration that would read them.
    """
    from listening.configuration import Night, read_night
    from listening.sources.recognise import recognise_all
    from listening.steps.recognised import describe, to_yaml

    if any(file.suffix.lower() in (".yaml", ".yml") for file in files):
        _refuse_options(files, {"--store": store, "--name": name, "--as": kind, "--dry-run": dry_run})
        return read_night(files[0])
    found = recognise_all(files, kind, name=name)
    said = [line for source in found.sources for line in describe(source)]
    for line in said + [f"Laissé : {reason}" for reason in found.left.values()]:
        console.print(f"# {line}" if dry_run else line)
    if dry_run:
        console.print(to_yaml(found.sources), end="")
    return Night.model_validate({"sources": found.sources} | ({"store": store} if store else {}))


def _refuse_options(files: Sequence[Path], options: Mapping[str, object]) -> None:
    """Refuse what only data files take."""
    if len(files) > 1:
        raise ConfigurationError("une configuration YAML se lit seule : donnez les autres fichiers à part")
    given = [option for option, told in options.items() if told]
    if given:
        raise ConfigurationError(f"{files[0]} : {', '.join(given)} ne vaut que pour des fichiers de données")
