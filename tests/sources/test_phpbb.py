from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.errors import FormatError, ListeningError, RowError, SourceError
from listening.records import Verbatim
from listening.sources.phpbb import PhpBB

COLUMNS = [
    *("post_id", "topic_id", "forum_id", "poster_id", "icon_id", "poster_ip", "post_time", "post_visibility"),
    *("post_reported", "enable_bbcode", "post_username", "post_subject", "post_text", "post_checksum"),
    *("bbcode_bitfield", "bbcode_uid", "post_edit_time", "post_edit_reason"),
]
QUOTE = (
    '<r><QUOTE author="nenette" post_id="41" time="1772357000" user_id="7"><s>[quote=nenette post_id=41 '
    "time=1772357000 user_id=7]</s>Coupée trois fois<e>[/quote]</e></QUOTE>\n\nPareil <E>:(</E> &amp; cher<br/>\n"
    "-- <br/>\nGaston, Thiers</r>"
)
OLD = (
    "[quote=&quot;nenette&quot;:3k2j1h4g]Coupée[/quote:3k2j1h4g]\nOui, [b:3k2j1h4g]mais[/b:3k2j1h4g] l'appli est "
    'bien <!-- s:) --><img src="{SMILIES_PATH}/icon_e_smile.gif" alt=":)" title="Sourire" /><!-- s:) -->'
)


def post(number, text="<t>Box coupée &amp; trois appels</t>", **cells):
    return {
        **dict.fromkeys(COLUMNS, "0"),
        "post_id": str(number),
        "topic_id": "8",
        "forum_id": "5",
        "poster_id": "7",
        "poster_ip": "203.0.113.7",
        "post_time": "1772357000",
        "post_visibility": "1",
        "post_username": "",
        "post_subject": "Re: Fibre &quot;Kolibri&quot; en panne",
        "post_text": text,
        "bbcode_uid": "3k2j1h4g",
        "post_edit_reason": "",
    } | cells


