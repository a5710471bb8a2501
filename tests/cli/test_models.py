import json
from pathlib import Path

import pytest

from listening.cli.app import main

ID, COMMIT, OTHER = "auteur/etoiles", "c" * 40, "d" * 40
STARS = {str(rank): f"{rank + 1} star{'s' * (rank > 0)}" for rank in range(5)}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(folder))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    return folder


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["models", *(str(argument) for argument in arguments)])
    return int(ended.value.code or 0)


def model(folder: Path, labels: dict[str, str]) -> Path:
    """A folder whose files say all that is shown; its weights are never read."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"id2label": labels}), encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"0" * 1_500_000)
    (folder / "README.md").write_text("---\nlicense: mit\n---\n", encoding="utf-8")
    return folder


def cached(cache: Path, commit: str, id: str = ID) -> Path:
    return model(cache / f"models--{id.replace('/', '--')}" / "snapshots" / commit, STARS)


def test_models_list_names_engines_licences_and_what_is_here(
    cache: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LISTENING_MODEL", str(tiny_model))
    cached(cache, COMMIT, "cmarkea/distilcamembert-base-sentiment")
    assert run("list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"embedded : sentiment et thèmes ; licence non indiquée ; ici, {tiny_model}" in lines
    assert f"cmarkea/distilcamembert-base-sentiment : sentiment ; licence mit ; ici, révision {COMMIT}" in lines
    (nli,) = [line for line in lines if line.startswith("MoritzLaurer/")]
    assert nli.endswith("à télécharger : listening models pull MoritzLaurer/mDeBERTa-v3-base-mnli-xnli")
    assert any(line.startswith("baseline : ") for line in lines)


def test_models_show_embedded(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LISTENING_MODEL", str(tiny_model))
    assert run("show", "embedded") == 0
    printed = capsys.readouterr().out
    assert "Moteur : embedded, minuscule@" in printed
    assert "Codes : 26 : confiance.generale" in printed


def test_models_show_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", model(tmp_path / "[nli]", {"0": "entailment", "1": "neutral", "2": "contradiction"})) == 0
    printed = capsys.readouterr().out
    assert "Moteur : hub, thèmes\nCodes : ceux du plan de codage\nÉtiquettes : entailment, neutral" in printed
    assert "Taille : 1,5 Mo" in printed
    assert "Licence : mit" in printed
    assert "[nli]" in printed


def test_models_show_what_is_here_of_the_hub(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cached(cache, COMMIT)
    assert run("show", ID) == 0
    printed = capsys.readouterr().out
    assert "Étiquettes : 1 star → negatif, 2 stars → negatif, 3 stars → neutre, 4 stars → positif" in printed
    assert f"Empreinte : {COMMIT}" in printed


def test_models_show_of_several_revisions_asks_which(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cached(cache, COMMIT)
    cached(cache, OTHER)
    assert run("show", ID) == 1
    assert "--revision" in capsys.readouterr().err
    assert run("show", ID, "--revision", OTHER) == 0
    assert f"Empreinte : {OTHER}" in capsys.readouterr().out


def test_models_show_says_which_labels_are_to_be_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", model(tmp_path / "muet", {"0": "LABEL_0", "1": "LABEL_1"})) == 0
    assert "« labels: {LABEL_0: negatif, LABEL_1: neutre} »" in capsys.readouterr().out


@pytest.mark.parametrize("name", [ID, "a/b/c"])
def test_models_show_absent_names_the_command(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", name) == 1
    assert f"listening models pull {name}" in capsys.readouterr().err


def test_models_pull_offline_is_one_clear_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("pull", ID) == 1
    printed = capsys.readouterr().err
    assert printed.startswith("Erreur : ")
    assert "HF_HUB_OFFLINE" in printed
    assert len(printed.strip().splitlines()) == 1


def test_models_pull_of_what_is_here_says_what_to_write(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cached(cache, COMMIT)
    assert run("pull", ID, "--revision", COMMIT) == 0
    assert f'sentiment:\n  id: {ID}\n  revision: "{COMMIT}"\n' in capsys.readouterr().out


@pytest.mark.parametrize("command", ["list", "pull", "show"])
def test_models_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command, "--help") == 0
    assert "Usage :" in capsys.readouterr().out
