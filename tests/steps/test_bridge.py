from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from listening.codebook import Codebook
from listening.errors import StoreError
from listening.records import Reading, Segment, Tag, Verbatim
from listening.steps.bridge import bridge, publish_bridge
from listening.steps.runs import running
from listening.store import schema
from listening.store.store import Pending, Store

Revised = Callable[..., Codebook]
A, B, C, D = "effort.attente", "effort.web", "prix.niveau", "prix.clarte"
MERGED = {A: (), B: (), "prix.tout": (C, D)}


def tagged(store: Store, plan: Codebook, codes: dict[str, float], *, model: str = "m@1", read: str = "abc") -> None:
    """Store a reading of each of these texts by a model under a plan, that gives them all these codes."""
    posts = {name: Verbatim(source="s", channel="survey", external_id=name, text=name, language="fr") for name in read}
    facts = {"thresholds": {A: 0.5, C: 0.5, D: 0.5, "prix.tout": 0.8}}
    with running(store, "tag", model=model, codebook=plan.reference, configuration=facts) as run:
        store.add_verbatims(list(posts.items()), run)
        tags = tuple(
            Tag(code=code, probability=score, polarity="negatif", polarity_probability=0.9, start=0, stop=1)
            for code, score in codes.items()
        )
        reading = Reading(sentiment={"negatif": 0.8, "neutre": 0.1, "positif": 0.1}, tags=tags)
        rows = [(Pending(one.version, one.text, None), [Segment(0, 1, one.text)], reading) for one in posts.values()]
        store.add_readings(rows, model=model, codebook=plan.reference, run=run)


def counts(store: Store, old: Codebook, new: Codebook) -> dict[str, tuple[int, int]]:
    found, _, _ = bridge(store, old, new)
    rows = found.lines[(found.lines["dimension"] == "ensemble") & (found.lines["kind"].isin(["merged", "kept"]))]
    return {
        " ".join(row["new"]): (int(row["count_old"]), int(row["count_new"]))
        for row in rows.to_dict("records")
        if row["level"] == "code"
    }


def test_bridge_reads_each_version_with_the_thresholds_that_it_was_tagged_with(
    store: Store, codebook: Codebook, revised: Revised
) -> None:
    new = revised(MERGED)
    tagged(store, codebook, {A: 0.6, C: 0.4, D: 0.7})
    tagged(store, new, {A: 0.4, "prix.tout": 0.9})
    assert counts(store, codebook, new) == {A: (3, 0), B: (0, 0), "prix.tout": (3, 3)}


def test_bridge_takes_the_model_that_tagged_under_both_versions(
    store: Store, codebook: Codebook, revised: Revised
) -> None:
    new = revised(MERGED)
    tagged(store, codebook, {A: 0.9}, model="m@1")
    tagged(store, codebook, {C: 0.9}, model="m@2")
    tagged(store, new, {A: 0.9}, model="m@1+ajouts")
    found, lineage, warnings = bridge(store, codebook, new)
    assert "m@1, exécution" in lineage["Plan d'avant"]
    assert "m@1+ajouts, exécution" in lineage["Plan d'après"]
    assert (warnings, found.base) == ([], 3)


@pytest.mark.parametrize(
    ("model", "read", "warning"),
    [
        ("m@2", "abc", r"Le modèle a changé aussi \(m@1, puis m@2\)"),
        ("m@1", "de", "Aucun verbatim n'a été lu sous les deux versions"),
    ],
)
def test_bridge_warns_of_what_spoils_the_comparison(
    store: Store, codebook: Codebook, revised: Revised, model: str, read: str, warning: str
) -> None:
    tagged(store, codebook, {A: 0.9})
    tagged(store, revised(MERGED), {A: 0.9}, model=model, read=read)
    (said,) = bridge(store, codebook, revised(MERGED))[2]
    assert said.startswith(warning.replace("\\", ""))


def test_bridge_without_tags_under_a_version_says_what_to_do(
    store: Store, codebook: Codebook, revised: Revised
) -> None:
    tagged(store, codebook, {A: 0.9})
    with pytest.raises(StoreError, match=r"rien n'y est codé sous essai@2 ; nommez ce plan dans la configuration"):
        bridge(store, codebook, revised(MERGED))


def test_publish_bridge_writes_a_page_and_tables_and_records_them(
    store: Store, codebook: Codebook, revised: Revised, tmp_path: Path
) -> None:
    new = revised(MERGED)
    tagged(store, codebook, {A: 0.9})
    tagged(store, new, {A: 0.9})
    page = publish_bridge(store, *bridge(store, codebook, new), tmp_path / "sorties")
    names = ["raccord.csv", "raccord.html", "raccord_codes.csv"]
    assert sorted(file.name for file in page.parent.iterdir()) == names
    with store.transaction() as connection:
        exports = connection.execute(select(schema.exports)).all()
        (run,) = connection.execute(select(schema.runs).where(schema.runs.c.step == "bridge")).all()
        kept = connection.execute(select(schema.codebooks.c.reference).order_by(schema.codebooks.c.reference)).all()
    assert sorted(Path(row.path).name for row in exports) == names
    assert {(row.run, tuple(row.versions)) for row in exports} == {(run.id, ())}
    assert [row.reference for row in kept] == ["essai@1", "essai@2"]
    assert run.status == "completed"
