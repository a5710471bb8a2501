from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.errors import FormatError, ListeningError, RowError
from listening.records import Verbatim
from listening.sources.discourse_archive import DiscourseArchive

COLUMNS = ["topic_title", "categories", "is_pm", "post_raw", "post_cooked", "like_count", "reply_count", "url"]
COLUMNS.append("created_at")
RAW = '[quote="gastounet, post:2, topic:8"]\nJamais eu de souci\n[/quote]\n\nMoi **si** : [3 semaines](https://example.org/s).'
COOKED = (
    '<aside class="quote no-group" data-username="gastounet" data-post="2" data-topic="8">\n<div class="title">\n'
    "gastounet:</div>\n<blockquote>\n<p>Jamais eu de souci</p>\n</blockquote>\n</aside>\n"
    '<p>Moi <strong>si</strong> : <a href="https://example.org/s">3 semaines</a>.</p>'
)


def post(number, **cells):
    return {
        "topic_title": "Caisses libre-service",
        "categories": "magasins|hypermarché",
        "is_pm": "Non",
        "post_raw": RAW,
        "post_cooked": COOKED,
        "like_count": "0",
        "reply_count": "1",
        "url": f"https://forum.example.org/t/caisses-libre-service/8/{number}",
        "created_at": "2026-03-08T17:41:21.317Z",
    } | cells


def export(*rows, columns=None, delimiter=","):
    text = io.StringIO()
    writer = csv.DictWriter(text, columns or COLUMNS, delimiter=delimiter, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read(path, **options):
    return list(DiscourseArchive(name="forum", path=path, **options).read())


def test_archive_reads_a_post(write):
    path = write("user_archive.csv", export(post(3)))
    (found,) = read(path, author="nenette_de_thiers", brands=["Hypermarché", "Grandval"])
    assert found == Verbatim(
        source="forum",
        channel="forum",
        external_id="8/3",
        text="Moi si : 3 semaines.",
        created_at=datetime(2026, 3, 8, 17, 41, 21, 317_000, tzinfo=UTC),
        author="nenette_de_thiers",
        brand="Hypermarché",
        url="https://forum.example.org/t/caisses-libre-service/8/3",
        thread="8",
        parent="8/2",
        meta={"title": "Caisses libre-service", "category": "magasins|hypermarché"},
    )


def test_archive_reads_markdown_where_there_is_no_html(write):
    columns = [name for name in COLUMNS if name != "post_cooked"]
    old = export(post(3, created_at="2026-03-08 17:41:21 UTC"), columns=columns).replace("post_raw", "post")
    (found,) = read(write("user_archive.csv", old))
    assert (found.text, found.parent) == ("Moi si : 3 semaines.", "8/2")
    assert found.created_at == datetime(2026, 3, 8, 17, 41, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("# Bof\n\nVu *hier* et __avant__, ~~bien~~ `nul`", "Bof\n\nVu hier et avant, bien nul"),
        ("> gastounet a dit\n> cela\n\nNon.", "Non."),
        ("Regardez ![photo|690x388](upload://aB3.jpeg) ça", "Regardez ça"),
        ("* un\n* deux", "un\ndeux"),
        ("3 * 4 * 5, snake_case_ici, 3 < 4 [sic]", "3 * 4 * 5, snake_case_ici, 3 < 4 [sic]"),
        ("Bof\n\n-- \nSolène, Thiers", "Bof"),
    ],
)
def test_archive_takes_markdown_out(write, raw, text):
    (found,) = read(write("user_archive.csv", export(post(3, post_raw=raw, post_cooked=""))))
    assert found.text == text


@pytest.mark.parametrize("private", ["Oui", "Yes", "true", "1"])
def test_archive_leaves_out_private_messages(write, private):
    found = read(write("user_archive.csv", export(post(1), post(2, is_pm=private), post(3))))
    assert [verbatim.external_id for verbatim in found] == ["8/1", "8/3"]


@pytest.mark.parametrize("raw", ["(post deleted by author)", "(message supprimé par l'auteur)"])
def test_archive_leaves_out_what_its_author_withdrew(write, raw):
    assert read(write("user_archive.csv", export(post(1, post_raw=raw, post_cooked=f"<p>{raw}</p>")))) == []


def test_archive_reads_the_folder_of_the_archive(write, tmp_path):
    write("archive/user_archive.csv", export(post(3), post(4)).replace("8/3\n", "8/3\n\n"))
    write("archive/likes.csv", "id,post_id\n1,2\n")
    assert [verbatim.external_id for verbatim in read(tmp_path / "archive")] == ["8/3", "8/4"]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"is_pm": "peut-être"}, "« peut-être » dans « is_pm » : écrivez Oui (message privé, écarté) ou Non"),
        ({"url": "https://forum.example.org/"}, "adresse de message illisible dans « url »"),
        ({"created_at": "hier"}, "date illisible « hier » dans « created_at »"),
        ({"post_cooked": "<p>" + "x" * 20_001}, "cellule de 20 001 caractères dans « post_cooked »"),
    ],
)
def test_archive_quarantines_a_bad_row_without_its_text(write, cells, message):
    plain = {"post_raw": "Bof\nnul", "post_cooked": ""}
    first, bad, last = read(write("user_archive.csv", export(post(1, **plain), post(2, **cells), post(3))))
    assert (first.external_id, last.external_id) == ("8/1", "8/3")
    assert isinstance(bad, RowError)
    assert message in str(bad)
    assert bad.content == ""


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("user_archive.csv", export(post(1), columns=COLUMNS[:2] + COLUMNS[3:]), "pas de colonne « is_pm »"),
        ("user_archive.csv", "id,post_id\n1,2\n", "pas de colonne « is_pm » : choisissez parmi « id », « post_id »"),
        ("user_archive.csv", "", "est vide"),
    ],
)
def test_archive_says_why_a_file_cannot_be_read(write, name, content, message):
    with pytest.raises(FormatError, match=message):
        read(write(name, content))


@settings(max_examples=30, deadline=None)
@given(
    order=st.permutations([*COLUMNS, "ajout"]),
    missing=st.sets(st.sampled_from(COLUMNS), max_size=2),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
def test_archive_gives_the_same_however_the_table_is_saved(tmp_path_factory, order, missing, delimiter, encoding):
    path = tmp_path_factory.mktemp("d") / "user_archive.csv"
    rows = [post(1, ajout="x"), post(3, ajout=""), post(4, is_pm="Oui")]
    path.write_text(export(*rows), newline="")
    expected = read(path)
    columns = [name for name in order if name not in missing]
    path.write_text(export(*rows, columns=columns, delimiter=delimiter), encoding=encoding, newline="")
    options = {} if encoding.startswith("utf-8") else {"encoding": encoding}
    if missing & {"is_pm", "url", "post_raw"}:
        with pytest.raises(ListeningError, match="pas de colonne"):
            read(path, **options)
        return
    found = read(path, **options)
    assert [(one.id, one.text, one.parent) for one in found] == [(one.id, one.text, one.parent) for one in expected]
    if not missing & {"topic_title", "categories", "created_at"}:
        assert found == expected
