from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
import xlsxwriter

from listening.codebook import Codebook
from listening.errors import ConfigurationError, StoreError
from listening.records import Reading, Run, Scores, Tag, Verbatim
from listening.sources.workbooks import read_sheet
from listening.steps.forget import find_verbatim, forget
from listening.steps.workbooks import export_workbook, import_workbook
from listening.store.coders import Coder, add_coder
from listening.store.queue import QueueItem, add_items, items_of, open_items
from listening.store.schema import exports
from listening.store.shown import note_shown, shown_to
from listening.store.store import Store
from listening.store.verdicts import verdicts

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(id="r1", step="tag", started_at=NOON, model="m@1", codebook="essai@1", configuration={"thresholds": {}})
POSTS = [
    Verbatim(
        source="avis",
        channel="review",
        external_id=str(rank),
        text=text,
        language="fr",
        created_at=NOON,
        scores=Scores(nps=rank),
    )
    for rank, text in enumerate(["=1+1 trop cher", "Rapide et bien", "Le site rame"])
]
DRAWN, DOUBT, OTHER = (
    QueueItem(
        verbatim=one.id, version=one.version, source="avis", reason=reason, code=code, rank=rank, probability=chance
    )
    for one, reason, code, rank, chance in zip(
        POSTS,
        ("audit", "abstained", "abstained"),
        (None, "effort.attente", "effort.web"),
        (0.1, 0.2, 0.3),
        (0.25, 1.0, 1.0),
        strict=True,
    )
)
SENTIMENT, CODE, POLARITY, DONE, NOTE = 5, 6, 7, 18, 19
CORRECTED = {(2, SENTIMENT): "neutre", (3, DONE): "passer"}
Fill = Callable[..., Path]


@pytest.fixture
def filled(store: Store) -> Store:
    store.start_run(RUN)
    store.add_verbatims([(one.version, one) for one in POSTS], RUN)
    tag = Tag(code="prix.niveau", probability=0.9, polarity="negatif", polarity_probability=1.0, start=0, stop=4)
    reading = Reading(sentiment={"negatif": 0.7, "neutre": 0.2, "positif": 0.1}, tags=(tag,))
    pending = store.pending("m@1", "essai@1", limit=9)
    store.add_readings([(one, [], reading) for one in pending], model="m@1", codebook="essai@1", run=RUN)
    add_items(store, [DRAWN, DOUBT, OTHER], RUN)
    return store


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    """Give a workbook back with other words in some cells, by line and column from 0, then these `lines` of it."""

    def change(
        path: Path, cells: dict[tuple[int, int], str], name: str = "rendu.xlsx", lines: Sequence[int] = ()
    ) -> Path:
        table = [list(row) for _, row in read_sheet(path, "")]
        for (line, column), said in cells.items():
            table[line][column] = said
        table = [table[line] for line in lines or range(len(table))]
        with xlsxwriter.Workbook(tmp_path / name, {"strings_to_formulas": False}) as book:
            sheet = book.add_worksheet()
            for line, row in enumerate(table):
                for column, said in enumerate(row):
                    sheet.write_string(line, column, said)
        return tmp_path / name

    return change


def exported(store: Store, codebook: Codebook, tmp_path: Path, **facts: object) -> tuple[Path, list[list[str]]]:
    path = tmp_path / "a_coder.xlsx"
    export_workbook(store, codebook, path, coder="lea", **facts)  # type: ignore[arg-type]
    return path, [row for _, row in read_sheet(path, "")][2:]


def test_export_workbook_is_blind_and_in_order(filled: Store, codebook: Codebook, tmp_path: Path) -> None:
    _, rows = exported(filled, codebook, tmp_path)
    assert [row[0] for row in rows] == [one.version for one in POSTS]
    assert rows[0][1:SENTIMENT] == ["=1+1 trop cher", "", "avis, 2026-03-01, NPS 0", ""]
    assert not any(cell for row in rows for cell in row[SENTIMENT:])


def test_export_workbook_proposes_tags_but_not_for_the_audit(filled: Store, codebook: Codebook, tmp_path: Path) -> None:
    _, rows = exported(filled, codebook, tmp_path, proposing=True)
    assert [row[0] for row in rows] == [POSTS[1].version, POSTS[2].version]
    assert rows[0][4:8] == ["doute du modèle : Délais", "négatif", "Prix (prix.niveau)", "négatif"]


def test_export_workbook_holds_what_is_asked_for(filled: Store, codebook: Codebook, tmp_path: Path) -> None:
    assert len(exported(filled, codebook, tmp_path, limit=1)[1]) == 1
    assert [row[0] for row in exported(filled, codebook, tmp_path, code="effort.web")[1]] == [POSTS[2].version]
    with pytest.raises(StoreError, match="rien n'attend lea"):
        exported(filled, codebook, tmp_path, source="forum")


