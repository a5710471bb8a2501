"""Reviews of Trustpilot: what its API gives, in JSON, or the exports of its business portal, in CSV or XLSX."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Literal

from listening.errors import RowError
from listening.records import Scores, Verbatim
from listening.sources.base import FileSource, build
from listening.sources.brands import brand_named, squeeze
from listening.sources.cells import identifier, moment, score
from listening.sources.columns import keep
from listening.sources.files import open_rows
from listening.sources.json_items import LINES
from listening.sources.opening import files_at
from listening.sources.reviews import inner, latest, named_columns, reviews_in
from listening.sources.rows import LONGEST, Row, as_text, pick, titled, too_long
from listening.sources.seen import Seen

NAMES = {  # what each column is called in the portal: for service reviews, for product reviews, in French
    "id": ("Review Id", "review_id", "Id de l'avis", "Identifiant de l'avis"),
    "stars": ("Review Stars", "stars", "Étoiles", "Nombre d'étoiles", "Note"),
    "text": ("Review Content", "content", "Contenu de l'avis", "Texte de l'avis"),
    "date": ("Review Created (UTC)", "created_at", "Avis créé (UTC)", "Date de création (UTC)"),
    "title": ("Review Title", "title", "Titre de l'avis"),
    "author": ("Review Username", "consumer_name", "Nom d'utilisateur", "Nom du consommateur"),
    "language": ("Review Language", "language", "Langue de l'avis"),
    "country": ("Review Country", "Consumer Country", "country", "Pays"),
    "business": ("Webshop Name", "Business Unit Name", "Nom de l'entreprise"),
    "domain": ("Domain Url", "Domain", "Url du domaine"),
    "location": ("Location Name", "Nom de l'établissement"),
    "product": ("Product Name", "product_name", "Nom du produit"),
    "origin": ("Source Of Review", "source", "Source de l'avis"),
}
PATHS = {  # where the API puts the same
    "title": ("title",),
    "author": ("consumer", "displayName"),
    "language": ("language",),
    "country": ("consumer", "countryCode"),
    "business": ("businessUnit", "displayName"),
    "domain": ("businessUnit", "identifyingName"),
    "location": ("location", "name"),
    "product": ("product", "name"),
    "origin": ("source",),
}
KEYS = {"id": "id", "stars": "stars", "date": "createdAt", "text": "text"} | {field: field for field in PATHS}
LISTS = ("reviews", "productReviews")
META = ("country", "location", "product", "origin")


class Trustpilot(FileSource):
    """Service and product reviews: an export of the portal, pages of the API, a folder of them or a glob.

    A review is about the first of `brands` that is its business or its domain, or else about its business. Of one that
    several files hold, the last, by the order of their names, has the word. Reviews that Trustpilot hides are left out.
    """

    kind: Literal["trustpilot"] = "trustpilot"
    in_folders: ClassVar[tuple[str, ...]] = (".csv", ".xlsx", ".ods", ".json", *LINES)
    brands: tuple[str, ...] = ()
    timezone: str = "UTC"

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim reviews of the API by their stars and their consumer, exports by the four columns that none lacks."""
        if {"stars", "consumer", "createdAt"} <= seen.keys:
            return {}
        needed = ({squeeze(name) for name in NAMES[field]} for field in ("id", "stars", "text", "date"))
        return {} if all(names & seen.names for names in needed) else None

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each review, its title before its text, without the company's reply."""
        yield from latest(files_at(self.path, *self.in_folders), self._file)

    def _file(self, path: Path) -> Iterator[Verbatim | RowError]:
        if path.suffix.lower() in (".json", *LINES):
            items = reviews_in(path, self.encoding, _reviews, _row)
            yield from build(items, partial(self._verbatims, KEYS), shown=["title", "text"])
            return
        content = open_rows(path, encoding=self.encoding, longest=None)
        names = named_columns(path.name, content.columns, NAMES, wanted=("id", "stars", "text", "date"))
        rows = keep(content.rows, {column: column for column in names.values()})
        shown = [names[field] for field in ("title", "text") if field in names]
        yield from build(rows, partial(self._verbatims, names), shown=shown)

    def _verbatims(self, names: Mapping[str, str], row: Row) -> list[Verbatim]:
        if error := too_long(row, LONGEST):
            raise error
        cells = {field: row.cells[column].strip() for field, column in names.items()}
        business, domain = cells.get("business", ""), cells.get("domain", "")
        site = domain.rpartition("://")[2].removeprefix("www.").partition(".")[0]
        return [
            Verbatim(
                source=self.name,
                channel="review",
                external_id=identifier(row, names["id"]),
                text=titled(cells.get("title", ""), cells["text"]),
                language=cells.get("language") or None,
                created_at=moment(row, names["date"], timezone=self.timezone),
                author=cells.get("author") or None,
                brand=brand_named((business, domain, site), self.brands) or self.brand or business or None,
                scores=Scores(stars=score(row, names["stars"], 1, 5)),
                meta={field: cells[field] for field in META if cells.get(field)},
            )
        ]


def _reviews(content: dict[str, Any]) -> list[Any]:
    """Give the reviews of a page, or the only one."""
    reviews = next((content[key] for key in LISTS if key in content), [content])
    return reviews if isinstance(reviews, list) else [reviews]


def _row(review: Any, line: int, file: str) -> Row | None:
    """Give the row of a review of the API, None if it is hidden; raises its error if what each has is missing."""
    if not isinstance(review, dict):
        raise Row(line, {}, file).error("un avis {…} est attendu ici : exportez-le à nouveau")
    item = f"avis {review.get('id') or 'sans id'}"
    if "text" not in review:  # as product reviews call it
        review = review | {"text": review["content"]} if "content" in review else review
    row = pick(review, ("id", "stars", "createdAt"), line=line, file=file, item=item)
    if "text" not in review:
        raise row.error("il manque « text » : exportez-le à nouveau, entier")
    row.cells.update({field: inner(review, *keys) for field, keys in PATHS.items()}, text=as_text(review["text"]))
    town, _, country = inner(review, "consumer", "displayLocation").rpartition(", ")
    if not row.cells["country"] and town and len(country) == 2:
        row.cells["country"] = country
    return None if inner(review, "reportData", "reviewVisibility") == "hidden" else row
