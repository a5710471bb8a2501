from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.errors import FormatError, ListeningError, RowError, SourceError
from listening.records import Scores, Verbatim, content_id
from listening.sources.google_forms import GoogleForms

HEADER = ["Horodateur", "Adresse e-mail", "Êtes-vous satisfait(e) ?", "Qu'avez-vous aimé ?", "Que faut-il améliorer\n?"]
HEADER += ["Vos canaux"]
FIRST = ["05/01/2026 10:32:07", "odile@example.org", "4", "Le conseil ; vraiment", "L'attente", "Web, Boutique"]
SECOND = ["25/01/2026 09:00:00", "", "Plutôt satisfait(e)", "", "Le prix", ""]
AIMED, BETTER = "Qu'avez-vous aimé ?", "Que faut-il améliorer ?"
CHOICE = {"questions": [AIMED, BETTER], "csat": "Êtes-vous satisfait(e) ?", "meta": ["Vos canaux"]}
PARIS = ZoneInfo("Europe/Paris")


def export(*rows, delimiter=",", header=HEADER):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    return text.getvalue()


def read(path, **options):
    return list(GoogleForms(name="gf", path=path, **(CHOICE | options)).read())


def dated(write, *dates, heading="Horodateur", **options):
    rows = [[date, *FIRST[1:]] for date in dates]
    path = write("dates.csv", export(*rows, header=[heading, *HEADER[1:]]))
    return [one if isinstance(one, RowError) else one.created_at for one in read(path, **options)[::2]]


def test_google_forms_gives_a_verbatim_for_each_question_answered(write):
    aimed, better, second = read(write("avis.csv", export(FIRST, SECOND)))
    assert aimed == Verbatim(
        source="gf",
        channel="survey",
        external_id=f"{content_id('2026-01-05T10:32:07+01:00', 'Le conseil ; vraiment')}:{AIMED}",
        text="Le conseil ; vraiment",
        question=AIMED,
        created_at=datetime(2026, 1, 5, 10, 32, 7, tzinfo=PARIS),
        scores=Scores(csat=4),
        meta={"Vos canaux": "Web, Boutique"},
    )
    assert (better.question, better.text) == (BETTER, "L'attente")
    assert (second.text, second.scores, second.meta) == ("Le prix", Scores(csat=4), {})
    assert "odile" not in repr((aimed, better, second))


def test_google_forms_gives_equal_answers_their_rank_and_keeps_ids_when_the_form_grows(write):
    first = read(write("avis.csv", export(SECOND, SECOND)))
    assert first[1].external_id == first[0].external_id.replace(":", "-2:", 1)
    grown = export(*([*row, "non"] for row in (SECOND, SECOND, FIRST)), header=[*HEADER, "Traité ?"])
    assert read(write("avis.csv", grown))[:2] == first
    alone = read(write("avis.csv", export(SECOND)), questions=[BETTER])
    assert alone[0].external_id == first[0].external_id


@pytest.mark.parametrize(
    ("heading", "date", "expected"),
    [
        ("Horodateur", "05/01/2026 10:32:07", datetime(2026, 1, 5, 10, 32, 7, tzinfo=PARIS)),
        ("Horodateur", "1/25/2026 9:02:07", datetime(2026, 1, 25, 9, 2, 7, tzinfo=PARIS)),
        ("Horodateur", "05/01/2026 à 10:32", datetime(2026, 1, 5, 10, 32, tzinfo=PARIS)),
        ("Horodateur", "05/01/2026", datetime(2026, 1, 5, tzinfo=PARIS)),
        ("Horodateur", "2026/05/01 1:00:00 PM UTC+2", datetime(2026, 5, 1, 11, tzinfo=UTC)),
        ("Timestamp", "2026/05/01 12:00:00 AM GMT+5:30", datetime(2026, 4, 30, 18, 30, tzinfo=UTC)),
        ("Timestamp", "2026/05/01 10:00:00 AM UTC−3", datetime(2026, 5, 1, 13, tzinfo=UTC)),
        ("Timestamp", "2026/05/01 10:00:00 AM EDT", datetime(2026, 5, 1, 14, tzinfo=UTC)),
        ("Timestamp", "1/25/2026 10:00:00", datetime(2026, 1, 25, 10, tzinfo=PARIS)),
        ("Timestamp", "25/01/2026 10:00:00", datetime(2026, 1, 25, 10, tzinfo=PARIS)),
        ("timestamp", "2026-01-25 10:00:00", datetime(2026, 1, 25, 10, tzinfo=PARIS)),
        ("Timestamp", "5/5/2026 10:00:00", datetime(2026, 5, 5, 10, tzinfo=PARIS)),
        ("Timestamp", "", None),
    ],
)
def test_google_forms_reads_french_and_english_dates(write, heading, date, expected):
    assert dated(write, date, heading=heading) == [expected]


def test_google_forms_lets_one_date_tell_the_order_of_the_others(write):
    found = dated(write, "2/3/2026 10:00:00", "2/25/2026 10:00:00", heading="Timestamp")
    assert [one.month for one in found] == [2, 2]


