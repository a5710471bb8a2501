from __future__ import annotations

import codecs

import pytest

from listening.errors import ConfigurationError, FormatError, SourceError
from listening.sources.opening import SAMPLE, files_at, find_encoding, open_text

TEXT = "id,avis\n1,Caisse fermée à 19h, déçue\n"
ASCII = "id,avis\n1,rien a dire\n"


def read(path, encoding="utf-8-sig"):
    with open_text(path, encoding) as file:
        return file.read()


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8-sig"),
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8-sig"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf8"),
        (TEXT.encode("cp1252"), "cp1252"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
    ],
)
def test_open_text_reads_each_encoding(write, content, encoding):
    assert read(write("avis.csv", content), encoding) == TEXT


@pytest.mark.parametrize(
    ("content", "encoding", "message"),
    [
        (b"", "utf-8", "avis.csv : ce fichier est vide : exportez-le à nouveau"),
        (
            TEXT.encode("cp1252"),
            "utf-8",
            "avis.csv, ligne 2 : ce fichier n'est pas en UTF-8 ; il semble être en cp1252 : ajoutez "
            "« encoding: cp1252 » à la source ou réenregistrez-le en UTF-8",
        ),
        (
            TEXT.encode("mac_roman"),
            "utf-8",
            "ligne 2 : ce fichier n'est pas en UTF-8 ; il semble être en mac_roman",
        ),
        (TEXT.encode("cp850"), "utf-8", "il semble être en cp850 : ajoutez « encoding: cp850 »"),
        (TEXT.encode("utf-16"), "utf-8", "avis.csv : ce fichier est en UTF-16 : ajoutez « encoding: utf-16 »"),
        (TEXT.encode("utf-16-le"), "utf-8", "avis.csv : ce fichier est en UTF-16-LE : ajoutez"),
        (ASCII.encode("utf-16-be"), "cp1252", "avis.csv : ce fichier est en UTF-16-BE : ajoutez"),
        (TEXT.encode("utf-32"), "utf-8", "avis.csv : ce fichier est en UTF-32 : ajoutez"),
        (codecs.BOM_UTF8 + TEXT.encode(), "cp1252", "ce fichier est en UTF-8, pas en cp1252 : retirez « encoding »"),
        (
            TEXT.encode() * 3 + b"4,cass\xe9\n",
            "utf-8-sig",
            "ligne 7 : octets illisibles, alors que le début est en UTF-8",
        ),
        (TEXT.encode(), "utf-16", "ce fichier n'est pas en utf-16 : retirez « encoding »"),
        ("avis\nà l'accueil ← là\n".encode(), "ascii", "n'est pas en ascii ; il semble être en utf-8"),
        (b"PK\x03\x04\x14\x00", "utf-8", "n'est pas du texte mais un classeur Excel"),
        (b"PAR1\x15\x04", "utf-8", "n'est pas du texte mais du Parquet : renommez-le"),
    ],
)
def test_open_text_says_what_is_wrong_and_the_remedy(write, content, encoding, message):
    with pytest.raises(FormatError) as raised:
        read(write("avis.csv", content), encoding)
    assert message in str(raised.value)


def test_open_text_finds_the_line_of_a_late_byte(write):
    path = write("avis.csv", ASCII.encode() * 30_000 + b"1,d\xe9\xe7u\n")
    with pytest.raises(FormatError, match=r"^avis.csv, ligne 60001 : .* cp1252"):
        read(path, "utf-8")
    assert read(path).endswith("1,déçu\n")


def test_open_text_refuses_a_missing_file(tmp_path):
    with pytest.raises(SourceError, match=r"absent.csv : ce fichier n'existe pas : vérifiez le chemin, lu depuis /"):
        read(tmp_path / "absent.csv")


def test_open_text_refuses_a_folder(tmp_path):
    with pytest.raises(SourceError, match="est un dossier : donnez le chemin d'un fichier"):
        read(tmp_path)


def test_open_text_refuses_an_unknown_encoding(write):
    with pytest.raises(ConfigurationError, match=r"encodage inconnu « ansi-fr » : essayez"):
        read(write("avis.csv", TEXT), "ansi-fr")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("forum/2.json", ["2.json"]),
        ("forum", ["1.json", "2.json", "3.JSONL"]),
        ("forum/[12].json", ["1.json", "2.json"]),
        ("**/*.json*", ["1.json", "2.json"]),
    ],
)
def test_files_at_gives_a_file_a_folder_or_a_glob_in_order(write, tmp_path, asked, found):
    for name in ("2.json", "1.json", "3.JSONL", "lisezmoi.md"):
        write(f"forum/{name}", "{}")
    assert [path.name for path in files_at(tmp_path / asked, ".json", ".jsonl")] == found


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("absent.json", "ce fichier n'existe pas"),
        ("absent/*.json", "aucun fichier .json, .jsonl"),
        ("vide", "aucun fichier .json, .jsonl"),
    ],
)
def test_files_at_refuses_what_holds_no_file(tmp_path, asked, message):
    (tmp_path / "vide").mkdir()
    with pytest.raises(SourceError, match=message):
        files_at(tmp_path / asked, ".json", ".jsonl")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8-sig"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("cp1252"), "cp1252"),
        (TEXT.encode("mac_roman"), "mac_roman"),
        (b"a" * (SAMPLE - 1) + "é".encode(), "utf-8-sig"),
        (ASCII.encode() * 30_000 + TEXT.encode("cp1252"), "cp1252"),
        (ASCII.encode() * 30_000 + TEXT.encode(), "utf-8-sig"),
        (ASCII.encode(), "utf-8-sig"),
        ("caf\xe9".encode("cp1252"), "cp1252"),
        (TEXT.encode() * 3 + b"4,cass\xe9\n", "utf-8-sig"),
        (TEXT.encode("cp1252") * 3 + TEXT.encode(), "cp1252"),
    ],
)
def test_find_encoding_tells_that_of_french_texts(write, content, encoding):
    assert find_encoding(write("a.csv", content)) == encoding
