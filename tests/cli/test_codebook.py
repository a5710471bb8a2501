import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from listening.cli.app import main
from listening.codebook import load_codebook
from listening.records import CodeVerdict, Verdict
from listening.store.store import Store
from listening.store.verdicts import add_verdicts, verdicts

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


@pytest.fixture
def next_plan(tmp_path: Path) -> Path:
    """The plan that ships, with two codes joined and one reworded."""
    content = load_codebook().model_dump() | {"version": "2", "from": "experience-client@1"}
    del content["codes"]["effort.repetition"]
    content["codes"]["effort.joignabilite"]["replaces"] = ["effort.repetition"]
    content["codes"]["offre.prix"]["definition"] = "Le prix seul."
    path = tmp_path / "plan2.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_codebook_diff_tells_what_changed(next_plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("codebook", "diff", "experience-client@1", next_plan) == 0
    printed = capsys.readouterr().out
    assert "effort.repetition, effort.joignabilite → effort.joignabilite" in printed
    assert "+ Le prix seul." in printed


def test_codebook_diff_the_wrong_way_round_is_one_clear_sentence(
    next_plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("codebook", "diff", next_plan, "experience-client@1") == 1
    assert "donnez d'abord la version d'avant" in capsys.readouterr().err


def test_codebook_night_under_the_next_plan_keeps_old_tags_and_bridges(
    next_plan: Path, night_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("run", night_file) == 0
    night_file.write_text(f"codebook: {next_plan}\n{night_file.read_text(encoding='utf-8')}", encoding="utf-8")
    store = ("--store", tmp_path / "essai.sqlite")
    assert run("codebook", "bridge", "experience-client@1", next_plan, *store) == 1
    assert "rien n'y est codé sous experience-client@2" in capsys.readouterr().err
    assert run("run", night_file) == 0
    assert "4 verbatims codés" in capsys.readouterr().out
    assert run("codebook", "bridge", "experience-client@1", next_plan, *store, "-o", tmp_path / "raccord") == 0
    printed = capsys.readouterr().out.replace("\xa0", " ")
    assert "4 verbatims lus sous les deux versions" in printed
    assert "raccord.html" in printed
    assert (tmp_path / "raccord" / "raccord.html").is_file()


def test_codebook_carry_takes_decisions_over_once(
    next_plan: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = (CodeVerdict(code="effort.repetition", polarity="negatif"),)
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    facts = {"verbatim": "v", "version": "v1", "coder": "lea", "at": moment, "codebook": "experience-client@1"}
    add_verdicts(store, [Verdict(id="1" * 32, codes=codes, **facts)])  # type: ignore[arg-type]
    place = ("experience-client@1", next_plan, "--store", store.engine.url.render_as_string(hide_password=False))
    assert run("codebook", "carry", *place, "--dry-run") == 0
    assert list(verdicts(store, codebook="experience-client@2")) == []
    assert run("codebook", "carry", *place) == 0
    assert "1 décision reprise sous experience-client@2" in capsys.readouterr().out.replace("\xa0", " ")
    (one,) = verdicts(store, codebook="experience-client@2")
    assert (one.origin, one.codes[0].code) == ("carried", "effort.joignabilite")
