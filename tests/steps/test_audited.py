from datetime import UTC, datetime
from typing import Any

import pytest

from listening.codebook import Codebook
from listening.records import CodeVerdict, Reading, Run, Tag, Verbatim, Verdict
from listening.steps.audited import audited
from listening.store.queue import QueueItem, add_items
from listening.store.store import Store
from listening.store.verdicts import add_verdicts
from listening.tagging.abstain import Scored

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(id="r1", step="tag", started_at=NOON, model="m@1", codebook="essai@1")
PRICE = CodeVerdict(code="prix.niveau", polarity="negatif")
POSTS = [
    Verbatim(source="avis", channel="review", external_id=str(rank), text=f"Texte {rank}", language="fr")
    for rank in range(10)
]


class Told:
    """An engine that read already."""

    model = "m@1"
    codes = ("prix.niveau",)
    thresholds: dict[str, float] = {"prix.niveau": 0.5}  # noqa: RUF012
    held_out: dict[str, Scored] = {}  # noqa: RUF012

    def tag(self, texts: Any, questions: Any = None) -> list[Reading]:
        raise NotImplementedError


@pytest.fixture
def drawn(store: Store) -> Store:
    """Ten verbatims, all of them negative and about prices for the model, four of which the audit drew."""
    store.add_verbatims([(one.version, one) for one in POSTS], RUN)
    tag = Tag(code="prix.niveau", probability=0.9, polarity="negatif", polarity_probability=1.0, start=0, stop=4)
    reading = Reading(sentiment={"negatif": 0.7, "neutre": 0.2, "positif": 0.1}, tags=(tag,))
    pending = store.pending("m@1", "essai@1", limit=99)
    store.add_readings([(one, [], reading) for one in pending], model="m@1", codebook="essai@1", run=RUN)
    place = [{"verbatim": one.id, "version": one.version, "source": "avis"} for one in POSTS]
    items = [QueueItem(**one, reason="audit", probability=0.4) for one in place[:4]]  # type: ignore[arg-type]
    add_items(store, [*items, QueueItem(**place[0], reason="asked"), QueueItem(**place[9], reason="asked")], RUN)  # type: ignore[arg-type]
    return store


def say(store: Store, rank: int, coder: str, *codes: CodeVerdict, **facts: Any) -> None:
    given = {"codebook": "essai@1", "sentiment": "negatif", "blind": True} | facts
    place = {"verbatim": POSTS[rank].id, "version": POSTS[rank].version}
    add_verdicts(store, [Verdict(id=f"{coder}{rank}", coder=coder, at=NOON, codes=codes, **place, **given)])


def found(store: Store, codebook: Codebook) -> dict[str, Any]:
    return {row["key"]: row for row in audited(store, Told(), codebook).to_dict("records")}


def test_audited_sets_what_people_say_beside_the_model(drawn: Store, codebook: Codebook) -> None:
    for rank in range(4):
        say(drawn, rank, "lea", *([PRICE] if rank == 3 else []))
    say(drawn, 9, "lea", PRICE)  # not drawn: it says nothing of the others
    say(drawn, 8, "lea", PRICE, codebook="essai@0")
    price = found(drawn, codebook)["prix.niveau"]
    assert (price["model"], price["share"], price["base"], price["drawn"]) == (1.0, 0.25, 4, 4)
    assert price["differs"]
    assert found(drawn, codebook)["negatif"]["share"] == 1.0


def test_audited_halves_what_two_dispute_until_somebody_decides(drawn: Store, codebook: Codebook) -> None:
    for rank in range(4):
        say(drawn, rank, "lea", *([PRICE] if rank == 3 else []))
    say(drawn, 3, "momo")
    assert found(drawn, codebook)["prix.niveau"]["share"] == 0.125
    say(drawn, 3, "chef", PRICE, origin="adjudication")
    assert found(drawn, codebook)["prix.niveau"]["share"] == 0.25


def test_audited_goes_by_blind_verdicts_and_counts_the_others(drawn: Store, codebook: Codebook) -> None:
    for rank in range(3):
        say(drawn, rank, "lea", *([PRICE] if rank == 0 else []))
    say(drawn, 0, "momo", blind=False)  # who saw tags does not halve what lea said
    say(drawn, 3, "momo", PRICE, blind=False)
    price = found(drawn, codebook)["prix.niveau"]
    assert (price["base"], price["aside"], price["swayed"]) == (3, 1, False)
    assert price["share"] == pytest.approx(0.25)  # the pressing one stands for itself, a fourth


def test_audited_without_blind_verdict_is_marked(drawn: Store, codebook: Codebook) -> None:
    for rank in range(4):
        say(drawn, rank, "lea", PRICE, blind=False)
    price = found(drawn, codebook)["prix.niveau"]
    assert (price["base"], price["aside"], price["swayed"], price["share"]) == (4, 0, True, 1.0)


def test_audited_without_verdict_corrects_nothing(drawn: Store, codebook: Codebook) -> None:
    price = found(drawn, codebook)["prix.niveau"]
    assert (price["model"], price["base"], price["differs"], price["swayed"]) == (1.0, 0, False, False)
    assert price["share"] != price["share"]


def test_audited_of_an_empty_store_is_unknown(store: Store, codebook: Codebook) -> None:
    price = found(store, codebook)["prix.niveau"]
    assert (price["base"], price["drawn"]) == (0, 0)
