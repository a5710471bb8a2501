"""The records that every step exchanges: `Verbatim`, `Segment`, `Tag`, `Reading`, `RowProblem`, `Run` and a few more.

All are frozen; ids come from content, so that the same input gives the same id and a second run does nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

Channel = Literal["survey", "forum", "social", "review"]
Polarity = Literal["negatif", "neutre", "positif"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
POLARITIES: tuple[Polarity, ...] = get_args(Polarity)


def content_id(*parts: str) -> str:
    """Give the 20-hex-digit id of some content: the same parts always give the same id.

    >>> content_id("enquete", "R_01")
    'c14179cec5bd9c817f09'
    """
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=10).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Closed answers given with a verbatim: NPS 0–10, CSAT 1–5, CES 1–7 (7 = easy), stars 1–5."""

    nps: int | None = None
    csat: int | None = None
    ces: int | None = None
    stars: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbatim:
    """What one person wrote in one place, with its context.

    `external_id` is the source's own id. `author` is the name or handle as read; the store keeps its keyed hash
    only. `parent` is the external id of the post that this one answers, `thread` that of its topic, `repost_of` that of
    the post whose words it repeats, where the source says so. `created_at` carries its time zone. `flags` name what a
    person should look at before the text is shown. `weight` is the survey weight (1.0 = none). `meta` holds further
    closed columns (segment, region…), never free text.
    """

    source: str
    channel: Channel
    external_id: str
    text: str
    question: str | None = None
    language: str | None = None
    created_at: datetime | None = None
    author: str | None = None
    brand: str | None = None
    url: str | None = None
    thread: str | None = None
    parent: str | None = None
    repost_of: str | None = None
    flags: tuple[str, ...] = ()
    scores: Scores = Scores()
    weight: float = 1.0
    wave: str | None = None
    meta: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Id of the place: it stays the same when the text is edited."""
        return content_id(self.source, self.external_id)

    @property
    def version(self) -> str:
        """Id of the content: it changes when the text or the question does."""
        return content_id(self.source, self.external_id, self.text, self.question or "")


@dataclass(frozen=True, slots=True)
class Deletion:
    """A post that its source says was taken back, by its author or a moderator, and when, if that is known."""

    external_id: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next reading of a source may begin: all that came before it has been given."""

    value: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence or clause of a text: `text[start:stop]`."""

    start: int
    stop: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One code read in a text, with its polarity, and the words `text[start:stop]` that show it."""

    code: str
    probability: float
    polarity: Polarity
    polarity_probability: float
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a tagger reads in one text: the probability of each sentiment, and its tags, most probable first.

    Tags are scores: those under a code's threshold are kept too, down to the tagger's floor. `rating`, of
    the engines that give one, says how likely 1 or 2 stars, 3, and 4 or 5 are, if its author had to give some: a
    middling rating often goes with a text that only blames.
    """

    sentiment: dict[Polarity, float]
    tags: tuple[Tag, ...]
    rating: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeVerdict:
    """A code that a person gives to a verbatim, with its polarity, and the words that show it, if any were marked."""

    code: str
    polarity: Polarity
    start: int | None = None
    stop: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a person decided on a version of a verbatim; `verbatim` and `version` are ids.

    A verdict is never changed: `undone` ones name in `undoes` the one that they take back, and the last of a coder on a
    verbatim that is not taken back stands. `blind` coders saw neither the tags of `model` nor another's verdict.
    `queue` is the item that asked for it, `probability` that with which an audit drew it (1.0: not drawn).
    """

    id: str
    verbatim: str
    version: str
    coder: str
    at: datetime
    codebook: str
    origin: Literal["web", "xlsx", "adjudication", "carried"] = "web"
    state: Literal["coded", "skipped", "undone"] = "coded"
    blind: bool = False
    sentiment: Polarity | None = None
    codes: tuple[CodeVerdict, ...] = ()
    note: str = ""
    undoes: str | None = None
    queue: str | None = None
    probability: float = 1.0
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """A row that could not be used: where it stood, why, and what it held, scrubbed.

    `marks` are keyed hashes of its cells: they tell, to who has the key, whether a name is among them.
    """

    source: str
    row: str
    reason: str
    content: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of a step: with what it ran, how many came in and out, how it ended.

    `lineage` says what its results depend on: version of the code, thresholds, inputs, machine.
    """

    id: str
    step: str
    started_at: datetime
    ended_at: datetime | None = None
    status: Literal["running", "completed", "failed", "interrupted"] = "running"
    model: str | None = None
    codebook: str | None = None
    configuration: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    message: str | None = None
    lineage: dict[str, Any] = field(default_factory=dict)
