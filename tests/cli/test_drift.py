from pathlib import Path

import pytest

from listening.cli.app import main


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def test_drift_command_prints_and_publishes(night_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", str(night_file)) == 0
    assert "Dérive : trop peu" in capsys.readouterr().out.replace("\xa0", " ")
    page = night_file.parent / "rapports" / "derive.html"
    page.unlink()
    assert run("drift", str(night_file), "--recent", "3") == 0
    assert "4 verbatims arrivés" in capsys.readouterr().out.replace("\xa0", " ")
    assert not page.exists()
    assert run("drift", str(night_file), "--publish") == 0
    assert page.exists()
    assert "derive.html" in capsys.readouterr().out.replace("\n", "")


def test_retrain_command_says_what_is_missing(night_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("retrain", str(night_file), "--gold", "absent.jsonl") == 1
    assert "--recipe" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--coded", "--rated", "--recipe"])
def test_retrain_command_names_a_file_that_is_not_there(
    night_file: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("retrain", str(night_file), "--gold", "absent.jsonl", option, "ailleurs.x") == 1
    assert f"ailleurs.x : introuvable ; donnez par {option}" in capsys.readouterr().err.replace("\n", " ")
