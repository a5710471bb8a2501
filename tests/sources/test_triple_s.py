from __future__ import annotations

import csv
import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.errors import FormatError, ListeningError, RowError, SourceError
from listening.records import Scores, Verbatim
from listening.sources.triple_s import TripleS

DOCTYPE = (
    '<!DOCTYPE sss PUBLIC "-//triple-s//DTD Survey Interchange v2.0//EN" "http://www.triple-s.org/dtd/sss_v20.dtd">'
)
REGIONS = '<values><value code="1">Nord</value><value code="2">Bretagne</value><range from="50" to="59"/></values>'
RATING = '<values><value code="1" score="5">Très satisfait</value><value code="2" score="4">Satisfait</value>'
RATING += '<value code="3" score="3">Moyen</value><value code="9">NSP</value></values>'
CHANNELS = (
    '<values><value code="1">Web</value><value code="2">Boutique</value><value code="4">Téléphone</value></values>'
)
LABEL = "Pourquoi<br/>cette note ?"
LANGUAGES = '<text xml:lang="en-GB">What next?</text><text xml:lang="fr-FR">Que changer ?</text>'
VARIABLES = [  # name, type, use, label, width, values
    ("NUM", "quantity", "serial", "Numéro", 6, '<values><range from="1" to="999999"/></values>'),
    ("Q1", "quantity", "", "Note", 2, '<values><range from="0" to="10"/></values>'),
    ("Q2", "single", "", "Satisfaction", 1, RATING),
    ("Q3", "character", "", LABEL, 30, "<size>30</size>"),
    ("Q4", "multiple", "", "Canaux", 4, CHANNELS),
    ("Q5", "multiple", "", "Canaux cités", 4, '<spread subfields="2" width="2"/>' + CHANNELS),
    ("CLIENT", "logical", "", "Client", 1, ""),
    ("Q6", "character", "", LANGUAGES, 20, "<size>20</size>"),
    ("REGION", "single", "", "Région", 2, REGIONS),
    ("JOUR", "date", "", "Date", 8, ""),
    ("HEURE", "time", "", "Heure", 6, ""),
    ("PDS", "quantity", "weight", "Poids", 5, '<values><range from="0.00" to="99.99"/></values>'),
    ("MAIL", "character", "", "Votre adresse e-mail", 20, "<size>20</size>"),
]
FIRST = {"NUM": "000101", "Q1": " 9", "Q2": "1", "Q3": "Accueil très chaleureux", "Q4": "1001", "Q5": "0402"}
FIRST |= {"CLIENT": "1", "Q6": "Rien", "REGION": "02", "JOUR": "20260105", "HEURE": "103207", "PDS": " 1.25"}
FIRST |= {"MAIL": "odile@example.org"}
SECOND = FIRST | {"NUM": "000102", "Q1": "  ", "Q2": "9", "Q3": "", "Q4": "0000", "Q5": " 0 0", "CLIENT": " "}
SECOND |= {"Q6": "Le délai", "REGION": "55", "HEURE": "", "PDS": ""}
CHOICE = {"nps": "Q1", "csat": "Q2", "date": "JOUR", "time": "HEURE"}
META = {"meta": ["Q4", "Q5", "CLIENT", "REGION"]}


def definition(variables=VARIABLES, *, version="2.0", record="", head="", fields=False):
    lines, start = [], 1
    for rank, (name, kind, use, label, width, values) in enumerate(variables, 1):
        place = f'start="{rank}"' if fields else f'start="{start}" finish="{start + width - 1}"'
        role = f' use="{use}"' if use else ""
        lines.append(
            f'<variable ident="{rank}" type="{kind}"{role}><name>{name}</name><label>{label}</label>'
            f"<position {place}/>{values}</variable>"
        )
        start += width
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<sss version="{version}"><survey><name>Étude</name>'
        f'<record ident="A"{record}>{"".join(lines)}</record></survey></sss>'
    )


