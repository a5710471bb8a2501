from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from listening.errors import FormatError, ListeningError, RowError
from listening.records import Verbatim
from listening.sources.board import Board

XENFORO = {
    "post_id": "52",
    "thread_id": "8",
    "user_id": "7",
    "username": "nenette_de_thiers",
    "post_date": "1772357000",
    "message": '[QUOTE="gastounet, post: 51, member: 4"]Jamais eu de souci[/QUOTE]\nMoi [B]si[/B] : trois semaines.',
    "ip_id": "113",
    "message_state": "visible",
    "attach_count": "0",
    "position": "1",
}
VBULLETIN = {
    "postid": "52",
    "threadid": "8",
    "parentid": "50",
    "username": "nenette_de_thiers",
    "userid": "7",
    "title": "Re: Colis Kolibri &amp; retard",
    "dateline": "1772357000",
    "pagetext": "[QUOTE=gastounet]Jamais eu de souci[/QUOTE]\nMoi [B]si[/B] : trois semaines.",
    "allowsmilie": "1",
    "showsignature": "1",
    "ipaddress": "203.0.113.7",
    "iconid": "0",
    "visible": "1",
    "attach": "0",
}


def export(*rows, columns=None, delimiter=","):
    text = io.StringIO()
    writer = csv.DictWriter(text, columns or list(rows[0]), delimiter=delimiter, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read(path, **options):
    return list(Board(name="forum", path=path, **options).read())


def test_board_reads_a_post_of_xenforo(write):
    path = write("xf_post.csv", export(XENFORO))
    (found,) = read(path, post_url="https://forum.example.org/posts/{id}/", brand="Colivia")
    assert found == Verbatim(
        source="forum",
        channel="forum",
        external_id="52",
        text="Moi si : trois semaines.",
        created_at=datetime(2026, 3, 1, 9, 23, 20, tzinfo=UTC),
        author="nenette_de_thiers",
        brand="Colivia",
        url="https://forum.example.org/posts/52/",
        thread="8",
        parent="51",
    )


def test_board_reads_a_post_of_vbulletin(write):
    (found,) = read(write("post.csv", export(VBULLETIN)), brands=["Kolibri"])
    assert found == Verbatim(
        source="forum",
        channel="forum",
        external_id="52",
        text="Moi si : trois semaines.",
        created_at=datetime(2026, 3, 1, 9, 23, 20, tzinfo=UTC),
        author="nenette_de_thiers",
        brand="Kolibri",
        thread="8",
        parent="50",
        meta={"title": "Colis Kolibri & retard"},
    )


def test_board_reads_a_node_of_vbulletin_5(write):
    node = {"nodeid": "8", "parentid": "3", "starter": "8", "authorname": "nenette", "publishdate": "1772357000"}
    node |= {"rawtext": "Trop long", "showpublished": "1", "showapproved": "1"}
    answer = node | {"nodeid": "9", "parentid": "8", "rawtext": "[QUOTE=nenette;n8]Trop long[/QUOTE]Oui"}
    first, second = read(write("node.csv", export(node, answer, node | {"nodeid": "10", "showapproved": "0"})))
    assert (first.thread, first.parent, first.author) == ("8", None, "nenette")
    assert (second.text, second.thread, second.parent) == ("Oui", "8", "8")


@pytest.mark.parametrize("state", ["moderated", "deleted"])
def test_board_leaves_out_what_people_cannot_read(write, state):
    found = read(write("xf_post.csv", export(XENFORO, XENFORO | {"post_id": "53", "message_state": state})))
    assert [verbatim.external_id for verbatim in found] == ["52"]


@pytest.mark.parametrize("visible", ["0", "2"])
def test_board_leaves_out_what_vbulletin_hides(write, visible):
    assert read(write("post.csv", export(VBULLETIN | {"visible": visible}))) == []


def test_board_reads_headings_in_french_and_dates_of_people(write):
    french = "ID du message;ID de la discussion;Auteur;Date du message;Contenu;Titre de la discussion;Forum\n"
    path = write("avis.csv", french + '52;8;nenette;01/03/2026 10:23;"Trop ""long""";Colis;Livraison\n', "utf-16")
    (found,) = read(path, encoding="utf-16")
    assert found.created_at == datetime(2026, 3, 1, 10, 23, tzinfo=ZoneInfo("Europe/Paris"))
    assert (found.external_id, found.thread, found.author, found.text) == ("52", "8", "nenette", 'Trop "long"')
    assert found.meta == {"title": "Colis", "forum": "Livraison"}


def test_board_takes_the_columns_given(write):
    path = write("avis.csv", "numero,corps,message\n1,Bof,interne\n")
    (found,) = read(path, columns={"id": "numero", "text": "corps"})
    assert (found.external_id, found.text) == ("1", "Bof")
    with pytest.raises(FormatError, match="pas de colonne « corp » : choisissez parmi « numero », « corps »"):
        read(path, columns={"id": "numero", "text": "corp"})


@pytest.mark.parametrize(
    ("cells", "author"),
    [({"username": ""}, "7"), ({"username": "", "user_id": "0"}, None), ({"username": "NULL"}, "7")],
)
def test_board_names_the_author(write, cells, author):
    (found,) = read(write("xf_post.csv", export(XENFORO | cells)))
    assert found.author == author


def test_board_reads_the_joined_columns_of_a_query(write):
    row = {f"p.{name}": cell for name, cell in XENFORO.items()} | {"t.title": "Colis", "t.discussion_state": "visible"}
    (found,) = read(write("xf_post.csv", export(row)))
    assert (found.external_id, found.meta) == ("52", {"title": "Colis"})


def test_board_reads_json_and_no_post(write):
    assert read(write("xf_post.json", json.dumps([XENFORO]))) == read(write("xf_post.csv", export(XENFORO)))
    assert read(write("xf_post.json", "[]")) == []


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"post_id": " "}, "xf_post.csv, ligne 4 : identifiant vide dans « post_id »"),
        ({"post_date": "1,77E+09"}, "ligne 4 : date illisible « 1,77E+09 » dans « post_date »"),
        ({"message_state": "draft"}, "ligne 4 : visibilité « draft » inconnue dans « message_state »"),
        ({"message": "x" * 20_001}, "ligne 4 : cellule de 20 001 caractères dans « message »"),
    ],
)
def test_board_quarantines_a_bad_row_and_goes_on(write, cells, message):
    first, bad, last = read(write("xf_post.csv", export(XENFORO, XENFORO | cells, XENFORO | {"post_id": "54"})))
    assert (first.external_id, last.external_id) == ("52", "54")
    assert isinstance(bad, RowError)
    assert message in str(bad)


