from pathlib import Path

import pytest

from listening.codebook import NEVER, Codebook, load_codebook
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


def test_codebook_precision_takes_the_threshold_that_reaches_it_or_lets_nothing_pass(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(
        "name: essai\nversion: '2'\nlabel: Essai\nnets: {a: {label: A, definition: d}}\n"
        "codes: {a.b: {label: B, definition: d, precision: 0.9}, a.c: {label: C, definition: d, precision: 0.95}}\n"
    )
    found = load_codebook(path).thresholds({"a.b": 0.3, "a.c": 0.4}, {"a.b": {"0.90": 0.71}, "a.c": {"0.90": 0.8}})
    assert found == {"a.b": 0.71, "a.c": NEVER}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name: [", "n'est pas un plan de codage"),
        (
            "name: e\nversion: '1'\nlabel: E\nnets: {a: {label: A, definition: d}}\n"
            "codes: {a.b: {label: B, definition: d, precision: 0.87}}",
            "codes.a.b.precision : « 0.87 » n'est pas une précision possible",
        ),
        (
            "name: e\nversion: '1'\nlabel: E\nnets: {a: {label: A, definition: d}}\n"
            "codes: {a.b: {label: B, definition: d, threshold: 0.6, precision: 0.9}}",
            r"codes\.a\.b : « threshold » et « precision » fixent tous deux le seuil ; gardez l'un des deux",
        ),
        ("name: essai", "n'est pas un plan de codage"),
        (
            "name: e\nversion: '2'\nlabel: E\nnets: {a: {label: A, definition: d}}\n"
            "codes: {a.b: {label: B, definition: d, replaces: [a.c]}}",
            "« replaces » de a.b sans « from » ; dites en tête de quelle version : from: e@…",
        ),
        ("name: e\nversion: '2'\nlabel: E\nfrom: e\nnets: {}\ncodes: {}", "from : « e » n'est pas une version de plan"),
        ("name: e\nversion: '2'\nlabel: E\nfrom: e@2\nnets: {}\ncodes: {}", "« from » est le plan lui-même, e@2"),
        ("name: e\nversion: '1'\nlabel: E\nnets: {}\ncodes: {a.b: {label: B, definition: d}}", "codes sans net : a.b"),
    ],
)
def test_codebook_refuses_a_broken_file(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(content)
    with pytest.raises(CodebookError, match=message):
        load_codebook(path)


def test_codebook_says_what_it_follows_and_is_read_again_from_what_it_writes(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(
        "name: e\nversion: '2'\nfrom: e@1\nlabel: E\nnets: {a: {label: A, definition: d}}\n"
        "codes: {a.b: {label: B, definition: d, replaces: [a.c, a.d]}}"
    )
    codebook = load_codebook(path)
    assert (codebook.previous, codebook.codes["a.b"].replaces) == ("e@1", ("a.c", "a.d"))
    assert Codebook.model_validate(codebook.model_dump()) == codebook


def version(folder: Path, number: int, codes: str, *, before: str = "", name: str = "") -> Path:
    """Write a version of a plan of one net; `codes` are « a.b » or « a.b<a.c+a.d », what it replaces."""
    lines = []
    for one in codes.split():
        code, _, replaced = one.partition("<")
        lines.append(f"  {code}: {{label: L, definition: d, replaces: [{replaced.replace('+', ', ')}]}}")
    path = folder / (name or f"plan{number}.yaml")
    path.write_text(
        f"name: e\nversion: '{number}'\nlabel: E\nnets: {{a: {{label: A, definition: d}}}}\n"
        + (f"from: {before}\n" if before else "")
        + "\n".join(["codes:", *lines]),
        encoding="utf-8",
    )
    return path


def test_codebook_knows_the_versions_before_it_that_stand_in_its_folder(tmp_path: Path) -> None:
    version(tmp_path, 1, "a.x a.y")
    version(tmp_path, 2, "a.z<a.x a.y", before="e@1", name="deux.yml")
    (tmp_path / "nuit.yaml").write_text("sources: []")
    (tmp_path / "brouillon.yaml").write_text("name: [")
    codebook = load_codebook(version(tmp_path, 3, "a.t<a.z+a.y", before="e@2"))
    assert [one.reference for one in codebook.ancestors()] == ["e@2", "e@1"]


@pytest.mark.parametrize(("before", "known"), [("experience-client@1", ["experience-client@1"]), ("e@1", [])])
def test_codebook_without_files_beside_it_knows_only_the_one_that_ships(
    tmp_path: Path, before: str, known: list[str]
) -> None:
    codebook = load_codebook(version(tmp_path, 2, "a.x<offre.prix", before=before))
    assert [one.reference for one in codebook.ancestors()] == known


@pytest.mark.parametrize(
    ("versions", "message"),
    [
        (
            [(1, "a.x", "e@3"), (2, "a.x", "e@1")],
            r"plan1\.yaml : « from » revient à e@3 \(e@3 ← e@2 ← e@1 ← e@3\) ; .* corrigez « from »",
        ),
        (
            [(1, "a.x", ""), (2, "a.y<a.x+a.w", "e@1")],
            r"plan2\.yaml : e@2, codes\.a\.y\.replaces : a\.w n'est pas dans e@1 ; possibles : a\.x",
        ),
        ([(2, "b.x", "")], r"plan2\.yaml : codes sans net : b\.x"),
    ],
)
def test_codebook_refuses_versions_that_contradict_each_other(
    tmp_path: Path, versions: list[tuple[int, str, str]], message: str
) -> None:
    for number, codes, before in versions:
        version(tmp_path, number, codes, before=before)
    with pytest.raises(CodebookError, match=message):
        load_codebook(version(tmp_path, 3, "a.x", before="e@2"))


def test_codebook_takes_copies_of_a_version_but_refuses_two_that_differ(tmp_path: Path) -> None:
    version(tmp_path, 1, "a.x")
    version(tmp_path, 1, "a.x", name="copie.yaml")
    path = version(tmp_path, 2, "a.x", before="e@1")
    assert [one.reference for one in load_codebook(path).ancestors()] == ["e@1"]
    version(tmp_path, 1, "a.x a.y", name="copie.yaml")
    with pytest.raises(CodebookError, match=r"copie\.yaml et .*plan1\.yaml sont tous deux e@1, .* changez « version »"):
        load_codebook(path)


def test_codebook_after_refuses_what_it_does_not_follow_from(tmp_path: Path) -> None:
    first = load_codebook(version(tmp_path, 1, "a.x"))
    with pytest.raises(CodebookError, match=r"e@1 ne vient pas de experience-client@1 ; corrigez « from »"):
        first.after(load_codebook())


def test_codebook_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match="introuvable"):
        load_codebook(tmp_path / "absent.yaml")


PLAN = "name: essai\nversion: '2'\nlabel: Essai\nnets: {a: {label: A, definition: d}}\ncodes:\n  a.b:\n    label: B\n"


def with_examples(folder: Path, examples: str) -> Path:
    path = folder / "plan.yaml"
    path.write_text(
        f"{PLAN}    definition: d\n    examples: {examples}\n    counterexamples: [loin]\n", encoding="utf-8"
    )
    return path


def test_codebook_examples_are_texts_with_or_without_polarity(tmp_path: Path) -> None:
    code = load_codebook(with_examples(tmp_path, "[plein, {text: vide, polarity: positif}]")).codes["a.b"]
    assert [(one.text, one.polarity) for one in code.examples] == [("plein", None), ("vide", "positif")]
    assert code.counterexamples == ("loin",)


@pytest.mark.parametrize(
    ("examples", "message"),
    [
        ("[plein, 12]", r"codes\.a\.b\.examples\[1\]\.text : « 12 » n'est pas un texte ; mettez-le entre guillemets"),
        ("[yes]", r"« True » n'est pas un texte ; mettez-le entre guillemets"),
        ("['']", "un texte vide ne convient pas"),
        ("[Cher : 12 €]", "un texte qui contient « : » se met entre guillemets"),
        ("[{text: plein, polarity: mauvais}]", r"« mauvais » n'est pas possible ; au choix : 'negatif'"),
        ("plein", "une liste est attendue"),
        ("[plein, vide, plein]", r"codes\.a\.b : examples\[2\] et examples\[0\] sont le même texte"),
        ("[loin]", r"counterexamples\[0\] et examples\[0\] sont le même texte"),
    ],
)
def test_codebook_locates_a_wrong_example(tmp_path: Path, examples: str, message: str) -> None:
    with pytest.raises(CodebookError, match=rf"plan\.yaml n'est pas un plan de codage : .*{message}"):
        load_codebook(with_examples(tmp_path, examples))