def test_google_forms_does_not_guess_the_order_of_doubtful_dates(write):
    with pytest.raises(FormatError, match="« date_order: jour-mois » ou « date_order: mois-jour »"):
        dated(write, "2/3/2026 10:00:00", heading="Timestamp")
    (found,) = dated(write, "2/3/2026 10:00:00", heading="Timestamp", date_order="mois-jour")
    assert (found.month, found.day) == (2, 3)


@pytest.mark.parametrize(
    "date", ["31/02/2026 10:00:00", "demain", "2026/05/01 13:00:00 PM", "2026/05/01 10:00:00 AM XYZ", "5/1/26 10:00"]
)
def test_google_forms_quarantines_an_unreadable_date_and_goes_on(write, date):
    path = write("avis.csv", export([date, *FIRST[1:]], SECOND))
    bad, last = read(path)
    assert isinstance(bad, RowError)
    assert str(bad).startswith(f"avis.csv, ligne 3 : date illisible « {date} » dans « Horodateur »")
    assert "odile" not in bad.content
    assert last.text == "Le prix"


@pytest.mark.parametrize("satisfaction", ["6", "Bof", "Entre 3 et 4"])
def test_google_forms_quarantines_a_rating_that_is_none(write, satisfaction):
    bad, last = read(write("avis.csv", export([*FIRST[:2], satisfaction, *FIRST[3:]], SECOND)))
    assert isinstance(bad, RowError)
    assert "« Êtes-vous satisfait(e) ? »" in str(bad)
    assert last.text == "Le prix"


@pytest.mark.parametrize(
    ("said", "csat"),
    [("Très insatisfaite", 1), ("5 - Excellent", 5), ("★★★☆☆", 3), ("Je ne sais pas", None), ("", None)],
)
def test_google_forms_reads_ratings_in_words(write, said, csat):
    (found,) = read(write("avis.csv", export([*FIRST[:2], said, *FIRST[3:]])), questions=[AIMED])
    assert found.scores == Scores(csat=csat)


def test_google_forms_says_why_a_file_cannot_be_read(write, tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        read(tmp_path / "absent.csv")
    with pytest.raises(FormatError, match="dit qui a répondu"):
        read(write("avis.csv", export(FIRST)), meta=["Adresse e-mail"])
    with pytest.raises(FormatError, match="pas de colonne « Avis » : choisissez parmi « Êtes-vous satisfait"):
        read(write("avis.csv", export(FIRST)), questions=["Avis"])


def test_google_forms_reads_the_sheet_as_its_csv(write, tmp_path):
    with xlsxwriter.Workbook(tmp_path / "avis.xlsx", {"strings_to_formulas": False}) as book:
        sheet, form = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
        for at, row in enumerate([HEADER, FIRST, SECOND]):
            sheet.write_row(at, 0, row)
        for at, when in enumerate([datetime(2026, 1, 5, 10, 32, 7), datetime(2026, 1, 25, 9)], 1):
            sheet.write_datetime(at, 0, when, form)
        sheet.write_number(1, 2, 4)
    assert read(tmp_path / "avis.xlsx") == read(write("avis.csv", export(FIRST, SECOND)))


@settings(max_examples=25, deadline=None)
@given(
    order=st.permutations(range(len(HEADER) + 1)),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8-sig", "utf-16", "cp1252"]),
    missing=st.sampled_from([None, "Adresse e-mail", "Horodateur"]),
)
def test_google_forms_gives_the_same_whatever_the_shape_or_says_why(
    tmp_path_factory, order, delimiter, encoding, missing
):
    path = tmp_path_factory.mktemp("g") / "avis.csv"
    path.write_text(export(FIRST, SECOND), newline="", encoding="utf-8")
    expected = read(path)
    table = [[*HEADER, "Score"], [*FIRST, "3 / 5"], [*SECOND, ""]]
    kept = [at for at in order if table[0][at] != missing]
    header, *rows = [[row[at] for at in kept] for row in table]
    path.write_text(export(*rows, header=header, delimiter=delimiter), newline="", encoding=encoding)
    if missing == "Horodateur":
        with pytest.raises(ListeningError, match="pas de colonne « Horodateur »"):
            read(path, encoding=encoding)
    else:
        assert read(path, encoding=encoding) == expected


@settings(max_examples=50, deadline=None)
@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(-11, 12))
def test_google_forms_reads_any_date_of_its_own_csv(tmp_path_factory, when, hours):
    when = when.replace(microsecond=0)
    written = f"{when:%Y/%m/%d} {when.hour % 12 or 12}:{when:%M:%S} {'PM' if when.hour > 11 else 'AM'} UTC{hours:+d}"
    path = tmp_path_factory.mktemp("g") / "avis.csv"
    path.write_text(export([written, *FIRST[1:]]), newline="", encoding="utf-8")
    assert read(path)[0].created_at == when.replace(tzinfo=UTC) - timedelta(hours=hours)
