import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select

from listening.cli.app import main
from listening.codebook import load_codebook
from listening.records import CodeVerdict, Verdict
from listening.store import schema
from listening.store.store import Store, open_store
from listening.store.taggings import taggings
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
    assert "4\xa0verbatims codés" in capsys.readouterr().out


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
    assert "4\xa0verbatims codés" in capsys.readouterr().out
    assert run("codebook", "bridge", "experience-client@1", next_plan, *store, "-o", tmp_path / "raccord") == 0
    printed = capsys.readouterr().out.replace("\xa0", " ")
    assert "4 verbatims lus sous les deux versions" in printed
    assert "raccord.html" in printed
    assert (tmp_path / "raccord" / "raccord.html").is_file()


def team_plan(folder: Path, number: int, codes: dict[str, list[str]]) -> Path:
    """A version of a small plan; `codes` are those of the model or new ones, each with those that it replaces."""
    shipped = load_codebook().model_dump()
    held = {
        code: {"label": code, "definition": "Un code.", "threshold": 0.1, "replaces": replaced}
        for code, replaced in codes.items()
    }
    facts = {"name": "equipe", "version": str(number), "label": "Équipe", "nets": shipped["nets"], "codes": held}
    path = folder / f"equipe{number}.yaml"
    before = {"from": f"equipe@{number - 1}"} if number > 1 else {}
    path.write_text(json.dumps(facts | before), encoding="utf-8")
    return path


@pytest.fixture
def team_plans(tmp_path: Path) -> list[Path]:
    """A plan of codes of the model; then one is renamed, two are joined, one is split; then one is renamed again."""
    kept: dict[str, list[str]] = {"relation.accueil": [], "effort.joignabilite": []}
    parts = {"effort.caisse": ["effort.attente"], "effort.livraison": ["effort.attente"]}
    joined: dict[str, list[str]] = {"relation.accueil": [], "effort.joignabilite": ["effort.repetition"]}
    return [
        team_plan(tmp_path, 1, kept | {"effort.repetition": [], "effort.attente": [], "offre.prix": []}),
        team_plan(tmp_path, 2, joined | parts | {"offre.tarif": ["offre.prix"]}),
        team_plan(tmp_path, 3, {"relation.accueil": [], "offre.cout": ["offre.tarif"]}),
    ]


def tags_under(place: Path, reference: str) -> dict[tuple[str, str], float]:
    """The probabilities of the tags under a plan, by version and code."""
    with open_store(str(place)) as opened, opened.transaction() as connection:
        rows = connection.execute(select(schema.tags).where(schema.tags.c.codebook == reference)).all()
    return {(row.version, row.code): row.probability for row in rows}


def test_codebook_night_follows_renamed_and_joined_codes_and_warns_of_split_ones(
    team_plans: list[Path], night_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place, night = tmp_path / "essai.sqlite", night_file.read_text(encoding="utf-8")
    for plan in team_plans:
        night_file.write_text(f"codebook: {plan}\n{night}", encoding="utf-8")
        assert run("run", night_file) == 0
        printed = capsys.readouterr().out.replace("\xa0", " ").replace("\n", " ")
        assert ("ne lit pas : effort.caisse (de effort.attente)" in printed) == (plan == team_plans[1])
    first, second, third = (tags_under(place, f"equipe@{number}") for number in (1, 2, 3))
    prices = {version: score for (version, code), score in first.items() if code == "offre.prix"}
    assert prices
    assert prices == {version: score for (version, code), score in second.items() if code == "offre.tarif"}
    assert prices == {version: score for (version, code), score in third.items() if code == "offre.cout"}
    assert {code for _, code in second} <= {"relation.accueil", "effort.joignabilite", "offre.tarif"}
    joined = {version: score for (version, code), score in second.items() if code == "effort.joignabilite"}
    apart = {key: score for key, score in first.items() if key[1] in ("effort.joignabilite", "effort.repetition")}
    assert all(joined[version] >= score for (version, _), score in apart.items())
    with open_store(str(place)) as opened:
        found = {one.codebook: one.lineage for one in (taggings(opened, f"equipe@{n}")[0] for n in (1, 2, 3))}
    assert "origins" not in found["equipe@1"]
    told = {"effort.joignabilite": ["effort.repetition", "effort.joignabilite"], "offre.tarif": ["offre.prix"]}
    assert found["equipe@2"]["origins"] == told
    assert found["equipe@2"]["unread"] == ["effort.caisse", "effort.livraison"]
    assert list(found["equipe@3"]["versions"]) == ["equipe@2", "equipe@1"]


@pytest.mark.parametrize(("last", "renamed"), [(1, "offre.tarif"), (2, "offre.cout")])
def test_codebook_bridge_of_a_renamed_code_is_whole_over_one_version_or_two(
    team_plans: list[Path],
    night_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    last: int,
    renamed: str,
) -> None:
    night = night_file.read_text(encoding="utf-8")
    for plan in (team_plans[0], team_plans[last]):
        night_file.write_text(f"codebook: {plan}\n{night}", encoding="utf-8")
        assert run("run", night_file) == 0
    place = ("--store", tmp_path / "essai.sqlite", "-o", tmp_path / "raccord")
    assert run("codebook", "bridge", team_plans[0], team_plans[last], *place) == 0
    assert "Le modèle a changé" not in capsys.readouterr().out
    table = pd.read_csv(tmp_path / "raccord" / "raccord.csv", sep=";", decimal=",", encoding="utf-8-sig")
    row = table[table["codes après"] == renamed].iloc[0]
    assert (row["codes avant"], row["recouvrement"], row["écart"]) == ("offre.prix", 1, 0)
    assert row["communes"] > 0


def test_codebook_tag_warns_of_split_codes(
    team_plans: list[Path], answers: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("tag", answers, "-o", "-", "--text", "avis", "--model", tiny_model, "--codebook", team_plans[1]) == 0
    captured = capsys.readouterr()
    assert "Attention : Codes de equipe@2 que le modèle ne connaît pas" in captured.err
    codes = {tag["code"] for line in captured.out.splitlines() for tag in json.loads(line)["tags"]}
    assert "offre.tarif" in codes
    assert codes <= {"relation.accueil", "effort.joignabilite", "offre.tarif"}


def test_codebook_carry_goes_over_two_versions(
    team_plans: list[Path], store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = (CodeVerdict(code="offre.prix", polarity="negatif"),)
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    facts = {"verbatim": "v", "version": "v1", "coder": "lea", "at": moment, "codebook": "equipe@1"}
    add_verdicts(store, [Verdict(id="1" * 32, codes=codes, **facts)])  # type: ignore[arg-type]
    place = store.engine.url.render_as_string(hide_password=False)
    assert run("codebook", "carry", team_plans[0], team_plans[2], "--store", place) == 0
    (one,) = verdicts(store, codebook="equipe@3")
    assert [code.code for code in one.codes] == ["offre.cout"]
    with store.transaction() as connection:
        (lineage,) = connection.scalars(select(schema.runs.c.lineage)).all()
    assert list(lineage["versions"]) == ["equipe@2", "equipe@1"]


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
