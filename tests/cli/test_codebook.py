import json
from pathlib import Path

import pytest

from listening.cli.app import main
from listening.codebook import load_codebook

CODE = "effort.parking"
EXAMPLES = [f"attente longue {word}" for word in ("site", "prix", "accueil", "panne", "rien", "téléphone", "une", "du")]


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    codebook = load_codebook().model_dump()
    codebook["codes"][CODE] = {"label": "Stationnement", "definition": "longue attente", "examples": EXAMPLES}
    path = tmp_path / "plan.yaml"
    path.write_text(json.dumps(codebook), encoding="utf-8")
    return path


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "textes.txt"
    lines = [f"merci {one} parfait {two}" for one in ("site", "prix", "accueil") for two in range(20)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_codebook_fit_then_tag_gives_the_code(
    plan: Path, texts: Path, tiny_model: Path, answers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("codebook", "fit", plan, "--model", tiny_model, "--texts", texts) == 0
    printed = capsys.readouterr().out
    assert CODE in printed
    assert "8 / 68" in printed.replace("\xa0", " ")
    assert str(plan.with_name("plan.heads.json")) in printed
    answers.write_text("avis\nattente longue prix\n", encoding="utf-8")
    assert run("tag", answers, "-o", "-", "--model", tiny_model, "--codebook", plan) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert CODE in {tag["code"] for tag in json.loads(line)["tags"]}
    assert "+" in json.loads(line)["model"]


def test_codebook_fit_never_shows_a_text(
    plan: Path, texts: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("codebook", "fit", plan, "--model", tiny_model, "--texts", texts) == 0
    captured = capsys.readouterr()
    printed = " ".join((captured.out + captured.err).split())
    assert not any(text in printed for text in [*EXAMPLES, *texts.read_text(encoding="utf-8").splitlines()])


def test_codebook_tagging_before_the_fit_names_the_command(
    plan: Path, tiny_model: Path, answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("tag", answers, "-o", tmp_path / "s.jsonl", "--model", tiny_model, "--codebook", plan) == 1
    assert "listening codebook fit" in capsys.readouterr().err


def test_codebook_night_gives_the_code_after_the_fit(
    plan: Path, texts: Path, tiny_model: Path, night_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night_file.write_text(f"codebook: {plan}\n{night_file.read_text(encoding='utf-8')}", encoding="utf-8")
    assert run("run", night_file) == 1
    assert "listening codebook fit" in capsys.readouterr().err
    assert run("codebook", "fit", plan, "--model", tiny_model, "--texts", texts) == 0
    assert run("run", night_file) == 0
    assert "4 verbatims codés" in capsys.readouterr().out


def test_codebook_fit_on_too_few_texts_is_one_clear_sentence(
    plan: Path, answers: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("codebook", "fit", plan, "--model", tiny_model, "--texts", answers) == 1
    assert "4 textes ; il en faut au moins 50" in capsys.readouterr().err


def test_codebook_fit_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("codebook", "fit", "--help") == 0
    assert "Usage :" in capsys.readouterr().out
