"""Reviews of Google Business Profile (formerly My Business), as its API or Google Takeout gives them, in JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

from listening.errors import RowError
from listening.records import Scores, Verbatim
from listening.sources.base import FileSource, build
from listening.sources.cells import moment, score
from listening.sources.json_items import LINES
from listening.sources.opening import files_at
from listening.sources.reviews import inner, latest, reviews_in
from listening.sources.rows import LONGEST, Row, as_text, pick, too_long
from listening.sources.seen import Seen

STARS = {"ONE": "1", "TWO": "2", "THREE": "3", "FOUR": "4", "FIVE": "5", "STAR_RATING_UNSPECIFIED": ""}
PAGE = {"reviews", "locationReviews", "averageRating", "totalReviewCount", "nextPageToken"}
TRANSLATED = r"\((?:Translated by|Traduit par) Google\)"
ORIGINAL = r"\((?:Original|Avis d['’]origine)\)"
ENVELOPES = (  # the original after its translation, on its own line or not, or before it
    re.compile(rf"\s*{TRANSLATED}.*?\n[ \t]*{ORIGINAL}[ \t]*\n(.*)", re.DOTALL),
    re.compile(rf"\s*{TRANSLATED}.*?\s{ORIGINAL}\s(.*)", re.DOTALL),
    re.compile(rf"(.*\S)\s+{TRANSLATED}.*", re.DOTALL),
)
ALONE = re.compile(rf"\s*{TRANSLATED}")
LOCATION = re.compile(r"(?:^|/)locations/([^/]+)")


class GoogleBusiness(FileSource):
    """Reviews of a business: pages of the API, the ``reviews*.json`` of Takeout, a folder of them or a glob.

    Of a text that Google translated, the original is given; where only the translation is left, it is, and `meta` says
    ``translated``. Of a review that several files hold, the last, by the order of their names, has the word.
    """

    kind: Literal["google-business"] = "google-business"
    in_folders: ClassVar[tuple[str, ...]] = (".json", *LINES)

    @classmethod
    def recognise(cls, seen: Seen) -> dict[str, Any] | None:
        """Claim reviews whose stars are words, with the date that the API gives."""
        return {} if {"starRating", "createTime"} <= seen.keys else None

    def verbatims(self) -> Iterator[Verbatim | RowError]:
        """Give a verbatim for each review, without the owner's reply."""
        yield from latest(files_at(self.path, *self.in_folders), self._file)

    def _file(self, path: Path) -> Iterator[Verbatim | RowError]:
        rows = reviews_in(path, self.encoding, _reviews, _row)
        yield from build(rows, self._verbatims, shown=["comment"])

    def _verbatims(self, row: Row) -> list[Verbatim]:
        if error := too_long(row, LONGEST):
            raise error
        cells = row.cells
        text, translated = original(cells["comment"])
        meta = {"location": cells["location"], "translated": "google" if translated else ""}
        return [
            Verbatim(
                source=self.name,
                channel="review",
                external_id=cells["id"],
                text=text,
                created_at=moment(row, "createTime", timezone=self.timezone),
                author=cells["author"] or None,
                brand=self.brand,
                scores=Scores(stars=score(row, "starRating", 1, 5)),
                meta={key: value for key, value in meta.items() if value},
            )
        ]


def original(comment: str) -> tuple[str, bool]:
    """Give what the customer wrote, and whether only Google's translation of it is left.

    >>> original("(Translated by Google) Very good\\n\\n(Original)\\nTrès bon")
    ('Très bon', False)
    >>> original("Très bon\\n\\n(Translated by Google)\\nVery good")
    ('Très bon', False)
    """
    if match := next(filter(None, (envelope.match(comment) for envelope in ENVELOPES)), None):
        return match[1].strip(), False
    if match := ALONE.match(comment):
        return comment[match.end() :].strip(), True
    return comment.strip(), False


def _reviews(content: dict[str, Any]) -> list[Any]:
    """Give the reviews of a page, or the only one; `batchGetReviews` wraps each with the name of its location."""
    if not content.keys() <= PAGE:
        return [content]
    found: list[Any] = []
    for reviews in (content.get("reviews"), content.get("locationReviews")):
        found += reviews if isinstance(reviews, list) else [] if reviews is None else [reviews]
    return found


def _row(review: Any, line: int, file: str) -> Row:
    """Give the row of a review; raises its error if what every review has is missing."""
    review = review.get("review", review) if isinstance(review, dict) else review
    name = inner(review, "name")
    identity = inner(review, "reviewId") or name.rpartition("/reviews/")[2]
    if not identity:
        raise Row(line, {}, file).error(
            "ni « reviewId » ni « name », ce n'est pas un avis : donnez les seuls fichiers « reviews*.json »"
        )
    row = pick(review, ("starRating", "createTime"), line=line, file=file, item=f"avis {identity}")
    stars, location = row.cells["starRating"], LOCATION.search(name)
    anonymous = inner(review, "reviewer", "isAnonymous") == "True"
    row.cells.update(
        id=identity,
        comment=as_text(review.get("comment")),
        starRating=STARS.get(stars.upper(), stars),
        author="" if anonymous else inner(review, "reviewer", "displayName").strip(),
        location=location[1] if location else "",
    )
    return row
