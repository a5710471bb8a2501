import csv
import re
from pathlib import Path

import pytest

from listening.cli.app import main


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


@pytest.fixture
def store(night_file: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The store of a night that was published."""
    assert run("run", night_file) == 0
    capsys.readouterr()
    return night_file.parent / "essai.sqlite"


def plain(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_trace_tells_where_words_went(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (store.parent / "rapports" / "verbatims_quotes.csv").open(encoding="utf-8-sig", newline="") as lines:
        quote = next(csv.DictReader(lines, delimiter=";"))
    assert run("trace", quote["identifiant"], "--store", store) == 0
    told = plain(capsys)
    assert quote["code"] in told
    assert "synthese.html" in told
    assert "minuscule@" in told


def test_trace_of_an_unknown_verbatim_is_one_clear_sentence(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("trace", "inconnu", "--store", store) == 1
    assert "aucun verbatim « inconnu »" in capsys.readouterr().err


def test_rebuild_by_what_the_page_says(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (store.parent / "rapports" / "synthese.html").read_text(encoding="utf-8")
    (name,) = re.findall(r"<dt>Publication</dt><dd>(\w+)</dd>", page)
    assert run("rebuild", name, "--store", store, "-o", tmp_path / "refait") == 0
    assert "synthese.html : identique, octet pour octet" in plain(capsys)
    assert (tmp_path / "refait" / "synthese.html").read_text(encoding="utf-8") == page


def test_rebuild_of_an_unknown_run_is_one_clear_sentence(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("rebuild", "inconnu", "--store", store) == 1
    assert "aucune exécution ne commence par « inconnu »" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["trace", "v"],
        ["rebuild", "r"],
        ["quarantine", "list"],
        ["review", "queue"],
        ["review", "ask", "v", "--by", "zoe"],
        ["review", "export", "--xlsx", "a.xlsx", "--coder", "lea"],
        ["review", "import", "a.xlsx"],
        ["review", "agreement"],
        ["codebook", "bridge", "experience-client@1", "experience-client@1"],
        ["coder", "list"],
    ],
)
def test_commands_that_read_a_store_make_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    store = tmp_path / "faute_de_frappe.sqlite"
    assert run(*arguments, "--store", store) == 1
    assert "pas de base ici" in capsys.readouterr().err
    assert not store.exists()
