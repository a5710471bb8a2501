from __future__ import annotations

import struct
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from listening.errors import FormatError, ListeningError, RowError, SourceError
from listening.records import Scores, Verbatim
from listening.sources import spss
from listening.sources.spss import Spss

FIRST = {
    "RESPID": 101.0,
    "NPS": 9.0,
    "CSAT": 4.0,
    "POURQUOI": "Accueil chaleureux, bravo",
    "AMELIO": "x" * 300 + " fin",
}
FIRST |= {"REGION": 2.0, "POIDS": 1.25, "JOUR": datetime(2026, 1, 5, 10, 32, 7), "WEB": 1.0, "BOUT": 1.0, "TEL": 0.0}
FIRST |= {"C1": 2.0, "C2": 1.0, "EMAIL": "odile@example.org", "MARQUE": "Grandval"}
SECOND = FIRST | {"RESPID": 102.0, "NPS": 99.0, "CSAT": 9.0, "POURQUOI": "NR", "AMELIO": "Le délai", "REGION": None}
SECOND |= {"POIDS": None, "JOUR": datetime(2026, 7, 5, 9, 0, 0), "WEB": 0.0, "BOUT": None, "C1": None, "C2": None}
LABELS = {"POURQUOI": "Pourquoi cette <b>note</b> ?", "AMELIO": "Que changer ?", "WEB": "Site web", "BOUT": "Boutique"}
YES = {0.0: "Non", 1.0: "Oui"}
VALUES = {"REGION": {1.0: "Nord", 2.0: "Bretagne"}, "CSAT": {4.0: "Satisfait", 9.0: "Ne sait pas"}, "WEB": YES}
VALUES |= {"C1": {1.0: "Prix", 2.0: "Choix"}, "C2": {1.0: "Prix", 2.0: "Choix"}}
SETS = b"\n$canaux=D1 1 6 Canaux web bout tel\n$raisons=C 7 Raisons c1 c2\n"
CHOICE = {"questions": ["POURQUOI", "AMELIO"], "id": "RESPID", "nps": "NPS", "csat": "CSAT", "weight": "POIDS"}
CHOICE |= {"date": "JOUR", "meta": ["REGION", "$canaux", "$raisons"], "brand": "MARQUE"}


def save(path, *rows, columns=tuple(FIRST), **options):
    """Write a file, and the record of its multiple-response sets, which pyreadstat reads but does not write."""
    frame = pd.DataFrame([{name: row[name] for name in columns} for row in rows], columns=list(columns))
    ranges = {"NPS": [99.0], "POURQUOI": ["NR"]}
    pyreadstat.write_sav(
        frame,
        path,
        column_labels=LABELS,
        variable_value_labels=VALUES,
        missing_ranges={name: one for name, one in ranges.items() if name in columns},
        **options,
    )
    if not options.get("compress"):
        content = path.read_bytes()
        end = content.index(struct.pack("<ii", 999, 0))
        path.write_bytes(content[:end] + struct.pack("<iiii", 7, 7, 1, len(SETS)) + SETS + content[end:])
    return path


def read(path, **options):
    return list(Spss(name="etude", path=path, **(CHOICE | options)).read())


def test_spss_refuses_a_damaged_file_that_crashes_the_library(tmp_path):
    path = save(tmp_path / "etude.sav", FIRST, SECOND)
    content = path.read_bytes()
    region = content.index(b"REGION  ")
    path.write_bytes(content[:region] + content[region + 32 :])
    with pytest.raises(FormatError, match=r"etude.sav : ce fichier SPSS est illisible .* à nouveau en .sav"):
        read(path)


def test_spss_gives_a_verbatim_for_each_question_answered(tmp_path):
    why, better, second = read(save(tmp_path / "etude.sav", FIRST, SECOND))
    assert why == Verbatim(
        source="etude",
        channel="survey",
        external_id="101:POURQUOI",
        text="Accueil chaleureux, bravo",
        question="Pourquoi cette note ?",
        created_at=datetime(2026, 1, 5, 10, 32, 7, tzinfo=ZoneInfo("Europe/Paris")),
        brand="Grandval",
        scores=Scores(nps=9, csat=4),
        weight=1.25,
        meta={"REGION": "Bretagne", "$canaux": "Site web ; Boutique", "$raisons": "Choix ; Prix"},
    )
    assert (better.external_id, better.text, better.question) == ("101:AMELIO", "x" * 300 + " fin", "Que changer ?")
    assert (second.external_id, second.scores, second.weight, second.meta) == ("102:AMELIO", Scores(), 1.0, {})
    assert "odile" not in repr((why, better, second))


@pytest.mark.parametrize("options", [{"row_compress": True}, {"compress": True}])
def test_spss_reads_compressed_files(tmp_path, options):
    path = save(tmp_path / ("etude.zsav" if "compress" in options else "etude.sav"), FIRST, SECOND, **options)
    assert read(path, meta=["REGION"]) == read(save(tmp_path / "clair.sav", FIRST, SECOND), meta=["REGION"])


