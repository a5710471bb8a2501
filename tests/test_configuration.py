from datetime import date
from pathlib import Path

import pytest

from listening.configuration import read_night
from listening.errors import ConfigurationError

SOURCE = "sources:\n  - kind: table\n    name: avis\n    path: avis.csv\n    text: avis\n"


def write(folder: Path, content: str) -> Path:
    path = folder / "nuit.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def test_configuration_paths_count_from_its_folder(tmp_path: Path) -> None:
    night = read_night(write(tmp_path, f"store: base.sqlite\nsince: 2026-01-31\n{SOURCE}"))
    assert night.store == str(tmp_path / "base.sqlite")
    assert night.since == date(2026, 1, 31)
    assert [source.path for source in night.sources] == [tmp_path / "avis.csv"]


def test_configuration_leaves_the_url_of_a_server_alone(tmp_path: Path) -> None:
    assert read_night(write(tmp_path, f"store: postgresql+psycopg://h/b\n{SOURCE}")).store == "postgresql+psycopg://h/b"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"stoer: base.sqlite\n{SOURCE}", r"ligne 1, stoer : clé inconnue ; vouliez-vous « store » \?"),
        (f"{SOURCE}    texte: avis\n", r"ligne 6, sources\[0\]\.texte : clé inconnue ; vouliez-vous « text » \?"),
        (
            "sources:\n  - kind: forums\n    name: x\n",
            r"ligne 2, sources\[0\]\.kind : source inconnue « forums » ; poss",
        ),
        ("sources:\n  - name: x\n", r"ligne 2, sources\[0\]\.kind : il manque « kind »"),
        (f"since: 2026-13-01\n{SOURCE}", r"ligne 1, since : date illisible « 2026-13-01 » ; écrivez AAAA-MM-JJ"),
        (f"chunk: beaucoup\n{SOURCE}", r"ligne 1, chunk : « beaucoup » n'est pas un nombre entier"),
        ("sources:\n  - kind: table\n    name: x\n    text: y\n", r"ligne 2, sources\[0\]\.path : cette clé manque"),
        (f"{SOURCE}{SOURCE.removeprefix('sources:')}".replace("\n\n", "\n"), r"deux sources s'appellent « avis »"),
        ("title: sans source\n", r"ligne 1, sources : cette clé manque"),
        ("sources: [\n", r"ligne 2 : YAML illisible"),
        ("", r"est vide ou n'a pas de clés"),
    ],
)
def test_configuration_faults_are_located(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        read_night(write(tmp_path, content))


def test_configuration_names_all_faults_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_night(write(tmp_path, f"stoer: b\nchunk: x\n{SOURCE}"))
    assert len(str(caught.value).splitlines()) == 2


def test_configuration_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="introuvable"):
        read_night(tmp_path / "absent.yaml")


def test_configuration_refuses_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "nuit.yaml"
    path.write_bytes("title: été\n".encode("cp1252"))
    with pytest.raises(ConfigurationError, match="UTF-8"):
        read_night(path)
