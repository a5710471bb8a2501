from __future__ import annotations

from pathlib import Path

import pytest

from listening.errors import ConfigurationError
from listening.plugins import find

GROUP = "listening.tests"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Put a package that announces entry points on the path, as an installation does."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(name: str, entries: str, code: str = "") -> None:
        (tmp_path / f"{name}.py").write_text(code)
        metadata = tmp_path / f"{name}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[{GROUP}]\n{entries}\n")

    return install


def test_find_gives_classes_in_alphabetical_order(install):
    install("greffon_a", "zeste = greffon_a:Zeste\nabri = greffon_a:Abri", "class Zeste: ...\nclass Abri: ...")
    found = find(GROUP)
    assert list(found) == ["abri", "zeste"]
    assert found["zeste"].__name__ == "Zeste"


def test_find_gives_the_kinds_of_sources():
    found = find("listening.sources")
    assert {"discourse", "limesurvey", "mastodon", "qualtrics", "spss", "table", "triple-s"} <= set(found)
    assert all(source.model_fields["kind"].default == kind for kind, source in found.items())


def test_find_gives_nothing_for_an_unknown_group():
    assert find("listening.inconnu") == {}


@pytest.mark.parametrize(
    ("name", "entries", "code", "message"),
    [
        ("greffon_b", "b = greffon_b_absent:B", "", "« b » .*paquet greffon_b.* ne se charge pas .*réinstallez"),
        ("greffon_c", "c = greffon_c:C", "", "« c » .*paquet greffon_c.* ne se charge pas"),
        ("greffon_d", "d = greffon_d:d", "def d(): ...", "« d » .* n'est pas une classe"),
    ],
)
def test_find_names_the_package_that_fails(install, name, entries, code, message):
    install(name, entries, code)
    with pytest.raises(ConfigurationError, match=message):
        find(GROUP)


def test_find_refuses_a_name_announced_twice(install):
    install("greffon_e", "meme = greffon_e:E", "class E: ...")
    install("greffon_f", "meme = greffon_f:F", "class F: ...")
    with pytest.raises(ConfigurationError, match=r"« meme » est annoncé deux fois .*greffon_e.* et par greffon_f"):
        find(GROUP)