def test_board_keeps_a_long_quote_out_of_the_count(write):
    (found,) = read(write("xf_post.csv", export(XENFORO | {"message": f"[QUOTE]{'x' * 30_000}[/QUOTE]Bof"})))
    assert found.text == "Bof"


def test_board_wants_a_text_and_a_place_for_the_id(write, tmp_path):
    with pytest.raises(FormatError, match=r"post.csv : pas de colonne « message » : choisissez parmi « postid »"):
        read(write("post.csv", "postid,dateline\n1,1772357000\n"))
    with pytest.raises(ValidationError, match=r"écrivez https://forum.example.org/posts/{id}/"):
        Board(name="forum", path=tmp_path, post_url="https://forum.example.org/")


@settings(max_examples=30, deadline=None)
@given(
    base=st.sampled_from([XENFORO, VBULLETIN]),
    data=st.data(),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
def test_board_gives_the_same_however_the_table_is_exported(tmp_path_factory, base, data, delimiter, encoding):
    path = tmp_path_factory.mktemp("b") / "posts.csv"
    rows = [base | {"ajout": "x"}, {name: f"1{c}" if name in ("post_id", "postid") else c for name, c in base.items()}]
    path.write_text(export(*rows), newline="")
    expected = read(path)
    missing = data.draw(st.sets(st.sampled_from(list(base)), max_size=2))
    columns = [name for name in data.draw(st.permutations([*base, "ajout"])) if name not in missing]
    path.write_text(export(*rows, columns=columns, delimiter=delimiter), encoding=encoding, newline="")
    options = {} if encoding.startswith("utf-8") else {"encoding": encoding}
    if missing & {"post_id", "postid", "message", "pagetext"}:
        with pytest.raises(ListeningError, match="pas de colonne"):
            read(path, **options)
        return
    found = read(path, **options)
    assert [(one.external_id, one.text) for one in found] == [(one.external_id, one.text) for one in expected]
    used = {"thread_id", "threadid", "username", "post_date", "dateline", "parentid", "title"}
    if not missing & used:
        assert found == expected
