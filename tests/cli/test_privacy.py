import json
from pathlib import Path

import pytest

from listening.cli.app import main


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def test_privacy_shows_what_would_be_masked(answers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("privacy", answers, "--text", "avis") == 0
    printed = capsys.readouterr().out.replace("\xa0", " ")
    assert "3  Encore un justificatif demandé, appelez-moi au [TÉLÉPHONE]." in printed
    assert "1  Accueil parfait, je recommande." in printed
    assert "06 39 98 12 44" not in printed
    assert "[TÉLÉPHONE] 1 1" in " ".join(printed.split())
    assert "4 textes lus" in printed


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_privacy_finds_the_encoding_of_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encoding: str
) -> None:
    (tmp_path / "a.csv").write_bytes("id;avis\n1;Très déçu\n".encode(encoding))
    assert run("privacy", tmp_path / "a.csv") == 0
    assert "1  Très déçu" in capsys.readouterr().out


def test_privacy_measures_on_marked_texts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = tmp_path / "annotes.jsonl"
    spans = [{"start": 3, "end": 17, "kind": "TÉLÉPHONE"}]
    records = [{"text": "au 06 39 98 12 44", "spans": spans}, {"text": "au 3949", "spans": []}]
    gold.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    assert run("privacy", "--gold", gold) == 0
    printed = " ".join(capsys.readouterr().out.replace("\xa0", " ").split())
    assert "TÉLÉPHONE 1 1 100,0 % [20,7 ; 100,0]" in printed
    assert "Pièges laissés intacts 1 1 100,0 %" in printed


@pytest.mark.parametrize("arguments", [(), ("a.csv", "--gold", "b.jsonl")])
def test_privacy_takes_a_file_or_marked_texts(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("privacy", *arguments) == 1
    assert "l'un des deux" in capsys.readouterr().err