def fixed(*rows, variables=VARIABLES):
    return "".join(
        "".join(
            row[name].ljust(width) if kind == "character" else row[name].rjust(width)
            for name, kind, _, _, width, _ in variables
        )
        + "\r\n"
        for row in rows
    )


def delimited(*rows, variables=VARIABLES, delimiter=","):
    text = io.StringIO()
    names = [name for name, *_ in variables]
    csv.writer(text, delimiter=delimiter).writerows([names, *([row[name] for name in names] for row in rows)])
    return text.getvalue()


def survey(write, *rows, **options):
    write("etude.asc", fixed(*rows))
    return write("etude.sss", definition(**options))


def read(path, **options):
    return list(TripleS(name="etude", path=path, **(CHOICE | META | options)).read())


def test_triple_s_gives_a_verbatim_for_each_open_answer(write):
    why, better, second = read(survey(write, FIRST, SECOND, head=DOCTYPE))
    assert why == Verbatim(
        source="etude",
        channel="survey",
        external_id="000101:Q3",
        text="Accueil très chaleureux",
        question="Pourquoi cette note ?",
        created_at=datetime(2026, 1, 5, 10, 32, 7, tzinfo=ZoneInfo("Europe/Paris")),
        scores=Scores(nps=9, csat=5),
        weight=1.25,
        meta={"Q4": "Web ; Téléphone", "Q5": "Téléphone ; Boutique", "CLIENT": "oui", "REGION": "Bretagne"},
    )
    assert (better.external_id, better.question, better.text) == ("000101:Q6", "Que changer ?", "Rien")
    assert (second.external_id, second.scores, second.weight) == ("000102:Q6", Scores(), 1.0)
    assert (second.meta, second.created_at.hour) == ({"REGION": "55"}, 0)
    assert "odile" not in repr((why, better, second))


@pytest.mark.parametrize("version", ["1.1", "1.2", "3.0"])
def test_triple_s_reads_other_versions(write, version):
    assert read(survey(write, FIRST, SECOND, version=version)) == read(survey(write, FIRST, SECOND))


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_triple_s_reads_csv_as_fixed_columns(write, delimiter):
    expected = read(survey(write, FIRST, SECOND))
    write("donnees.csv", delimited(FIRST, SECOND, delimiter=delimiter))
    record = ' href="C:\\études\\donnees.csv" format="csv" skip="1"'
    assert read(write("autre.xml", definition(record=record, fields=True))) == expected


def test_triple_s_reads_a_choice_spread_over_csv_fields(write):
    where = '<position start="2" finish="3"/><spread subfields="2" width="2"/>'
    record = definition(VARIABLES[:1] + VARIABLES[3:4], record=' format="csv"', fields=True)
    more = (
        f'<variable ident="9" type="multiple"><name>Q5</name><label>Canaux</label>{where}{CHANNELS}</variable></record>'
    )
    record = record.replace('<position start="2"/>', '<position start="4"/>').replace("</record>", more)
    write("etude.csv", '7,4,01,"Bien, merci"\n8,0,,Trop cher\n')
    one, two = TripleS(name="etude", path=write("etude.sss", record), meta=["Q5"]).read()
    assert (one.text, one.meta) == ("Bien, merci", {"Q5": "Téléphone ; Web"})
    assert (two.external_id, two.meta) == ("8:Q3", {})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "iso-8859-1"])
def test_triple_s_finds_the_encoding_of_the_data(write, encoding):
    expected = read(survey(write, FIRST, SECOND))
    write("etude.asc", fixed(FIRST, SECOND), encoding)
    xml = definition().replace('encoding="UTF-8"', f'encoding="{encoding.removesuffix("-sig")}"')
    assert read(write("etude.sss", xml, encoding)) == expected


def test_triple_s_reads_columns_counted_in_bytes(write):
    expected = read(survey(write, FIRST, SECOND))
    lines = []
    for row in (FIRST, SECOND):
        fields = [row[name].encode() for name, *_ in VARIABLES]
        places = [(one, kind, width) for one, (_, kind, _, _, width, _) in zip(fields, VARIABLES, strict=True)]
        lines.append(b"".join(one.ljust(w) if kind == "character" else one.rjust(w) for one, kind, w in places))
    write("etude.asc", b"\n".join(lines) + b"\n\x1a")
    assert read(write("etude.sss", definition())) == expected


