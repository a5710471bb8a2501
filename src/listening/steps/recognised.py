"""Say in French what was recognised in a file, and how a night's configuration would write it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import yaml

from listening.errors import RowError, SourceError
from listening.records import Verbatim
from listening.sources.base import FileSource
from listening.sources.columns import Columns

SAMPLE = 200  # rows read to say what will be
LABELS = {
    "text": "Texte",
    "questions": "Questions ouvertes",
    "title": "Titre",
    "question": "Question",
    "nps": "NPS, 0 à 10",
    "csat": "CSAT, 1 à 5",
    "ces": "CES, 1 à 7",
    "stars": "Étoiles, 1 à 5",
    "weight": "Poids",
    "wave": "Vague",
    "brand": "Marque",
    "meta": "Segments",
    "id": "Identifiant",
    "date": "Date",
    "date_format": "Format des dates",
    "time": "Heure",
    "timezone": "Fuseau des dates qui n'en disent pas",
    "author": "Auteur, gardé en empreinte",
    "channel": "Canal",
    "encoding": "Encodage",
}
WISHED = ("nps", "csat", "ces", "weight", "wave", "brand")  # what surveys have more often than not


def describe(source: FileSource) -> list[str]:
    """Give sentences on what a source will read: its columns by their role, then what its first rows hold.

    A source that cannot be read is said to be so, with the reason.
    """
    lines = [f"{source.path} : {source.kind}, source « {source.name} »"]
    for field, label in LABELS.items():
        told = getattr(source, field, None)
        if told and (field != "encoding" or field in source.model_fields_set):
            lines.append(f"  {label} : {_listed(told)}")
    lines += ["  " + " ".join(line.split()) for line in (*_sampled(source), *_untold(source))]
    return lines


def to_yaml(sources: Sequence[FileSource]) -> str:
    """Give the `sources` of a night's configuration, with the paths made absolute."""
    entries = []
    for source in sources:
        fields = source.model_dump(mode="json", exclude_unset=True)
        first = {"kind": source.kind, "name": source.name, "path": str(source.path.resolve())}
        entries.append(first | {key: value for key, value in fields.items() if key not in first})
    return yaml.safe_dump({"sources": entries}, allow_unicode=True, sort_keys=False, width=120)


def _sampled(source: FileSource) -> Iterator[str]:
    try:
        first = list(islice(source.read(), SAMPLE))
    except SourceError as error:
        yield f"Attention : {error}"
        return
    read = [row for row in first if isinstance(row, Verbatim)]
    refused = [row for row in first if isinstance(row, RowError)]
    worded = dict.fromkeys(row.question for row in read if row.question)
    if worded:
        yield f"Libellés : {' ; '.join(f'« {question} »' for question in worded)}"
    days = sorted(row.created_at.date() for row in read if row.created_at)
    dated = f", du {days[0]:%d/%m/%Y} au {days[-1]:%d/%m/%Y}" if days else ", sans date"
    begun = f"{_counted(len(read), 'verbatim')}{dated if read else ''}"
    yield f"Au début : {begun} ; {_counted(len(refused), 'ligne')} à mettre en quarantaine"
    if refused:
        yield f"Attention : {refused[0].row} : {refused[0].reason}"


def _untold(source: FileSource) -> Iterator[str]:
    """Say what was not found, which a configuration can tell."""
    questions = getattr(source, "questions", {})
    if unworded := [name for name, wording in questions.items() if name == wording]:
        yield f"Libellés absents du fichier : écrivez dans une configuration ceux de {', '.join(unworded)}"
    if isinstance(source, Columns):
        missing = [field for field in WISHED if getattr(source, field) is None]
        if missing:
            yield f"Non reconnus : {', '.join(missing)} ; s'ils y sont, nommez leur colonne dans une configuration"
    elif "brands" in type(source).model_fields and source.brand is None:
        yield "Marques : aucune ; listez les vôtres dans une configuration, sous « brands »"


def _counted(number: int, name: str) -> str:
    return f"{number} {name}{'s' if number > 1 else ''}"


def _listed(told: Any) -> str:
    return ", ".join(" ".join(str(one).split()) for one in ([told] if isinstance(told, str) else told))
