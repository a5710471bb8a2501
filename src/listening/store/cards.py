"""A card for each current verbatim: what it is found and counted by, in so few bytes that a million are gone through.

Cards are made from the tables, for one model, codebook and thresholds at a time, and can be made again at any moment.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Table, and_, case, delete, func, insert, select, update

from listening.records import POLARITIES, Polarity
from listening.store import schema
from listening.store.engine import upsert
from listening.store.turns import claim

if TYPE_CHECKING:
    from listening.store.store import Store

BATCH = 2000  # cards made in a transaction
FIRST = 0x100  # the character that stands for the first code in the first tone
MARK = ","  # between the verbatims of a cell, none of those characters
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNDATED = -(2**62)  # before all dates
CARDS, CELLS, DECK = schema.cards, schema.cells, schema.deck
TEXTS, READINGS, TAGS = schema.verbatims, schema.readings, schema.tags
PLACE = ("source", "channel", "wave", "brand", "weight")


@dataclass(frozen=True)
class Origin:
    """Whose tags the cards tell: a model's under a codebook, each from the threshold of its code on."""

    model: str
    codebook: str
    thresholds: Mapping[str, float]

    def characters(self, codes: Collection[str] = (), polarity: str = "") -> str:
        """Give the characters that stand for some codes, or for all, in one tone or in any."""
        asked = [code for code in self.thresholds if not codes or code in codes]
        tones = [name for name in POLARITIES if not polarity or name == polarity]
        return "".join(self.character(code, tone) for code in asked for tone in tones)

    def character(self, code: str, polarity: Polarity) -> str:
        """Give the character that stands for a code in a tone."""
        return chr(FIRST + len(POLARITIES) * self.codes.index(code) + POLARITIES.index(polarity))

    def holds(self, code: str, probability: float) -> bool:
        """Tell whether a tag reaches the threshold of its code; one without threshold is not of the codebook."""
        return code in self.thresholds and probability >= self.thresholds[code]

    def of(self, table: Table) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """Keep the rows, of readings or of tags, that it gave."""
        return table.c.model == self.model, table.c.codebook == self.codebook

    def read(self, table: Table, versions: Collection[str]) -> ColumnElement[bool]:
        """Keep the rows, of readings or of tags, that it gave some versions."""
        return and_(table.c.version.in_(versions), *self.of(table))

    @cached_property
    def codes(self) -> list[str]:
        """The codes in the order of their characters."""
        return sorted(self.thresholds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The verbatims of one place and weight that were read: `carried` has the characters of each, MARK between them."""

    source: str
    channel: str
    wave: str | None
    brand: str | None
    weight: float
    first: datetime | None
    last: datetime | None
    carried: str


def prepare(store: Store, origin: Origin, *, advance: Callable[[int], None] = lambda rows: None) -> None:
    """Make the cards of this origin, where they are those of another; several programs may do so at once."""
    with store.transaction() as connection:
        if _deck(connection) == origin and _unfinished(connection) is None:
            return
    _adopt(store, origin)
    while done := _make_some(store, origin):
        advance(done)


def make_again(store: Store) -> int:
    """Make all cards again, where there are some; give how many versions that was."""
    with store.transaction() as connection:
        origin = _deck(connection)
        connection.execute(update(DECK).values(made=""))
        connection.execute(delete(CARDS))
    made: list[int] = []
    if origin:
        prepare(store, origin, advance=made.append)
    return sum(made)


def refresh(connection: Connection, versions: Collection[str]) -> None:
    """Make the cards of some versions again, in the transaction that changed what they tell."""
    if not versions or not (deck := _deck(connection)):
        return
    # whoever changes the same verbatims at the same time waits here, and makes their cards after
    claim(connection, TEXTS.c.version.in_(versions))
    cards = _made(connection, versions, deck)
    cells = {card["cell"]: dict(zip(PLACE, card.pop("place"), strict=True)) for card in cards}
    # in order: two that add the same ones would else wait for each other
    upsert(connection, CELLS, [{"id": cell} | cells[cell] for cell in sorted(cells)])
    connection.execute(delete(CARDS).where(CARDS.c.version.in_(versions)))
    if cards:
        connection.execute(insert(CARDS), cards)


def refresh_places(connection: Connection, places: Collection[str]) -> None:
    """Make the cards of all versions of some verbatims again, by the ids of these."""
    refresh(connection, connection.scalars(select(TEXTS.c.version).where(TEXTS.c.id.in_(places))).all())


def carrying(connection: Connection, origin: Origin, codes: Collection[str], polarity: str) -> ColumnElement[bool]:
    """Keep the cards that carry one of some codes, or of all, in a tone or in any."""
    characters = origin.characters(codes, polarity)
    if not characters:
        return CARDS.c.tones == MARK
    if connection.dialect.name == "sqlite":
        return CARDS.c.tones.op("GLOB")(f"*[{characters}]*")
    return CARDS.c.tones.op("~")(f"[{characters}]")


def cells(store: Store) -> list[Cell]:
    """Give all verbatims that were read, cell by cell: what they carry is counted from so few rows at once."""
    dated = case((CARDS.c.moment > UNDATED, CARDS.c.moment))
    held = func.aggregate_strings(CARDS.c.tones, MARK)
    some = (
        select(CARDS.c.cell, func.min(dated).label("first"), func.max(dated).label("last"), held.label("carried"))
        .where(CARDS.c.sentiment.is_not(None))
        .group_by(CARDS.c.cell)
        .subquery()
    )
    query = select(*(CELLS.c[name] for name in PLACE), some.c.first, some.c.last, some.c.carried)
    with store.transaction() as connection:
        rows = connection.execute(query.join(some, some.c.cell == CELLS.c.id).order_by(CELLS.c.id)).mappings()
        return [Cell(**dict(row) | {"first": _time(row["first"]), "last": _time(row["last"])}) for row in rows]


def moment(created_at: datetime | None) -> int:
    """Give a moment as cards keep it: microseconds since 1970, UNDATED where there is none.

    >>> moment(datetime(1970, 1, 1, 0, 0, 2, tzinfo=UTC))
    2000000
    """
    return UNDATED if created_at is None else (created_at - EPOCH) // timedelta(microseconds=1)


def outdated(store: Store) -> Iterator[str]:
    """Give the versions whose card is not what the tables say; none before all cards are made."""
    with store.snapshot() as connection:
        deck = _deck(connection)
        if deck is None or _unfinished(connection) is not None:
            return
        known = select(TEXTS.c.version).where(TEXTS.c.current).union(select(CARDS.c.version)).subquery()
        for versions in connection.scalars(select(known.c.version)).partitions(BATCH):
            query = select(CARDS, *(CELLS.c[name] for name in PLACE)).outerjoin(CELLS, CELLS.c.id == CARDS.c.cell)
            rows = connection.execute(query.where(CARDS.c.version.in_(versions))).mappings()
            kept = {row["version"]: dict(row) for row in rows}
            made = {
                card["version"]: card | dict(zip(PLACE, card.pop("place"), strict=True))
                for card in _made(connection, versions, deck)
            }
            yield from (one for one in versions if kept.get(one) != made.get(one))


def _adopt(store: Store, origin: Origin) -> None:
    """Make an origin that of all cards, unless it is, once nobody writes those of another any more."""
    facts = {"model": origin.model, "codebook": origin.codebook, "thresholds": dict(origin.thresholds)}
    with store.alone() as connection:
        if _deck(connection) != origin:
            upsert(connection, DECK, [{"id": 1, "made": ""} | facts])


def _deck(connection: Connection) -> Origin | None:
    row = connection.execute(select(DECK.c.model, DECK.c.codebook, DECK.c.thresholds)).first()
    return Origin(*row) if row else None


def _unfinished(connection: Connection) -> str | None:
    """Give the version up to which cards are made, None when all are."""
    return connection.scalar(select(DECK.c.made))


def _make_some(store: Store, origin: Origin) -> int:
    with store.writing() as connection:
        # whoever makes cards at the same time waits here, then goes on from where this one stopped
        connection.execute(update(DECK).values(id=1))
        made = _unfinished(connection)
        if made is None or _deck(connection) != origin:
            return 0
        following = select(TEXTS.c.version).where(TEXTS.c.version > made).order_by(TEXTS.c.version).limit(BATCH)
        versions = connection.scalars(following).all()
        refresh(connection, versions)
        connection.execute(update(DECK).values(made=versions[-1] if versions else None))
        return len(versions)


def _made(connection: Connection, versions: Collection[str], deck: Origin) -> list[dict[str, Any]]:
    """Give the cards of those of some versions that are current, each with its `place`."""
    facts = (TEXTS.c[name] for name in ("version", "created_at", "flags", *PLACE))
    texts = select(*facts).where(TEXTS.c.version.in_(versions), TEXTS.c.current)
    moods = select(READINGS.c.version, *(READINGS.c[name] for name in POLARITIES))
    tags = select(TAGS.c.version, TAGS.c.code, TAGS.c.polarity, TAGS.c.probability)
    sentiments = {
        version: POLARITIES[scores.index(max(scores))]
        for version, *scores in connection.execute(moods.where(deck.read(READINGS, versions)))
    }
    tones: dict[str, list[str]] = {}
    for version, code, polarity, probability in connection.execute(tags.where(deck.read(TAGS, versions))):
        if deck.holds(code, probability):
            tones.setdefault(version, []).append(deck.character(code, polarity))
    return [
        {
            "moment": moment(created_at),
            "version": version,
            "cell": _number(place),
            "flagged": bool(flags),
            "sentiment": sentiments.get(version),
            "tones": "".join(sorted(tones.get(version, ()))),
            "place": place,
        }
        for version, created_at, flags, *place in connection.execute(texts)
    ]


def _number(place: list[Any]) -> int:
    """Give the name of a cell: 64 bits of a hash."""
    return int.from_bytes(blake2b(repr(place).encode(), digest_size=8).digest(), signed=True)


def _time(kept: int | None) -> datetime | None:
    return None if kept is None else EPOCH + timedelta(microseconds=kept)
