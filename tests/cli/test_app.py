import json
from pathlib import Path

import pytest

from listening.cli.app import main
from listening.store.store import open_store


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


@pytest.fixture
def tag(tiny_model: Path, tmp_path: Path):
    def call(file: Path, *options: object) -> tuple[int, Path]:
        output = tmp_path / "sortie.jsonl"
        return run("tag", file, "-o", output, "--model", tiny_model, *options), output

    return call


def bad(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_app_tags_a_file(tag, answers: Path) -> None:
    code, output = tag(answers, "--question", "Pourquoi cette note ?")
    lines = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert code == 0
    assert [line["id"] for line in lines] == ["1", "2", "3", "4"]
    assert lines[0]["codebook"] == "experience-client@1"


def test_app_tags_to_standard_output(tiny_model: Path, answers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tag", answers, "-o", "-", "--model", tiny_model) == 0
    assert len([json.loads(line) for line in capsys.readouterr().out.splitlines()]) == 4


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "a.csv : ce fichier est vide"),
        ("a.json", b'[{"id": 1, "avis": "bien"}, {"id"', "a.json"),
        ("a.pdf", b"%PDF", "possibles : .csv"),
    ],
)
def test_app_bad_file_is_one_clear_sentence(
    tag, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, message: str
) -> None:
    code, output = tag(bad(tmp_path, name, content))
    printed = capsys.readouterr().err
    assert code == 1
    assert message in printed
    assert printed.startswith("Erreur : ")
    assert len(printed.strip().splitlines()) == 1
    assert not output.exists()


def test_app_missing_file_is_one_clear_sentence(tag, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tag(tmp_path / "absent.csv")[0] == 1
    assert "absent.csv" in capsys.readouterr().err


def test_app_row_with_too_few_cells_is_not_dropped(tag, answers: Path) -> None:
    answers.write_text(answers.read_text() + "5;07/02/2026\n")
    code, output = tag(answers)
    assert code == 0
    assert json.loads(output.read_text(encoding="utf-8").splitlines()[-1])["sentiment"] == "neutre"


@pytest.mark.parametrize("text", ["🙂", "   "])
def test_app_text_without_words_is_not_dropped(tag, tmp_path: Path, text: str) -> None:
    code, output = tag(bad(tmp_path, "a.csv", f'id;avis\n1;"{text}"\n'.encode()))
    (line,) = output.read_text(encoding="utf-8").splitlines()
    assert code == 0
    assert json.loads(line)["id"] == "1"


def test_app_huge_cell_is_tagged_whole(tag, tmp_path: Path) -> None:
    code, output = tag(bad(tmp_path, "a.csv", b"id;avis\n1;" + b"attente tr\xc3\xa8s longue. " * 60_000 + b"\n"))
    assert code == 0
    assert len(output.read_text(encoding="utf-8").splitlines()) == 1


def test_app_run_and_summary(night_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", night_file) == 0
    assert "4\xa0verbatims codés" in capsys.readouterr().out
    assert run("summary", night_file) == 0
    assert "Sentiment" in capsys.readouterr().out
    assert run("ingest", night_file) == 0
    assert "4\xa0déjà connus" in capsys.readouterr().out


def test_app_run_with_a_failing_source_ends_with_1(night_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    extra = "  - {kind: table, name: absente, path: absent.csv, text: avis}\n"
    night_file.write_text(night_file.read_text() + extra, encoding="utf-8")
    assert run("run", night_file) == 1
    assert "Échec de la source absente" in capsys.readouterr().out


def test_app_broken_configuration_is_located(night_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    night_file.write_text(night_file.read_text().replace("store:", "stoer:"))
    assert run("run", night_file) == 1
    assert "ligne 1, stoer : clé inconnue ; vouliez-vous « store » ?" in capsys.readouterr().err


def test_app_summary_before_the_first_night(night_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("summary", night_file) == 1
    assert "pas de base ici" in capsys.readouterr().err
    open_store(night_file.parent / "essai.sqlite").close()
    assert run("summary", night_file) == 1
    assert "rien n'y est encore codé" in capsys.readouterr().err


def test_app_evaluates_side_by_side(tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = tmp_path / "codes.jsonl"
    with gold.open("w", encoding="utf-8") as lines:
        for rank in range(12):
            bad_one = rank % 3 == 0
            tags = [{"code": "offre.prix", "polarity": "negatif", "start": 0, "end": 9}] if bad_one else []
            sentiment = ("negatif", "positif", "neutre")[rank % 3]
            record = {
                "id": rank,
                "text": "Trop cher" if bad_one else f"merci {rank}",
                "sentiment": sentiment,
                "tags": tags,
            }
            lines.write(json.dumps(record) + "\n")
    report = tmp_path / "mesures.json"
    engines = ("--engine", tiny_model, "--engine", "baseline", "--html", tmp_path / "mesures.html")
    assert run("evaluate", "--gold", gold, "--train", gold, *engines, "--json", report) == 0
    assert "baseline@tfidf" in capsys.readouterr().out
    assert [one["base"] for one in json.loads(report.read_text())["evaluations"]] == [12, 12]
    assert "Évaluation" in (tmp_path / "mesures.html").read_text(encoding="utf-8")


def test_app_doctor_says_what_is_there(tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("doctor", "--store", tmp_path / "base.sqlite", "--model", tiny_model) == 0
    printed = capsys.readouterr().out
    assert "experience-client@1, 26 codes" in printed
    assert "minuscule@" in printed
    assert not (tmp_path / "base.sqlite").exists()


def test_app_doctor_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("doctor", "--model", tmp_path) == 1
    assert "n'est pas un dossier de modèle" in capsys.readouterr().out.replace("\n", " ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nuit"], "commande inconnue : 'nuit'"),
        (["run", "--foo"], "option inconnue : --foo"),
        (["run"], "il manque"),
    ],
)
def test_app_wrong_usage_is_said_in_french(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", ["run", "ingest", "tag", "summary", "train", "evaluate", "doctor", "trace", "rebuild"]
)
def test_app_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command, "--help") == 0
    assert "Usage :" in capsys.readouterr().out
