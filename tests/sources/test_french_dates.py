from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from listening.sources.french_dates import exported_at, relative_date, written_date

EXPORTED = datetime(2026, 3, 31, 10, 30)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12 mars 2026", "2026-03-12 00:00:00"),
        ("12 mars 2026 à 14 h 05", "2026-03-12 14:05:00"),
        ("12 mars 2026 à 14 h 05", "2026-03-12 14:05:00"),
        ("12 mars 2026, 14h05", "2026-03-12 14:05:00"),
        ("12 mars 2026 à 14 h", "2026-03-12 14:00:00"),
        ("12 mars 2026 14:05:33", "2026-03-12 14:05:33"),
        ("Jeudi 12 Mars 2026", "2026-03-12 00:00:00"),
        ("le jeu. 12 mars 2026", "2026-03-12 00:00:00"),
        ("1er février 2026", "2026-02-01 00:00:00"),
        ("3 févr. 2026", "2026-02-03 00:00:00"),
        ("15 AOÛT 2025", "2025-08-15 00:00:00"),
        ("15 aout 2025", "2025-08-15 00:00:00"),
        ("24-déc.-25", "2025-12-24 00:00:00"),
        ("Publié le 5 sept. 2025", "2025-09-05 00:00:00"),
    ],
)
def test_written_date_reads_months_in_words(text, found):
    assert str(written_date(text)) == found


@pytest.mark.parametrize("text", ["mars 2026", "12 mars", "12 brumaire 2026", "12/03/2026", "2026-03-12", "hier", ""])
def test_written_date_leaves_the_rest(text):
    assert written_date(text) is None


@pytest.mark.parametrize("text", ["31 février 2026", "12 mars 2026 à 25 h"])
def test_written_date_refuses_a_day_or_an_hour_that_is_none(text):
    with pytest.raises(ValueError, match=r"must be in|out of range"):
        written_date(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("il y a 3 jours", "2026-03-28 00:00:00"),
        ("Il y a un jour", "2026-03-30 00:00:00"),
        ("il y a 2 semaines", "2026-03-17 00:00:00"),
        ("il y a une semaine", "2026-03-24 00:00:00"),
        ("il y a un mois", "2026-02-28 00:00:00"),
        ("il y a 4 mois", "2025-11-30 00:00:00"),
        ("il y a 2 ans", "2024-03-31 00:00:00"),
        ("il y a environ 5 heures", "2026-03-31 00:00:00"),
        ("il y a 11 h", "2026-03-30 00:00:00"),
        ("il y a 20 min", "2026-03-31 00:00:00"),
        ("Publié il y a plus d’un an", "2025-03-31 00:00:00"),
        ("hier", "2026-03-30 00:00:00"),
        ("Hier à 14h05", "2026-03-30 14:05:00"),
        ("avant-hier", "2026-03-29 00:00:00"),
        ("Aujourd’hui, 09:12", "2026-03-31 09:12:00"),
        ("à l'instant", "2026-03-31 00:00:00"),
        ("la semaine dernière", "2026-03-24 00:00:00"),
        ("le mois dernier", "2026-02-28 00:00:00"),
    ],
)
def test_relative_date_counts_from_the_export(text, found):
    assert str(relative_date(text, EXPORTED)) == found


@pytest.mark.parametrize("text", ["il y a longtemps", "il y a 3 lunes", "demain", "3", "12 mars 2026", ""])
def test_relative_date_leaves_the_rest(text):
    assert relative_date(text, EXPORTED) is None


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("avis_2026-03-12.csv", "2026-03-12"),
        ("avis-20260312.csv", "2026-03-12"),
        ("Export du 12.03.2026 (2).csv", "2026-03-12"),
        ("avis_2026-01-01_2026-03-12.csv", "2026-03-12"),
        ("avis_2026-02-31.csv", "2025-06-01"),
        ("avis_120260312.csv", "2025-06-01"),
        ("avis.csv", "2025-06-01"),
    ],
)
def test_exported_at_believes_the_name_then_the_file(write, name, found):
    path = write(name, "avis\n")
    modified = datetime(2025, 6, 1, 12, tzinfo=UTC).timestamp()
    os.utime(path, (modified, modified))
    assert str(exported_at(path).date()) == found
