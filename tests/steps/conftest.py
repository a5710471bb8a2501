"""Nights whose store is a SQLite file, then a PostgreSQL database; one that was published."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from listening.configuration import read_night
from listening.steps.night import run_night

REPEATED = "Boycottez cette banque qui augmente encore ses frais de tenue de compte sans rien dire à personne"


NIGHT = """
store: essai.sqlite
reports: rapports
model: {model}
sources:
  - {{kind: table, name: avis, path: avis.csv, id: id, text: avis, date: date, author: auteur, stars: note}}
"""
ANSWERS = f"""id;date;auteur;note;avis
1;03/02/2026;Lulu;5;Accueil parfait, je recommande.
2;04/02/2026;Momo;1;Trop cher et personne ne répond au téléphone !
3;05/02/2026;Zaza;2;Encore un justificatif demandé.
4;07/03/2026;Kiki;1;{REPEATED}
5;08/03/2026;Riri;1;{REPEATED}
"""


@pytest.fixture
def night_file(night_file: Path, store_place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration of a night, on each kind of store; the working folder is its own."""
    monkeypatch.chdir(tmp_path)
    content = night_file.read_text(encoding="utf-8").replace("store: essai.sqlite", f"store: {store_place}")
    night_file.write_text(content, encoding="utf-8")
    return night_file


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Path:
    """The folder of a night that was published, with texts that repeat one another; `alors` is a copy of what it wrote.

    Copy it before anything is changed.
    """
    folder = tmp_path_factory.mktemp("publiee")
    (folder / "nuit.yaml").write_text(NIGHT.format(model=tiny_model), encoding="utf-8")
    (folder / "avis.csv").write_text(ANSWERS, encoding="utf-8")
    run_night(read_night(folder / "nuit.yaml"))
    shutil.copytree(folder / "rapports", folder / "alors")
    return folder
