from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from listening.errors import RowError
from listening.sources.cells import moment, score, weight, whole_score
from listening.sources.rows import Row


def row(cell):
    return Row(4, {"c": cell}, "avis.csv")


@pytest.mark.parametrize(
    ("cell", "found"), [("0", 0), ("10", 10), (" 7 ", 7), ("7,0", 7), ("7.0", 7), ("", None), ("   ", None)]
)
def test_whole_score_reads_what_people_write(cell, found):
    assert whole_score(row(cell), "c", 0, 10) == found


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("11", "avis.csv, ligne 4 : note « 11 » dans « c », hors de 0 à 10 : corrigez-la"),
        ("-1", "hors de 0 à 10"),
        ("7,5", "note « 7,5 » dans « c », qui n'est pas entière"),
        ("nan", "nombre illisible « nan »"),
        ("1e1", "nombre illisible"),
        ("٧", "nombre illisible"),
        ("10 - Tout à fait probable, sans hésiter", "nombre illisible « 10 - Tout à fait probable, san… » dans « c »"),
    ],
)
def test_whole_score_refuses_the_rest(cell, message):
    with pytest.raises(RowError) as raised:
        whole_score(row(cell), "c", 0, 10)
    assert message in str(raised.value)


def test_scores_without_a_column_are_none():
    assert (whole_score(row("7"), None, 0, 10), score(row("7"), None, 1, 5)) == (None, None)


@pytest.mark.parametrize(("cell", "found"), [("1,25", 1.25), ("0", 0.0), ("", 1.0)])
def test_weight_is_one_unless_given(cell, found):
    assert weight(row(cell), "c") == found


def test_weight_refuses_a_negative_one():
    with pytest.raises(RowError, match=r"poids négatif « -0\.5 »"):
        weight(row("-0.5"), "c")


@pytest.mark.parametrize(
    ("cell", "date_format", "found"),
    [
        ("2026-01-05 07:58:44", None, "2026-01-05T07:58:44+01:00"),
        ("2026-07-05", None, "2026-07-05T00:00:00+02:00"),
        ("2026-01-05T07:58:44.512Z", None, "2026-01-05T07:58:44.512000+00:00"),
        ("2026-01-05T07:58:44-05:00", None, "2026-01-05T07:58:44-05:00"),
        ("05/01/2026", None, "2026-01-05T00:00:00+01:00"),
        ("5/1/2026 9:05", None, "2026-01-05T09:05:00+01:00"),
        ("05/01/2026 à 14h30", None, "2026-01-05T14:30:00+01:00"),
        ("05/01/2026 à 14 h 30", None, "2026-01-05T14:30:00+01:00"),
        ("05/01/2026\u00a0à 14\u202fh\u202f30", None, "2026-01-05T14:30:00+01:00"),
        ("12 mars 2026 à 14 h 05", None, "2026-03-12T14:05:00+01:00"),
        ("1er août 2025", None, "2025-08-01T00:00:00+02:00"),
        ("46093", None, "2026-03-12T00:00:00+01:00"),
        ("46093.58", None, "2026-03-12T13:55:12+01:00"),
        ("46093,5", None, "2026-03-12T12:00:00+01:00"),
        ("25569", None, "1970-01-01T00:00:00+01:00"),
        ("01-05-26", "%m-%d-%y", "2026-01-05T00:00:00+01:00"),
    ],
)
def test_moment_reads_iso_and_french_dates(cell, date_format, found):
    read = moment(row(cell), "c", timezone="Europe/Paris", date_format=date_format)
    assert read is not None
    assert read.isoformat() == found


@pytest.mark.parametrize(
    ("timezone", "exported", "found"),
    [
        ("Europe/Paris", datetime(2026, 3, 12, 23, 59), "2026-03-09T00:00:00+01:00"),
        ("Europe/Paris", datetime(2026, 3, 11, 23, 30, tzinfo=UTC), "2026-03-09T00:00:00+01:00"),
        ("America/Cayenne", datetime(2026, 3, 12, 1, 30, tzinfo=UTC), "2026-03-08T00:00:00-03:00"),
    ],
)
def test_moment_counts_from_when_the_file_was_exported(timezone, exported, found):
    said = Row(4, {"c": "il y a 3 jours"}, "avis.csv", exported=exported)
    assert moment(said, "c", timezone=timezone).isoformat() == found


@pytest.mark.parametrize(("cell", "found"), [("4,5", 4.5), ("4.5", 4.5), ("+4,5", 4.5), (" 3,0 ", 3.0)])
def test_score_reads_decimal_commas(cell, found):
    assert score(row(cell), "c", 1, 5) == found


def test_moment_takes_the_zone_of_dates_without_an_offset():
    read = moment(row("2026-01-05 08:00"), "c", timezone="Indian/Reunion")
    assert read is not None
    assert (read.utcoffset(), read.astimezone(UTC)) == (timedelta(hours=4), datetime(2026, 1, 5, 4, tzinfo=UTC))


@pytest.mark.parametrize(
    ("cell", "date_format", "message"),
    [
        (
            "31/02/2026",
            None,
            "date illisible « 31/02/2026 » dans « c » : écrivez-la AAAA-MM-JJ ou JJ/MM/AAAA, ou donnez",
        ),
        ("12/31/2025", None, "date illisible"),
        ("05/01/26", None, "date illisible"),
        ("hier", None, "date illisible « hier »"),
        ("2026-01-05T25:00", None, "date illisible"),
        ("2026-01-05", "%d.%m.%Y", "écrivez-la %d.%m.%Y ou changez « date_format »"),
        ("12345", None, "date invraisemblable « 12345 »"),
        ("75001.5.2", None, "date illisible"),
        ("31 février 2026", None, "date illisible « 31 février 2026 »"),
        ("0206-01-05", None, "date invraisemblable « 0206-01-05 »"),
    ],
)
def test_moment_refuses_the_rest_with_the_line(cell, date_format, message):
    with pytest.raises(RowError) as raised:
        moment(row(cell), "c", timezone="Europe/Paris", date_format=date_format)
    assert raised.value.row == "avis.csv, ligne 4"
    assert message in str(raised.value)
