from datetime import UTC, datetime
from pathlib import Path

import pytest

from listening.errors import ConfigurationError
from listening.tagging.champion import NAME, Reign, champion_of, crown, read_champions
from listening.tagging.engine import load_tagger

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def reign(model: str) -> Reign:
    return Reign(model=model, since=NOON, run="r1", before="a@1", gains={"gold": {"theme_micro_f1": 0.1}})


def test_champion_of_a_model_is_itself(tmp_path: Path) -> None:
    assert champion_of(tmp_path) == tmp_path


def test_crown_names_the_champion_and_keeps_the_history(tmp_path: Path) -> None:
    for name in ("un", "deux"):
        (tmp_path / name).mkdir()
        path = crown(tmp_path, name, reign(name))
    assert champion_of(tmp_path) == tmp_path / "deux"
    assert [one.model for one in read_champions(path).history] == ["un", "deux"]
    assert read_champions(path).history[0] == reign("un")


def test_load_tagger_of_a_folder_of_models_is_the_champion(tmp_path: Path, tiny_model: Path) -> None:
    (tmp_path / NAME).write_text(f"champion: {tiny_model}\n", encoding="utf-8")
    assert load_tagger(tmp_path).model == load_tagger(tiny_model).model


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"champion: absent\n", "introuvable"),
        (b"champion: [\n", "YAML"),
        (b"champion: \xff\n", "UTF-8"),
        (b"history: []\n", "champion : cette cl"),
        (b"champion: a\nvainqueur: b\n", "vainqueur"),
    ],
)
def test_champion_of_a_spoilt_file_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(ConfigurationError, match=said):
        champion_of(tmp_path)
