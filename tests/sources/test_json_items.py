from __future__ import annotations

import json

import pytest

from listening.errors import FormatError, RowError
from listening.sources import json_items
from listening.sources.json_items import read_items

ITEMS = [{"id": n, "texte": f"avis « {n} » \n, [ {{ \\ é", "suite": [{"n": n}]} for n in range(40)]


def read(path):
    return list(read_items(path, "utf-8-sig"))


@pytest.mark.parametrize("chunk", [1, 7, 64, 65_536])
@pytest.mark.parametrize("indent", [None, 2])
def test_read_items_gives_every_item_whatever_is_read_at_a_time(write, monkeypatch, chunk, indent):
    monkeypatch.setattr(json_items, "CHUNK", chunk)
    path = write("avis.json", json.dumps(ITEMS, indent=indent, ensure_ascii=False))
    assert [content for _, content in read(path)] == ITEMS


def test_read_items_gives_the_line_where_each_begins(write):
    path = write("avis.json", '[\n  {"id": 1},\n  {\n    "id": 2\n  },\n\n  {"id": 3}]')
    assert [line for line, _ in read(path)] == [2, 3, 7]


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.json", "[]", []),
        ("a.json", ' {"id": 1}\n', [(1, {"id": 1})]),
        ("a.jsonl", '{"id": 1}\n\n{"id": 2}', [(1, {"id": 1}), (3, {"id": 2})]),
        ("a.ndjson", '{"t": "a\\ud83d\\u0000b \\ud83d\\ude42"}', [(1, {"t": "ab 🙂"})]),
    ],
)
def test_read_items_reads_each_layout(write, name, content, found):
    assert read(write(name, content)) == found


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            '[{"id": 1},\n {"id": 2, "texte": "Rien à d',
            "a.json, ligne 2, colonne 21 : JSON illisible, la fin du fichier",
        ),
        ('[{"id": 1},\n {"id": 2}', "ligne 2, colonne 11 : JSON illisible, la fin du fichier manque"),
        ('[{"id": 1},', "la fin du fichier manque : exportez-le à nouveau"),
        ("  \n", "la fin du fichier manque"),
        ('[{"id": 1}\n {"id": 2}]', "ligne 2, colonne 2 : JSON illisible, une virgule"),
        ('[{"id": 1, texte: 2}]', "ligne 1, colonne 1[23] : JSON illisible, une virgule, un guillemet"),
        ('[{"id": 1}]\n[{"id": 2}]', "ligne 2, colonne 1 : JSON illisible, autre chose commence ici"),
        ('{"id": 1}\n{"id": 2}', "ligne 2, colonne 1 : .*si c'est du JSONL, renommez-le en .jsonl"),
        ("[" * 200_000, "trop de listes ou d'objets emboîtés"),
        ('[{"id": ' + "9" * 5000 + "}]", "ligne 1, colonne 2 : JSON illisible, un nombre de milliers de chiffres"),
    ],
)
def test_read_items_says_where_json_breaks(write, content, message):
    with pytest.raises(FormatError, match=message):
        read(write("a.json", content))


def test_read_items_finds_a_fault_without_reading_the_rest(write, monkeypatch):
    monkeypatch.setattr(json_items, "CHUNK", 1000)
    path = write("a.json", '[{"id": 1}, {"id" 2}, ' + '{"id": 3},' * 1000)
    given = read_items(path, "utf-8")
    assert next(given) == (1, {"id": 1})
    with pytest.raises(FormatError, match="ligne 1, colonne 19 : JSON illisible, une virgule"):
        next(given)


def test_read_items_quarantines_a_jsonl_line_with_a_number_of_thousands_of_digits(write):
    wrong, last = read(write("a.jsonl", '{"id": ' + "9" * 5000 + '}\n{"id": 3}\n'))
    assert str(wrong).startswith("a.jsonl, ligne 1 : JSON illisible")
    assert last == (2, {"id": 3})


def test_read_items_quarantines_a_wrong_jsonl_line(write):
    first, wrong, last = read(write("a.jsonl", '{"id": 1}\n{"id": 2, "te\n{"id": 3}\n'))
    assert (first, last) == ((1, {"id": 1}), (3, {"id": 3}))
    assert isinstance(wrong, RowError)
    assert str(wrong).startswith("a.jsonl, ligne 2 : JSON illisible à la colonne 14 :")


@pytest.mark.parametrize(("name", "content"), [("a.json", '[{"id": 1},\n4]'), ("a.jsonl", '{"id": 1}\n"rien"')])
def test_read_items_quarantines_what_is_no_object(write, name, content):
    _, wrong = read(write(name, content))
    assert str(wrong).startswith(f"{name}, ligne 2 : un objet JSON {{…}} est attendu ici")


def test_read_items_recognises_a_list_named_jsonl(write):
    with pytest.raises(FormatError, match=r"a.jsonl est une liste JSON, pas du JSONL : renommez-le en .json"):
        read(write("a.jsonl", '[\n {"id": 1}\n]'))