def test_triple_s_reads_records_whose_end_is_cut(write):
    path = survey(write, FIRST, SECOND)
    short = "\n".join(line[:-20].rstrip() for line in fixed(FIRST, SECOND).splitlines())
    expected = read(path)
    write("etude.asc", short)
    assert read(path) == expected


def test_triple_s_takes_the_questions_named(write):
    (found,) = read(survey(write, FIRST), questions={"que changer ?": "À changer"}, data="etude.asc", id="Numéro")
    assert (found.external_id, found.question) == ("000101:que changer ?", "À changer")


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"Q1": "11"}, "etude.asc, ligne 2 : note « 11 » dans « Q1 », hors de 0 à 10"),
        ({"Q1": "ab"}, "ligne 2 : « ab » dans « Q1 », qui est un nombre : vérifiez les positions"),
        ({"Q2": "7"}, "ligne 2 : code « 7 » inconnu dans « Q2 »"),
        ({"Q4": "10"}, "ligne 2 : « 10 » dans « Q4 », où 4 chiffres 0 ou 1 sont attendus"),
        ({"Q4": "2100"}, "ligne 2 : « 2100 » dans « Q4 »"),
        ({"Q5": "0803"}, "ligne 2 : code « 8 » inconnu dans « Q5 »"),
        ({"CLIENT": "x"}, "ligne 2 : « x » dans « CLIENT », qui vaut 0 ou 1"),
        ({"JOUR": "20261305"}, "ligne 2 : date illisible « 20261305T103207 » dans « JOUR »"),
        ({"NUM": ""}, "ligne 2 : identifiant vide dans « NUM »"),
    ],
)
def test_triple_s_quarantines_a_bad_record_and_goes_on(write, cells, message):
    path = survey(write, FIRST, FIRST | cells, SECOND)
    text = fixed(FIRST, FIRST | cells, SECOND).replace("  10", "10  ") if cells == {"Q4": "10"} else None
    if text:
        write("etude.asc", text)
    *_, bad, last = read(path)
    assert isinstance(bad, RowError)
    assert message in str(bad)
    assert "odile" not in bad.content
    assert last.external_id == "000102:Q6"