def test_export_workbook_is_noted_among_what_went_out(filled: Store, codebook: Codebook, tmp_path: Path) -> None:
    path, _ = exported(filled, codebook, tmp_path, limit=2)
    with filled.transaction() as connection:
        (row,) = connection.execute(exports.select()).mappings()
    assert (row["kind"], row["path"]) == ("workbook", str(path))
    assert row["sha256"] == sha256(path.read_bytes()).hexdigest()
    assert sorted(row["versions"]) == sorted([POSTS[0].version, POSTS[1].version])


def test_import_workbook_adds_verdicts_and_closes_items(
    filled: Store, codebook: Codebook, tmp_path: Path, fill: Fill
) -> None:
    path, _ = exported(filled, codebook, tmp_path)
    cells = {(2, SENTIMENT): "négatif", (2, CODE): "Prix", (2, POLARITY): "négatif"}
    done = import_workbook(filled, codebook, fill(path, cells | {(2, NOTE): "= voir 06 39 98 12 44"}))
    assert (done.added, done.known, done.unfinished, done.problems) == (1, 0, 2, {})
    (verdict,) = verdicts(filled)
    assert (verdict.coder, verdict.origin, verdict.blind, verdict.model) == ("lea", "xlsx", True, None)
    assert [(code.code, code.polarity) for code in verdict.codes] == [("prix.niveau", "negatif")]
    assert verdict.note == "= voir [TÉLÉPHONE]"
    assert (verdict.queue, verdict.probability) == (DRAWN.id, 0.25)
    assert open_items(filled) == [DOUBT, OTHER]
    assert items_of(filled, [DRAWN.version])[DRAWN.version][0].closed_at is not None


def test_erasing_takes_away_the_workbook_that_came_back(
    filled: Store, codebook: Codebook, tmp_path: Path, fill: Fill
) -> None:
    path, _ = exported(filled, codebook, tmp_path)
    back = fill(path, {(2, SENTIMENT): "négatif"})
    import_workbook(filled, codebook, back)
    unfinished = find_verbatim(filled, POSTS[2].version, key=b"essai")
    assert back in forget(filled, unfinished, key=b"essai", actor="essai").removed
    assert not back.exists() and not path.exists()


def test_import_workbook_twice_adds_nothing(filled: Store, codebook: Codebook, tmp_path: Path, fill: Fill) -> None:
    path, _ = exported(filled, codebook, tmp_path)
    first = fill(path, {(2, SENTIMENT): "négatif", (3, DONE): "passer"})
    assert import_workbook(filled, codebook, first).added == 2
    again = import_workbook(filled, codebook, first)
    assert (again.added, again.known) == (0, 2)
    corrected = import_workbook(filled, codebook, fill(path, CORRECTED, "corrige.xlsx"))
    assert (corrected.added, corrected.replaced, corrected.known) == (1, 1, 1)
    assert len(list(verdicts(filled))) == 3  # nothing was written over
    assert import_workbook(filled, codebook, first).added == 1  # and back


def test_import_workbook_of_two_coders_keeps_both(
    filled: Store, codebook: Codebook, tmp_path: Path, fill: Fill
) -> None:
    path, _ = exported(filled, codebook, tmp_path)
    import_workbook(filled, codebook, fill(path, {(2, SENTIMENT): "négatif"}))
    import_workbook(filled, codebook, fill(path, {(2, SENTIMENT): "positif"}), coder="momo")
    assert {one.coder: one.sentiment for one in verdicts(filled)} == {"lea": "negatif", "momo": "positif"}


def test_workbooks_are_of_accounts_that_code_where_there_are_some(
    filled: Store, codebook: Codebook, tmp_path: Path, fill: Fill
) -> None:
    path, _ = exported(filled, codebook, tmp_path)
    back = fill(path, {(2, SENTIMENT): "négatif"})
    add_coder(filled, Coder(name="zoe", role="coder", password="x", created_at=NOON), by="essai")
    with pytest.raises(ConfigurationError, match="aucun compte « lea » ; codent : zoe"):
        exported(filled, codebook, tmp_path)
    with pytest.raises(ConfigurationError, match="aucun compte « lea »"):
        import_workbook(filled, codebook, back)
    assert import_workbook(filled, codebook, back, coder="zoe").added == 1