def export(*rows, columns=None, delimiter=","):
    text = io.StringIO()
    columns = columns or list(rows[0])
    writer = csv.DictWriter(text, columns, delimiter=delimiter, quoting=csv.QUOTE_ALL, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read(path, **options):
    return list(PhpBB(name="forum", path=path, **options).read())


def test_phpbb_reads_a_post(write):
    (found,) = read(
        write("posts.csv", export(post(42, QUOTE))), base_url="https://forum.example.org/", brands=["Kolibri"]
    )
    assert found == Verbatim(
        source="forum",
        channel="forum",
        external_id="42",
        text="Pareil :( & cher",
        created_at=datetime(2026, 3, 1, 9, 23, 20, tzinfo=UTC),
        author="7",
        brand="Kolibri",
        url="https://forum.example.org/viewtopic.php?p=42#p42",
        thread="8",
        parent="41",
        meta={"title": 'Fibre "Kolibri" en panne', "forum": "5"},
    )


@pytest.mark.parametrize("uid", ["3k2j1h4g", "", "NULL"])
def test_phpbb_reads_what_was_stored_before_32(write, uid):
    (found,) = read(write("posts.csv", export(post(42, OLD, bbcode_uid=uid))))
    assert (found.text, found.parent) == ("Oui, mais l'appli est bien :)", None)


@pytest.mark.parametrize(
    ("cells", "author"),
    [
        ({"post_username": "Gaston"}, "Gaston"),
        ({"poster_id": "1", "post_username": "Passant"}, "Passant"),
        ({"poster_id": "1"}, None),
        ({"poster_id": "7", "username": "nenette"}, "nenette"),
        ({"poster_id": "1", "username": "Anonymous"}, None),
        ({"poster_id": "NULL"}, None),
    ],
)
def test_phpbb_names_the_author(write, cells, author):
    (found,) = read(write("posts.csv", export(post(42, **cells))))
    assert found.author == author


@pytest.mark.parametrize(
    "cells",
    [
        {"post_visibility": "0"},
        {"post_visibility": "2"},
        {"post_visibility": "3"},
        {"topic_visibility": "2"},
        {"post_approved": "0"},
        {"post_approved": "f"},
    ],
)
def test_phpbb_leaves_out_what_people_cannot_read(write, cells):
    states = dict.fromkeys(cells, "1")
    found = read(write("posts.csv", export(post(1, **states), post(2, **cells), post(3, **states))))
    assert [verbatim.external_id for verbatim in found] == ["1", "3"]


def test_phpbb_prefers_the_title_and_the_forum_by_name(write):
    joined = post(42, topic_title="Mon e-mail est jo@example.org", forum_name="Box &amp; fibre")
    (found,) = read(write("posts.csv", export(joined)))
    assert found.meta == {"title": "Mon e-mail est [E-MAIL]", "forum": "Box & fibre"}


def test_phpbb_keeps_nothing_of_who_wrote(write):
    found = read(write("posts.csv", export(post(42), post(43, post_time="hier"))))
    assert "203.0.113.7" not in repr(found) + found[1].content


def test_phpbb_gives_an_empty_text_for_a_lone_quote_and_no_date_for_0(write):
    lone = '<r><QUOTE author="nenette"><s>[quote]</s>Coupée<e>[/quote]</e></QUOTE></r>'
    (found,) = read(write("posts.csv", export(post(42, lone, post_time="0"))))
    assert (found.text, found.created_at) == ("", None)


def test_phpbb_keeps_the_answer_that_is_the_word_null(write):
    (found,) = read(write("posts.csv", export(post(42, "NULL"))))
    assert found.text == "NULL"


def test_phpbb_reads_lines_of_json_and_the_json_of_phpmyadmin(write):
    rows = [post(1), post(42, QUOTE)]
    expected = read(write("posts.csv", export(*rows)))
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    nested = [
        {"type": "header", "version": "5.2.1", "comment": "Export to JSON plugin for phpMyAdmin"},
        {"type": "database", "name": "forum"},
        {"type": "table", "name": "phpbb_users", "database": "forum", "data": [{"user_id": "7"}]},
        {"type": "table", "name": "phpbb_posts", "database": "forum", "data": rows},
    ]
    assert read(write("posts.jsonl", lines)) == expected
    assert read(write("posts.json", json.dumps(nested))) == expected
    with pytest.raises(FormatError, match=r"posts.json : aucun message dans cet export"):
        read(write("posts.json", json.dumps(nested[:3])))


def test_phpbb_names_what_is_no_post_in_the_json_of_phpmyadmin(write):
    nested = [{"type": "table", "name": "phpbb_posts", "data": [post(1), 4, post(2)]}]
    first, bad, last = read(write("posts.json", json.dumps(nested)))
    assert (first.external_id, last.external_id) == ("1", "2")
    assert str(bad) == ("posts.json, ligne 1, message n° 2 : un objet JSON {…} est attendu, pas 4 : supprimez-le")


def test_phpbb_reads_no_post(write):
    assert read(write("posts.json", "[]")) == []
    assert read(write("posts.csv", export(columns=COLUMNS))) == []


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"post_id": ""}, "posts.csv, ligne 3 : identifiant vide dans « post_id »"),
        ({"post_time": "hier"}, "ligne 3 : date illisible « hier » dans « post_time »"),
        ({"post_visibility": "9"}, "ligne 3 : visibilité « 9 » inconnue dans « post_visibility » : écrivez 1"),
        ({"post_visibility": ""}, "ligne 3 : visibilité «  » inconnue"),
        ({"post_text": "<r>coupé <B>ici"}, "ligne 3 : message coupé dans « post_text » (balise <r> ou <t>"),
        ({"post_text": "x" * 20_001}, "ligne 3 : cellule de 20 001 caractères dans « post_text »"),
        ({"post_text": "x" * 100_001}, "ligne 3 : cellule de 100 001 caractères dans « post_text »"),
    ],
)
def test_phpbb_quarantines_a_bad_row_and_goes_on(write, cells, message):
    first, bad, last = read(write("posts.csv", export(post(1), post(2, **cells), post(3))))
    assert (first.external_id, last.external_id) == ("1", "3")
    assert isinstance(bad, RowError)
    assert message in str(bad)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (export(post(1)).split("\n", 1)[1], "pas de colonne « post_id » : choisissez parmi .*; exportez la table"),
        (export(post(1), columns=[name for name in COLUMNS if name != "post_text"]), "pas de colonne « post_text »"),
        (export(post(1)).rstrip()[:-5], "ligne 2 : un guillemet ouvert ici n'est jamais refermé"),
        ("", "est vide"),
    ],
)
def test_phpbb_says_why_a_file_cannot_be_read(write, content, message):
    with pytest.raises(FormatError, match=message):
        read(write("posts.csv", content))


def test_phpbb_refuses_a_missing_file(tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        read(tmp_path / "posts.csv")


@settings(max_examples=30, deadline=None)
@given(
    order=st.permutations([*COLUMNS, "ajout"]),
    missing=st.sets(st.sampled_from(COLUMNS), max_size=2),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
def test_phpbb_gives_the_same_however_the_table_is_exported(tmp_path_factory, order, missing, delimiter, encoding):
    path = tmp_path_factory.mktemp("p") / "posts.csv"
    rows = [post(1, ajout="x"), post(42, QUOTE, ajout="y"), post(43, OLD, ajout="")]
    path.write_text(export(*rows), newline="")
    expected = read(path)
    columns = [name for name in order if name not in missing]
    path.write_text(export(*rows, columns=columns, delimiter=delimiter), encoding=encoding, newline="")
    options = {} if encoding.startswith("utf-8") else {"encoding": encoding}
    if missing & {"post_id", "post_text"}:
        with pytest.raises(ListeningError, match="pas de colonne « post_"):
            read(path, **options)
        return
    found = read(path, **options)
    assert [(one.external_id, one.text, one.parent) for one in found] == [
        (one.external_id, one.text, one.parent) for one in expected
    ]
    if not missing & {"topic_id", "post_time", "poster_id", "post_subject", "forum_id"}:
        assert found == expected
