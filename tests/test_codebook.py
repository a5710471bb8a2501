from pathlib import Path

import pytest

from listening.codebook import load_codebook
from listening.errors import CodebookError


def test_codebook_ships_26_codes_in_8_nets() -> None:
    codebook = load_codebook()
    assert (len(codebook.codes), len(codebook.nets)) == (26, 8)
    assert {codebook.net(code) for code in codebook.codes} == set(codebook.nets)


def test_codebook_names_the_possible_codes_for_an_unknown_one() -> None:
    with pytest.raises(CodebookError, match=r"code inconnu : effort\.sport ; possibles : confiance"):
        load_codebook().net("effort.sport")


def test_codebook_threshold_replaces_that_of_the_model(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(
        "name: essai\nversion: '2'\nlabel: Essai\nnets: {a: {label: A, definition: d}}\n"
        "codes: {a.b: {label: B, definition: d, threshold: 0.8}, a.c: {label: C, definition: d}}\n"
    )
    assert load_codebook(path).thresholds({"a.b": 0.3, "a.c": 0.4}) == {"a.b": 0.8, "a.c": 0.4}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name: [", "n'est pas un plan de codage"),
        ("name: essai", "n'est pas un plan de codage"),
        ("name: e\nversion: '1'\nlabel: E\nnets: {}\ncodes: {a.b: {label: B, definition: d}}", "codes sans net : a.b"),
    ],
)
def test_codebook_refuses_a_broken_file(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(content)
    with pytest.raises(CodebookError, match=message):
        load_codebook(path)


def test_codebook_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match="introuvable"):
        load_codebook(tmp_path / "absent.yaml")
