from dataclasses import replace
from datetime import UTC, datetime, timedelta

from listening.records import CodeVerdict, Verdict
from listening.store.decided import Place
from listening.training.corpus import Example, GoldTag
from listening.training.translate import Translation
from listening.training.verdicts import Decided, decided, part

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
PLACE = Place(
    version="v1",
    text="Trop cher",
    question="Pourquoi ?",
    channel="survey",
    source="avis",
    stars=2.0,
    group="v1",
    drawn=0.25,
)
VERDICT = Verdict(
    id="1",
    verbatim="p1",
    version="v1",
    coder="lea",
    at=MONDAY,
    codebook="c@1",
    sentiment="negatif",
    codes=(CodeVerdict(code="a.x", polarity="negatif", start=5, stop=9), CodeVerdict(code="b.y", polarity="neutre")),
)

SAME = Translation(names={"a.x": "a.x"}, joined=(), unsure=())


def one(rank: int, *, drawn: float | None = None, text: str = "", group: str = "") -> Decided:
    """A decision of day `rank`."""
    example = Example(id=f"v{rank}", text=text or f"Texte {rank}", tags=(), natural=drawn is not None)
    at = MONDAY + timedelta(days=rank)
    return Decided(example=example, at=at, group=group or f"v{rank}", drawn=drawn, blind=True)


def test_decided_gives_a_verdict_as_an_example() -> None:
    (found,) = decided([VERDICT], {"v1": PLACE}, ["a.x"])
    assert found.example == Example(
        id="v1",
        text="Trop cher",
        question="Pourquoi ?",
        tags=(GoldTag("a.x", "negatif", 5, 9),),
        sentiment="negatif",
        stars=-0.5,
        natural=True,
        domain="avis",
        channel="survey",
    )
    assert (found.drawn, found.at) == (0.25, MONDAY)


def test_decided_leaves_out_what_coders_dispute_take_back_skip_or_what_is_gone() -> None:
    other = replace(VERDICT, id="2", coder="max", sentiment="positif")
    assert decided([VERDICT, other], {"v1": PLACE}, ["a.x"]) == []
    assert decided([replace(VERDICT, state="skipped")], {"v1": PLACE}, ["a.x"]) == []
    undone = replace(VERDICT, id="3", state="undone", undoes="1", at=MONDAY + timedelta(days=1))
    assert decided([VERDICT, undone], {"v1": PLACE}, ["a.x"]) == []
    assert decided([VERDICT], {}, ["a.x"]) == []
    settled = replace(VERDICT, id="4", coder="eva", origin="adjudication", at=MONDAY + timedelta(days=1))
    assert len(decided([VERDICT, other, settled], {"v1": PLACE}, ["a.x"])) == 1


def test_part_judges_by_the_last_audits_and_learns_from_what_came_before() -> None:
    found = [one(rank, drawn=0.5 if rank % 2 else None) for rank in range(20)]
    lessons = part(found, [], translation=SAME, share=0.3)
    assert [each.example.id for each in lessons.judged] == ["v15", "v17", "v19"]
    assert [each.id for each in lessons.learnt] == [f"v{rank}" for rank in range(15)]
    assert lessons.turn == MONDAY + timedelta(days=15)
    assert lessons.left_out["décisions récentes hors contrôle au hasard"] == 2


def test_part_keeps_no_gold_and_learns_nothing_that_repeats_a_judged_text() -> None:
    found = [
        one(0, text="Trop CHER !"),
        one(1, text="Texte  9"),
        one(2, group="v9"),
        one(3),
        *(one(rank, drawn=1.0) for rank in (8, 9)),
    ]
    lessons = part(found, [Example(id="g", text="trop cher")], translation=SAME, share=0.5)
    assert [each.example.id for each in lessons.judged] == ["v9"]
    assert [each.id for each in lessons.learnt] == ["v3", "v8"]
    assert list(lessons.left_out.values()) == [1, 2, 0]


def test_part_splits_by_id_what_came_at_one_moment() -> None:
    found = [replace(one(rank, drawn=1.0), at=MONDAY) for rank in range(10)]
    lessons = part(found, [], translation=SAME, share=0.3)
    assert [each.example.id for each in lessons.judged] == ["v7", "v8", "v9"]
    assert (len(lessons.learnt), lessons.turn) == (7, MONDAY)


def test_part_finds_near_copies_of_gold_and_of_judged_texts() -> None:
    long = "j'attends mon remboursement depuis trois mois et personne ne me répond au téléphone"
    other = "le vendeur a pris le temps de m'expliquer chaque option de mon nouveau contrat"
    texts = (f"Bonjour, {long} !", f"{other}, merci", "Trop cher", other)
    found = [one(rank, drawn=1.0, text=text) for rank, text in enumerate(texts)]
    lessons = part(found, [Example(id="g", text=long)], translation=SAME, share=0.3)
    assert [each.example.id for each in lessons.judged] == ["v3"]
    assert [each.id for each in lessons.learnt] == ["v2"]
    assert list(lessons.left_out.values()) == [1, 1, 0]


def carrying(rank: int, *codes: str, drawn: float | None = None) -> Decided:
    """A decision of day `rank` that gives these codes."""
    plain = one(rank, drawn=drawn)
    tags = tuple(GoldTag(code, "negatif", 0, 5) for code in codes)
    return replace(plain, example=replace(plain.example, tags=tags))


def test_part_learns_in_the_codes_of_the_engine_and_judges_in_those_of_the_plan() -> None:
    found = [carrying(0, "a.neuf"), carrying(1, "a.neuf", drawn=1.0), carrying(2, "a.neuf", drawn=1.0)]
    renamed = Translation(names={"a.neuf": "a.x"}, joined=(), unsure=("b.y",))
    lessons = part(found, [], translation=renamed, share=0.5)
    assert [[tag.code for tag in each.tags or ()] for each in lessons.learnt] == [["a.x"], ["a.x"]]
    assert {each.unsure for each in lessons.learnt} == {("b.y",)}
    assert [tag.code for each in lessons.judged for tag in each.example.tags or ()] == ["a.neuf"]


def test_part_counts_the_codes_that_are_not_learnt_by_reason() -> None:
    found = [carrying(0, "b.y"), carrying(1, "b.y", "a.z", "a.x", "c.tout")]
    joined = Translation(names={"a.x": "a.x"}, joined=("c.tout",), unsure=("c.un", "c.deux"))
    reasons = list(part(found, [], translation=joined, share=0.3).left_out.items())[-2:]
    assert [(reason.split(" : ")[1], number) for reason, number in reasons] == [("c.tout", 1), ("a.z, b.y", 3)]


def test_part_without_audit_judges_by_nothing() -> None:
    lessons = part([one(0), one(1)], [], translation=SAME, share=0.3)
    assert (len(lessons.learnt), lessons.judged, lessons.turn) == (2, (), None)
