import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from listening.records import CodeVerdict, Tag, Verdict
from listening.report.trace import print_trace
from listening.store.audit import AuditLine
from listening.store.lineage import Export
from listening.store.queue import QueueItem
from listening.store.traces import State, Trace, TracedReading

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = "[Appelée] trop tard."
TAGS = [
    Tag(code=code, probability=probability, polarity="negatif", polarity_probability=0.9, start=9, stop=19)
    for code, probability in (("a.b", 0.9), ("a.c", 0.3))
]
STATE = State(
    version="v1",
    source="s",
    external_id="17",
    text=TEXT,
    facts={"stars": 2.0, "weight": 1.0, "meta": {"region": "Nord"}},
    run="r1",
    since=NOON,
    until=NOON,
    ended_by="r4",
    deleted_at=NOON,
)
READING = TracedReading(
    version="v1",
    model="m@1",
    codebook="c@1",
    run="r2",
    at=NOON,
    sentiment={"negatif": 0.8, "neutre": 0.1, "positif": 0.1},
    tags=TAGS,
    held=frozenset({"a.b"}),
)
VERDICT = Verdict(id="w", verbatim="p1", version="v1", coder="lise", at=NOON, codebook="c@1", sentiment="negatif")
LINE = AuditLine(sequence=1, at=NOON, actor="lise", action="forget", subject="p1", detail={}, previous="0", hash="1")
NOTHING: dict[str, Any] = dict.fromkeys(("states", "readings", "asked", "verdicts", "exports", "lines"), ())


def printed(**parts: object) -> str:
    stream = io.StringIO()
    print_trace(Trace(id="p1", **NOTHING | parts), Console(file=stream, width=60))
    return stream.getvalue().replace("\xa0", " ")


@pytest.mark.parametrize(
    ("part", "value", "expected"),
    [
        ("states", STATE, "depuis le 1er mars 2026 à 13 h 00 (r1), jusqu'au 1er mars 2026 à 13 h 00 (r4) : version v1"),
        ("states", STATE, f"s, 17 : « {TEXT} »"),
        ("states", STATE, "  Étoiles 2, region Nord\n"),
        ("states", STATE, "retiré par sa source le 1er mars 2026"),
        ("asked", QueueItem(verbatim="p1", version="v1", reason="audit", source="s"), "contrôle au hasard, en attente"),
        ("verdicts", VERDICT, "lise, page, plan c@1 : négatif, aucun code (w)"),
        ("verdicts", replace(VERDICT, state="skipped"), ": passé"),
        ("exports", Export(kind="report", path="/a.html", sha256="ff", versions=(), at=NOON), "/a.html, sha256 ff"),
        ("lines", LINE, "le 1er mars 2026 à 13 h 00, lise : effacement"),
        ("lines", replace(LINE, action="xlsx"), "lise : décision, classeur"),
        ("lines", replace(LINE, action="carried"), "lise : décision, repris du plan précédent"),
    ],
)
def test_trace_is_told_in_sentences(part: str, value: object, expected: str) -> None:
    assert expected in printed(**{"states": [STATE], part: [value]})


def test_trace_marks_tags_below_their_threshold() -> None:
    told = printed(states=[STATE], readings=[READING])
    assert "a.b 0,90, négatif : « trop tard »" in told
    assert "a.c 0,30, sous le seuil, négatif" in told


def test_trace_names_the_codes_that_people_gave() -> None:
    codes = (CodeVerdict(code="a.b", polarity="negatif"), CodeVerdict(code="a.c", polarity="positif"))
    assert "a.b (négatif) et a.c (positif)" in printed(states=[STATE], verdicts=[replace(VERDICT, codes=codes)])


def test_trace_of_what_was_erased_says_so() -> None:
    assert "Ses mots ne sont plus dans la base." in printed(lines=[LINE])