def test_import_workbook_uses_the_rows_without_fault(
    filled: Store, codebook: Codebook, tmp_path: Path, fill: Fill
) -> None:
    path, _ = exported(filled, codebook, tmp_path)
    cells = {(2, SENTIMENT): "bof", (3, SENTIMENT): "neutre", (4, SENTIMENT): "neutre", (4, 0): "inconnu"}
    done = import_workbook(filled, codebook, fill(path, cells))
    assert done.added == 1
    assert sorted(done.problems) == ["A5", "F3"]
    assert "« inconnu » n'est pas dans la base" in done.problems["A5"]


def test_import_workbook_follows_rows_that_were_moved_deleted_or_left_with_spaces(
    filled: Store, codebook: Codebook, tmp_path: Path, fill: Fill
) -> None:
    path, ((first, *_), _, (third, *_)) = exported(filled, codebook, tmp_path)
    said = {
        (2, SENTIMENT): " négatif ",
        (2, CODE): "Prix (prix.niveau)  ",
        (2, POLARITY): "négatif\n",
        (2, NOTE): "=A1",
    }
    done = import_workbook(filled, codebook, fill(path, said | {(4, SENTIMENT): "positif"}, lines=(0, 1, 4, 2)))
    assert (done.added, done.problems, done.unfinished) == (2, {}, 0)
    found = {one.version: (one.sentiment, [code.code for code in one.codes], one.note) for one in verdicts(filled)}
    assert found == {first: ("negatif", ["prix.niveau"], "=A1"), third: ("positif", [], "")}


def test_import_workbook_refuses_an_id_beside_another_text(
    filled: Store, codebook: Codebook, tmp_path: Path, fill: Fill
) -> None:
    path, ((first, *_), (second, *_), _) = exported(filled, codebook, tmp_path)
    swapped = {(2, 0): second, (3, 0): first, (2, SENTIMENT): "négatif", (3, SENTIMENT): "positif"}
    done = import_workbook(filled, codebook, fill(path, swapped | {(4, SENTIMENT): "neutre"}))
    assert (done.added, sorted(done.problems)) == (1, ["A3", "A4"])
    assert f"n'est pas celui de « {second} »" in done.problems["A3"]


def test_import_workbook_of_proposals_tells_what_was_seen(
    filled: Store, codebook: Codebook, tmp_path: Path, fill: Fill
) -> None:
    path, _ = exported(filled, codebook, tmp_path, proposing=True)
    done = import_workbook(filled, codebook, fill(path, {(2, DONE): "oui"}))
    (verdict,) = verdicts(filled)
    assert (done.unfinished, verdict.blind, verdict.model) == (1, False, "m@1")
    assert [code.code for code in verdict.codes] == ["prix.niveau"]


def test_export_workbook_leaves_out_what_its_coder_was_shown(filled: Store, codebook: Codebook, tmp_path: Path) -> None:
    note_shown(filled, "lea", [POSTS[0].version, POSTS[1].version], at=NOON)
    assert [row[0] for row in exported(filled, codebook, tmp_path)[1]] == [POSTS[2].version]
    proposed = exported(filled, codebook, tmp_path, proposing=True)[1]
    assert [row[0] for row in proposed] == [POSTS[1].version, POSTS[2].version]


def test_export_workbook_with_proposals_is_the_end_of_blindness(
    filled: Store, codebook: Codebook, tmp_path: Path
) -> None:
    exported(filled, codebook, tmp_path, proposing=True)
    assert [row[0] for row in exported(filled, codebook, tmp_path)[1]] == [POSTS[0].version]


@pytest.mark.parametrize(("seen_by", "blind"), [("lea", False), ("momo", True)])
def test_import_workbook_is_not_blind_on_what_its_coder_was_shown_meanwhile(
    filled: Store, codebook: Codebook, tmp_path: Path, fill: Fill, seen_by: str, blind: bool
) -> None:
    path, _ = exported(filled, codebook, tmp_path)
    note_shown(filled, seen_by, [POSTS[0].version], at=NOON)
    import_workbook(filled, codebook, fill(path, {(2, SENTIMENT): "négatif", (3, SENTIMENT): "négatif"}))
    assert {one.version: one.blind for one in verdicts(filled)} == {POSTS[0].version: blind, POSTS[1].version: True}


def test_import_workbook_of_proposals_made_for_another_tells_who_saw_them(
    filled: Store, codebook: Codebook, tmp_path: Path, fill: Fill
) -> None:
    path, _ = exported(filled, codebook, tmp_path, proposing=True)
    import_workbook(filled, codebook, fill(path, {(2, DONE): "oui"}), coder="momo")
    assert shown_to(filled, "momo", [one.version for one in POSTS]) == {POSTS[1].version}
