from __future__ import annotations

import os
import stat
import struct
import tempfile
import tracemalloc
import warnings
from datetime import datetime
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest

from listening.errors import FormatError, SourceError
from listening.sources import archives
from listening.sources.archives import unpacked
from listening.sources.opening import check_file
from listening.sources.table import Table

AVIS = "id;avis\n1;Trop cher\n2;Déçue\n".encode()
LOCAL, CENTRAL = (b"PK\x03\x04", 6), (b"PK\x01\x02", 8)  # where the flags of a member are


@pytest.fixture
def zipped(tmp_path):
    """Make a ZIP of invented files."""

    def zipped(files, name="export.zip", compression=ZIP_DEFLATED):
        path = tmp_path / name
        with ZipFile(path, "w", compression) as packed, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # twice the same name
            for member, content in files:
                packed.writestr(member, content)
        return path

    return zipped


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where temporary folders are made during a test."""
    (tmp_path / "temporaire").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporaire"))
    return tmp_path / "temporaire"


def locked(path):
    """Mark the members of a ZIP as encrypted."""
    content = bytearray(path.read_bytes())
    for signature, flags in (LOCAL, CENTRAL):
        at = content.find(signature) + flags
        content[at : at + 2] = struct.pack("<H", struct.unpack_from("<H", content, at)[0] | 1)
    path.write_bytes(content)
    return path


def link():
    member = ZipInfo("avis.csv")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member


def test_unpacked_leaves_a_path_outside_any_zip_as_it_is(write, tmp_path):
    for path in (write("avis.csv", AVIS), tmp_path, tmp_path / "absent.zip"):
        with unpacked(path) as real:
            assert real == path


def test_unpacked_gives_a_private_folder_that_does_not_outlive_its_reading(zipped, temporary):
    with unpacked(zipped([("a.csv", AVIS), ("b/c.csv", AVIS)])) as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.parent == temporary
        assert sorted(str(one.relative_to(folder)) for one in folder.rglob("*")) == ["a.csv", "b", "b/c.csv"]
        assert (folder / "a.csv").read_bytes() == AVIS
    assert not [*temporary.iterdir()]


@pytest.mark.parametrize(
    ("members", "asked", "found"),
    [
        (["avis.csv"], "", "avis.csv"),
        (["mars/avis.csv"], "", "avis.csv"),
        (["mars/avis.csv", "mars/notes.csv"], "avis.csv", "avis.csv"),
        (["mars/avis.csv", "avril/avis.csv"], "avril/avis.csv", "avis.csv"),
        (["mars/avis.csv", "mars/lot/1.csv", "mars/lot/2.csv"], "lot", "lot"),
        (["__MACOSX/._avis.csv", ".DS_Store", "avis.csv", "mars/.cache/x.csv"], "", "avis.csv"),
        (["mars\\avis.csv", "mars\\notes.csv"], "notes.csv", "notes.csv"),
    ],
)
def test_unpacked_gives_what_a_path_names_in_a_zip(zipped, members, asked, found):
    with unpacked(zipped([(member, AVIS) for member in members]) / asked) as real:
        assert real.name == found


@pytest.mark.parametrize("encoding", ["cp850", "utf-8"])
def test_unpacked_reads_french_names_though_the_zip_does_not_say_their_encoding(zipped, encoding):
    name = "été.csv".encode(encoding)
    path = zipped([("Z" * (len(name) - 4) + ".csv", AVIS)])
    path.write_bytes(path.read_bytes().replace(b"Z" * (len(name) - 4) + b".csv", name))
    with unpacked(path) as real:
        assert real.name == "été.csv"


def test_unpacked_keeps_the_dates_of_files(zipped):
    with unpacked(zipped([(ZipInfo("avis.csv", (2026, 3, 12, 14, 0, 0)), AVIS)])) as real:
        assert datetime.fromtimestamp(real.stat().st_mtime).isoformat() == "2026-03-12T14:00:00"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([("../avis.csv", AVIS)], "export.zip : « ../avis.csv » mène hors du ZIP : ne vous fiez pas à ce fichier"),
        ([("a.csv", AVIS), ("mars/../../avis.csv", AVIS)], "mène hors du ZIP"),
        ([("mars\\..\\..\\avis.csv", AVIS)], "mène hors du ZIP"),
        ([("/tmp/avis.csv", AVIS)], "« /tmp/avis.csv » mène hors du ZIP"),
        ([("C:\\avis.csv", AVIS)], "mène hors du ZIP"),
        ([(link(), "/etc/hostname")], "« avis.csv » mène hors du ZIP"),
        ([("a.csv", AVIS), ("lot/B.ZIP", b"PK")], "« lot/B.ZIP » est un ZIP dans un ZIP : décompressez le premier"),
        ([("a.csv", AVIS), ("a.csv", AVIS)], "« a.csv » y est deux fois : refaites ce ZIP"),
        ([], "export.zip : ce ZIP ne contient aucun fichier"),
        ([(".DS_Store", b"x"), ("vide/", b"")], "ce ZIP ne contient aucun fichier"),
        ([("a.csv", bytes(4 * 2**20))], "se décompresse en plus de 200 fois sa taille"),
        ([("[Content_Types].xml", "<x/>")], "ce ZIP est en fait un classeur : renommez-le en .xlsx"),
        ([("content.xml", "<x/>")], "renommez-le en .ods"),
    ],
)
def test_unpacked_refuses_a_zip_that_may_do_harm(zipped, temporary, files, message):
    with pytest.raises(FormatError) as raised, unpacked(zipped(files)):
        pass
    assert message in str(raised.value)
    assert not [*temporary.iterdir()]


def test_unpacked_refuses_a_password(zipped):
    with pytest.raises(FormatError, match=r"« a.csv » est protégé par un mot de passe : .* donnez le dossier"):
        unpacked(locked(zipped([("a.csv", AVIS)]))).__enter__()


@pytest.mark.parametrize(("limit", "value", "message"), [("UNPACKED", 10, "dépasse 0 Go"), ("MEMBERS", 1, "au plus 1")])
def test_unpacked_refuses_a_zip_above_its_limits(zipped, monkeypatch, limit, value, message):
    monkeypatch.setattr(archives, limit, value)
    with pytest.raises(FormatError, match=message):
        unpacked(zipped([("a.csv", AVIS), ("b.csv", AVIS)])).__enter__()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda content: content[:-40], "ce ZIP est illisible"),
        (lambda content: content.replace(AVIS, AVIS.swapcase()), "ce ZIP est illisible .*CRC"),
        (lambda content: content[:40] + b"\xff" * 8 + content[48:], "ce ZIP est illisible"),
        (lambda content: b"", "ce fichier est vide"),
        (lambda content: b"id;avis\n", "ce ZIP est illisible"),
    ],
)
def test_unpacked_refuses_a_damaged_zip(zipped, spoil, message):
    path = zipped([("a.csv", AVIS)], compression=ZIP_STORED)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(FormatError, match=message):
        unpacked(path).__enter__()


def test_unpacked_names_the_files_of_a_zip_that_has_not_the_one_asked(zipped):
    path = zipped([("mars/a.csv", AVIS), ("mars/b.csv", AVIS)])
    with pytest.raises(SourceError, match=r"export.zip ne contient pas « c.csv » : choisissez parmi a.csv, b.csv"):
        unpacked(path / "c.csv").__enter__()


def test_unpacked_says_errors_of_the_path_that_was_told(zipped):
    path = zipped([("mars/a.csv", AVIS), ("mars/b.csv", AVIS)])
    with pytest.raises(SourceError) as raised, unpacked(path) as real:
        check_file(real)
    assert str(raised.value) == f"{path} est un dossier : donnez le chemin d'un fichier, comme {path / 'a.csv'}"


def test_a_source_reads_a_file_in_a_zip(zipped, temporary):
    path = zipped([("a.csv", AVIS), ("b.csv", AVIS)]) / "b.csv"
    source = Table(name="avis", path=path, text="avis")
    assert [one.text for one in source.read()] == ["Trop cher", "Déçue"]
    assert source.path == path
    assert not [*temporary.iterdir()]


def test_a_reading_given_up_leaves_nothing_behind(zipped, temporary):
    reading = Table(name="avis", path=zipped([("a.csv", AVIS)]), text="avis").read()
    assert next(reading).text == "Trop cher"
    assert len([*temporary.iterdir()]) == 1
    reading.close()
    assert not [*temporary.iterdir()]


def test_unpacked_takes_no_more_memory_for_larger_files(tmp_path):
    path = tmp_path / "grand.zip"
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr("a.csv", os.urandom(2**20) * 24)
    tracemalloc.start()
    with unpacked(path) as real:
        assert real.stat().st_size == 24 * 2**20
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 2**20