def test_spss_takes_questions_by_wording_and_another_wording(tmp_path):
    found = read(save(tmp_path / "etude.sav", FIRST), questions={"que changer ?": "À changer", "POURQUOI": None})
    assert [(one.external_id, one.question) for one in found] == [
        ("101:que changer ?", "À changer"),
        ("101:POURQUOI", "Pourquoi cette note ?"),
    ]


def test_spss_reads_many_rows_in_chunks(tmp_path, monkeypatch):
    path = save(tmp_path / "etude.sav", *(FIRST | {"RESPID": float(at)} for at in range(10)))
    whole = read(path)
    monkeypatch.setattr(spss, "CHUNK", 4)
    assert read(path) == whole
    assert [one.external_id for one in whole[::2]] == [f"{at}:POURQUOI" for at in range(10)]


def test_spss_reads_days_and_wave_labels(tmp_path):
    path = save(tmp_path / "etude.sav", FIRST | {"JOUR": date(2026, 1, 5)})
    found = read(path, wave="REGION", meta=["JOUR"])[0]
    assert (found.wave, found.meta, found.created_at.hour) == ("Bretagne", {"JOUR": "2026-01-05"}, 0)


def test_spss_reads_an_old_file_in_the_encoding_given(tmp_path):
    path = save(tmp_path / "etude.sav", FIRST | {"POURQUOI": "Tres decu"})
    path.write_bytes(path.read_bytes().replace(b"Tres decu", "Très déçu".encode("cp1252")))
    assert read(path, encoding="cp1252")[0].text == "Très déçu"
    with pytest.raises(FormatError, match="donnez son « encoding »"):
        read(path)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"NPS": 11.0}, "etude.sav, ligne 2 : note « 11 » dans « NPS », hors de 0 à 10"),
        ({"CSAT": 2.5}, "ligne 2 : note « 2.5 » dans « CSAT », qui n'est pas entière"),
        ({"RESPID": None}, "ligne 2 : identifiant vide dans « RESPID »"),
        ({"POIDS": -1.0}, "ligne 2 : poids négatif « -1 »"),
        ({"AMELIO": "x" * 20_001}, "ligne 2 : cellule de 20 001 caractères dans « AMELIO »"),
    ],
)
def test_spss_quarantines_a_bad_row_and_goes_on(tmp_path, cells, message):
    *_, bad, last = read(save(tmp_path / "etude.sav", FIRST, FIRST | cells, SECOND))
    assert isinstance(bad, RowError)
    assert message in str(bad)
    assert "odile" not in bad.content
    assert last.external_id == "102:AMELIO"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"questions": ["Q9"]}, "pas de colonne « Q9 » : choisissez parmi « RESPID »"),
        ({"questions": ["REGION"]}, "« REGION » contient des codes, pas du texte"),
        ({"meta": ["EMAIL"]}, "« EMAIL » dit qui a répondu"),
        ({"wave": "$canaux", "meta": []}, "« \\$canaux » est à choix multiples : mettez-le dans « meta »"),
    ],
)
def test_spss_refuses_columns_that_cannot_serve(tmp_path, options, message):
    with pytest.raises(FormatError, match=message):
        read(save(tmp_path / "etude.sav", FIRST), **options)


def test_spss_says_why_a_file_cannot_be_read(write, tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        read(tmp_path / "absent.sav")
    with pytest.raises(FormatError, match=r"un \.sav ou \.zsav est attendu"):
        read(write("etude.csv", "a;b"))
    with pytest.raises(FormatError, match="ce fichier SPSS est illisible"):
        read(write("texte.sav", "ce n'est pas du SPSS"))
    whole = save(tmp_path / "etude.sav", FIRST, SECOND).read_bytes()
    with pytest.raises(FormatError, match="ce fichier SPSS est illisible"):
        read(write("coupe.sav", whole[:-200]))
    with pytest.raises(ValidationError):
        Spss(name="etude", path=tmp_path, questions=["POURQUOI"])


def test_spss_reads_a_file_without_response(tmp_path):
    frame = pd.DataFrame({"RESPID": pd.Series(dtype=float), "POURQUOI": pd.Series(dtype=str)})
    pyreadstat.write_sav(frame, tmp_path / "vide.sav")
    assert list(Spss(name="etude", path=tmp_path / "vide.sav", id="RESPID", questions=["POURQUOI"]).read()) == []


@settings(max_examples=20, deadline=None)
@given(
    order=st.permutations(list(FIRST)),
    missing=st.sampled_from([None, "EMAIL", "MARQUE", "RESPID", "POURQUOI"]),
    compressed=st.booleans(),
)
def test_spss_gives_the_same_for_shuffled_variables_or_says_why(tmp_path_factory, order, missing, compressed):
    folder = tmp_path_factory.mktemp("spss")
    expected = read(save(folder / "etude.sav", FIRST, SECOND), brand=None)
    columns = [name for name in order if name != missing]
    path = save(folder / "autre.sav", FIRST, SECOND, columns=columns, row_compress=compressed)
    if missing in ("RESPID", "POURQUOI"):
        with pytest.raises(ListeningError, match=f"pas de colonne « {missing} »"):
            read(path, brand=None)
    else:
        assert read(path, brand=None) == expected
