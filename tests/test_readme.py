"""The README's Python examples run, and its commands and files are there."""

import doctest
import re
from pathlib import Path

import pytest

from listening.configuration import read_night
from listening.plugins import find
from listening.sources.base import KINDS
from listening.sources.live.base import LiveSource
from listening.steps.ingest import ingest
from listening.store.store import Store

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_readme_python_examples_run() -> None:
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert failed == 0
    assert tried >= 6


def test_readme_begins_with_the_two_commands() -> None:
    first = README.split("```")[1]
    assert re.findall(r"^make \w+", first, re.MULTILINE) == ["make nightly", "make test"]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((?!https?:)([^)#]+)\)", README))))
def test_readme_links_lead_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make (\w+)", README))))
def test_readme_make_targets_exist(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def block(language: str, holding: str) -> str:
    (found,) = [code for code in re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL) if holding in code]
    return str(found)


@pytest.fixture
def kiosk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The README's own source, installed as a package; gives the file that it reads, named by a night beside it."""
    (tmp_path / "notre_paquet.py").write_text(block("python", "class Borne"), encoding="utf-8")
    metadata = tmp_path / "notre_paquet-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: notre_paquet\nVersion: 1.0\n")
    announced = block("toml", "listening.sources").replace(
        '[project.entry-points."listening.sources"]', "[listening.sources]"
    )
    (metadata / "entry_points.txt").write_text(announced.replace('"', ""))
    monkeypatch.syspath_prepend(tmp_path)
    avis = tmp_path / "avis.jsonl"
    avis.write_text('{"id": "1", "le": "2026-03-01T10:00:00+01:00", "texte": "Accueil parfait"}\n', encoding="utf-8")
    (tmp_path / "nuit.yaml").write_text(
        f"sources:\n  - {{kind: borne, name: bornes, path: {avis}}}\n", encoding="utf-8"
    )
    return avis


def test_readme_live_sources_are_read_by_a_night(tmp_path: Path) -> None:
    (tmp_path / "nuit.yaml").write_text(block("yaml", "mastodon-live"), encoding="utf-8")
    kinds = {source.kind for source in read_night(tmp_path / "nuit.yaml").sources}
    assert kinds == {name for name, one in find(KINDS).items() if issubclass(one, LiveSource)}


def test_readme_own_source_is_read_by_a_night_from_where_it_ended(kiosk: Path, store: Store) -> None:
    (source,) = read_night(kiosk.parent / "nuit.yaml").sources
    assert ingest(source, store, key=b"essai")["new"] == 1
    with kiosk.open("a", encoding="utf-8") as file:
        file.write('{"id": "2", "le": "2026-03-02T10:00:00+01:00", "texte": "Trop cher"}\n')
    again = ingest(source, store, key=b"essai")
    assert (again["read"], again["new"]) == (1, 1)
