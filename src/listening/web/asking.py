"""What a visitor asks to read: words, places, dates, codes, as an address says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Depends, Query

from listening.codebook import Codebook
from listening.report.french import PARIS
from listening.store.browse import Filters
from listening.web.access import Refused

Words = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]
Name = Annotated[str, Query(max_length=80, pattern=r"^[^\x00]*$")]
Day = Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the form of the verbatims' page sends, each field empty where nothing is asked."""

    mots: Words = ""
    source: Name = ""
    canal: Literal["", "survey", "forum", "social", "review"] = ""
    vague: Name = ""
    marque: Name = ""
    theme: Name = ""
    polarite: Literal["", "negatif", "neutre", "positif"] = ""
    sentiment: Literal["", "negatif", "neutre", "positif"] = ""
    du: Day = ""
    au: Day = ""

    def filters(self, codebook: Codebook, *, unflagged: bool) -> Filters:
        """Give what the store is asked. Raises Refused for a theme or a day that is none."""
        return Filters(
            words=self.mots,
            source=self.source,
            channel=self.canal,
            wave=self.vague,
            brand=self.marque,
            sentiment=self.sentiment,
            polarity=self.polarite,
            codes=_codes(self.theme, codebook),
            since=_midnight(self.du),
            until=_midnight(self.au, after=1),
            unflagged=unflagged,
        )

    @property
    def reveals(self) -> bool:
        """Whether being found tells what an engine read."""
        return bool(self.theme or self.polarite or self.sentiment)

    def address(self, **changes: object) -> str:
        """Give the query of the same page, with some fields changed."""
        fields: Mapping[str, object] = {name: getattr(self, name) for name in self.__dataclass_fields__} | changes
        return urlencode({name: value for name, value in fields.items() if value})


AsAsked = Annotated[Asked, Depends()]


def _codes(theme: str, codebook: Codebook) -> tuple[str, ...]:
    if not theme or theme in codebook.codes:
        return (theme,) if theme else ()
    if theme in codebook.nets:
        inside = tuple(code for code in codebook.codes if codebook.net(code) == theme)
        return inside or (theme,)  # no code at all would ask for nothing, and find everything
    raise Refused(400, "Ce thème n’est pas dans le plan de codage", "Choisissez-en un dans la liste.")


def _midnight(day: str, *, after: int = 0) -> datetime | None:
    """Give the moment at which a day begins in Paris, or one so many days after."""
    try:
        begun = date.fromisoformat(day) + timedelta(days=after) if day else None
        return datetime.combine(begun, time(), PARIS).astimezone(UTC) if begun else None
    except (ValueError, OverflowError):
        raise Refused(400, "Ce jour n’existe pas", "Écrivez un jour du calendrier.") from None
