"""Codings kept apart from their texts: the texts may not be published, what was read in them may."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from listening.errors import FormatError
from listening.records import content_id
from listening.training.corpus import Example, coded, lines, read_parquet


def read_standoff(path: Path, texts: Sequence[Path]) -> list[Example]:
    """Join codings (JSON lines: `text`, the content id of the text, `sentiment`, `tags`, `draw`) with their texts.

    `texts` names Parquet files with a column `text`. A coding whose text is in none of them is left out; when that
    befalls more than one in ten, FormatError says so: these are other texts. It also names a line that is malformed.
    """
    known = _texts(texts)
    records = [(line, _text_id(record, f"{path.name}, ligne {line}"), record) for line, record in lines(path)]
    found = [(record | {"id": key, "text": known[key]}, line) for line, key, record in records if key in known]
    if len(found) < 0.9 * len(records):
        raise FormatError(
            f"{path.name} : {len(records) - len(found)} codages sur {len(records)} sans leur texte dans "
            f"{', '.join(str(one) for one in texts) or 'aucun fichier'} ; indiquez les corpus d'où ils viennent"
        )
    return [coded(record, f"{path.name}, ligne {line}") for record, line in found]


def _texts(paths: Iterable[Path]) -> dict[str, str]:
    return {content_id(text): text for path in paths for text in read_parquet(path, ["text"])["text"].dropna()}


def _text_id(record: dict[str, Any], place: str) -> str:
    if not isinstance(found := record.get("text"), str):
        raise FormatError(f"{place} : clé « text » absente ou mal formée ; elle donne l'identifiant du texte codé")
    return found
