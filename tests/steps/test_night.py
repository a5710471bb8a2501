import csv
import json
import shutil
from pathlib import Path

import pytest

from listening.configuration import read_night
from listening.errors import ConfigurationError, SourceError
from listening.steps.frames import read_frames
from listening.steps.night import open_night, run_night
from listening.store.frames import counts
from listening.store.store import open_store


def test_night_second_run_stores_and_tags_nothing(night_file: Path) -> None:
    night = read_night(night_file)
    first, _ = run_night(night)
    with open_store(night.store) as store:
        before = counts(store)
    second, summary = run_night(night)
    with open_store(night.store) as store:
        after = counts(store)
    assert (first.tagged, second.tagged) == (4, 0)
    assert summary.base == 4
    added = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert added == {"runs": 3, "exports": 2}  # it read, published a page with its date, and that of drift


def test_night_publishes_a_page_and_tables(night_file: Path) -> None:
    night = read_night(night_file)
    report, _ = run_night(night)
    assert report.page == night.reports / "synthese.html"
    assert {path.name for path in night.reports.iterdir()} >= {"synthese.html", "themes.csv", "sentiments.csv"}


def test_night_groups_copies_and_says_so(night_file: Path, answers: Path) -> None:
    call = "Boycottez cette banque qui augmente encore ses frais de tenue de compte sans rien dire à personne"
    rows = "".join(f"9{rank};0{rank}/03/2026;Auteur{rank % 2};1;{call} {rank}\n" for rank in range(1, 6))
    answers.write_text(answers.read_text(encoding="utf-8") + rows, encoding="utf-8")
    night = read_night(night_file)
    report, summary = run_night(night)
    assert "1 texte repris 4 fois par 2 auteurs connus, dans 1 source." in "\n".join(report.lines()).replace(
        "\xa0", " "
    )
    assert summary.base == 9
    with open_store(night.store) as store:
        verbatims, _ = read_frames(store)
    assert verbatims["copy_of"].notna().sum() == 4
    assert verbatims["copy_of"].nunique() == 1


def test_night_lists_what_a_person_should_read(night_file: Path) -> None:
    night = read_night(night_file)
    run_night(night)
    with (night.reports / "a_relire.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    assert {row["motif"] for row in rows} == {"contrôle au hasard", "doute du modèle"}
    assert all("06 39 98" not in row["verbatim"] for row in rows)
    for row in rows:
        if row["motif"] == "contrôle au hasard":
            assert row["code"] == row["probabilité"] == ""
            continue
        low, score, high = (
            float(row[name].replace(",", ".")) for name in ("doute à partir de", "probabilité", "doute jusqu'à")
        )
        assert low <= score <= high


def test_night_failing_source_is_named_and_stops_nothing(night_file: Path) -> None:
    night_file.write_text(
        night_file.read_text() + "  - {kind: table, name: absente, path: absent.csv, text: avis}\n", encoding="utf-8"
    )
    report, summary = run_night(read_night(night_file))
    assert list(report.failures) == ["absente"]
    assert summary.base == 4
    assert "Échec de la source absente" in report.lines()[-1]
    assert "absente" in (report.page or Path()).read_text(encoding="utf-8")


def test_night_without_any_source_left_names_the_failures(night_file: Path, answers: Path) -> None:
    answers.unlink()
    with pytest.raises(SourceError, match=r"avis : .*avis\.csv"):
        run_night(read_night(night_file))


def test_night_thresholds_are_those_of_today(night_file: Path, tiny_model: Path, tmp_path: Path) -> None:
    model = shutil.copytree(tiny_model, tmp_path / "modele" / "minuscule")
    night_file.write_text(night_file.read_text().replace(str(tiny_model), str(model)))
    night = read_night(night_file)
    cited = [run_night(night)[1].themes["count"].sum()]
    codes = json.loads((model / "thresholds.json").read_text())
    (model / "thresholds.json").write_text(json.dumps(dict.fromkeys(codes, 0.999)))
    report, summary = run_night(night)
    assert report.tagged == 0
    assert summary.themes["count"].sum() < cited[0]


def test_night_key_is_kept_private_beside_the_store(night_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LISTENING_KEY", raising=False)
    with open_night(read_night(night_file)) as (_, key):
        pass
    file = night_file.parent / ".listening-key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_bytes() == key


def test_night_makes_no_new_key_for_a_store_that_was_filled(night_file: Path) -> None:
    night = read_night(night_file)
    run_night(night)
    key = night_file.parent / ".listening-key"
    key.rename(key.with_name("ailleurs"))
    with pytest.raises(ConfigurationError, match="pas de clé des empreintes"):
        run_night(night)
    assert not key.exists()


def test_night_tells_every_line_that_was_read(night_file: Path, answers: Path) -> None:
    night = read_night(night_file)
    run_night(night)
    answers.write_text(answers.read_text(encoding="utf-8").replace("Momo;1;", "Momo;2;"), encoding="utf-8")
    report, _ = run_night(night)
    assert report.read_lines()[0].replace("\xa0", " ") == (
        "avis : 4 lignes lues, 0 verbatim nouveau, 0 modifié, 3 déjà connus, 0 mis en quarantaine. "
        "1 mis à jour, au même texte."
    )