def test_triple_s_quarantines_a_csv_record_with_a_spare_field(write):
    write(
        "etude.csv", delimited(FIRST) + delimited(SECOND).splitlines()[1] + ",x\n" + delimited(SECOND).splitlines()[1]
    )
    path = write("etude.sss", definition(record=' format="csv" skip="1"', fields=True))
    *_, bad, last = read(path)
    assert isinstance(bad, RowError)
    assert "etude.csv, ligne 3 : 14 champs au lieu de 13" in str(bad)
    assert last.external_id == "000102:Q6"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (('subfields="2"', 'subfields="999999999"'), "Téléphone ; Boutique"),
        (('ident="A"', 'ident="A" skip="²"'), "Téléphone ; Boutique"),
        (('ident="A"', f'ident="A" skip="{"9" * 5_000}"'), "Téléphone ; Boutique"),
        (('<value code="1">Web', f'<value code="{"9" * 5_000}">Web'), "Téléphone ; Boutique"),
    ],
)
def test_triple_s_bears_numbers_that_are_none_or_far_too_large(write, change, found):
    path = survey(write, FIRST | {"Q4": "0000"})
    path.write_text(path.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    assert read(path)[0].meta["Q5"] == found


def test_triple_s_stops_before_a_line_without_end_fills_the_memory(write):
    path = survey(write, FIRST)
    write("etude.asc", "x" * (2**24 + 1))
    with pytest.raises(FormatError, match=r"etude.asc, ligne 1 : ligne de plus de 16 millions de caractères"):
        read(path)


def test_triple_s_refuses_a_definition_too_large_to_be_read_at_once(write):
    with pytest.raises(FormatError, match="plus de 8 388 608 octets : donnez la définition, pas les données"):
        read(write("etude.sss", definition() + " " * 2**23))


BOMB = '<!DOCTYPE sss [<!ENTITY a "boum"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
SPY = '<!DOCTYPE sss [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("head", [BOMB, SPY])
def test_triple_s_refuses_entities(write, head):
    path = survey(write, FIRST, head=head)
    path.write_text(path.read_text().replace("Étude", "&a;"))
    with pytest.raises(FormatError, match="ce XML définit des entités"):
        read(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("</survey>", ""), "ce n'est pas une définition Triple-S en XML"),
        (("<sss", "<html"), "ce n'est pas une définition Triple-S en XML"),
        (('version="2.0"', 'version="4.0"'), "Triple-S « 4.0 » inconnu"),
        (("survey>", "hierarchy>"), "pas d'élément sss/survey/record"),
        ((' use="serial"', ""), "aucune variable n'y est « serial »"),
        (('type="logical"', 'type="image"'), "la variable « CLIENT » n'a pas de position ou de type connu"),
        (('start="1"', 'start="0"'), "la variable « NUM » n'a pas de position"),
    ],
)
def test_triple_s_says_what_is_wrong_with_a_definition(write, change, message):
    path = survey(write, FIRST)
    path.write_text(path.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(FormatError, match=message):
        read(path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"questions": ["REGION"]}, "« REGION » contient des codes"),
        ({"questions": ["MAIL"]}, "« MAIL » dit qui a répondu"),
        ({"questions": ["Q9"]}, "pas de colonne « Q9 » : choisissez parmi « NUM »"),
        ({"data": "autre.asc"}, "pas de données .* à côté de cette définition"),
    ],
)
def test_triple_s_refuses_what_cannot_serve(write, options, message):
    with pytest.raises(FormatError, match=message):
        read(survey(write, FIRST), **options)


def test_triple_s_says_why_a_file_cannot_be_read(write, tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        read(tmp_path / "absent.sss")
    write("etude.csv", "1,2\n")
    with pytest.raises(FormatError, match="2 champs, alors que la définition en compte 13"):
        read(write("etude.sss", definition(record=' format="csv"', fields=True)))


def test_triple_s_never_leaves_its_folder_for_data(write):
    write("secret.asc", fixed(FIRST))
    path = write("sous/etude.sss", definition(record=' href="../secret.asc"'))
    with pytest.raises(FormatError, match="pas de données"):
        read(path)


@settings(max_examples=25, deadline=None)
@given(
    order=st.permutations(VARIABLES),
    missing=st.sampled_from([None, "MAIL", "NUM", "Q1", "HEURE"]),
    in_csv=st.booleans(),
    delimiter=st.sampled_from(",;\t"),
)
def test_triple_s_gives_the_same_whatever_the_shape_or_says_why(tmp_path_factory, order, missing, in_csv, delimiter):
    folder = tmp_path_factory.mktemp("sss")
    path = folder / "etude.sss"
    path.write_text(definition(), encoding="utf-8")
    (folder / "etude.asc").write_text(fixed(FIRST, SECOND), newline="", encoding="utf-8")
    expected = sorted(read(path), key=repr)
    variables = [one for one in order if one[0] != missing]
    data = (
        delimited(FIRST, SECOND, variables=variables, delimiter=delimiter)
        if in_csv
        else fixed(FIRST, SECOND, variables=variables)
    )
    (folder / "etude.asc").write_text(data, newline="", encoding="utf-8")
    record = ' href="etude.asc" format="csv" skip="1"' if in_csv else ""
    path.write_text(definition(variables, record=record, fields=in_csv), encoding="utf-8")
    if missing in ("NUM", "Q1", "HEURE"):
        with pytest.raises(ListeningError, match=f"« {missing} »|« serial »"):
            read(path)
    else:
        assert sorted(read(path), key=repr) == expected
