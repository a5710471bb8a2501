from pathlib import Path

import pytest

from listening.errors import ConfigurationError
from listening.text.pseudonym import keyed_hash, read_key


@pytest.fixture(autouse=True)
def no_key_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LISTENING_KEY", raising=False)


def test_pseudonym_key_is_made_once_and_private(tmp_path: Path) -> None:
    file = tmp_path / "neuf" / ".cle"
    assert read_key(file) == read_key(file)
    assert file.stat().st_mode & 0o777 == 0o600


def test_pseudonym_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTENING_KEY", "donnee")
    assert read_key(tmp_path / ".cle") == b"donnee"
    assert not (tmp_path / ".cle").exists()


def test_pseudonym_empty_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".cle").touch()
    with pytest.raises(ConfigurationError, match="est vide"):
        read_key(tmp_path / ".cle")


def test_pseudonym_depends_on_key_and_words() -> None:
    prints = {keyed_hash(key, name) for key in (b"a", b"b") for name in ("Lulu", "Momo")}
    assert len(prints) == 4
