from pathlib import Path

import pytest

from listening.configuration import read_night
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
    assert {name: after[name] - before[name] for name in after} == dict.fromkeys(after, 0) | {"runs": 1}


def test_night_publishes_a_page_and_tables(night_file: Path) -> None:
    night = read_night(night_file)
    report, _ = run_night(night)
    assert report.page == night.reports / "synthese.html"
    assert {path.name for path in night.reports.iterdir()} >= {"synthese.html", "themes.csv", "sentiments.csv"}


def test_night_failing_source_is_named_and_stops_nothing(night_file: Path) -> None:
    night_file.write_text(
        night_file.read_text() + "  - {kind: table, name: absente, path: absent.csv, text: avis}\n", encoding="utf-8"
    )
    report, summary = run_night(read_night(night_file))
    assert list(report.failures) == ["absente"]
    assert summary.base == 4
    assert "Échec de la source absente" in report.lines()[-1]
    assert "absente" in (report.page or Path()).read_text(encoding="utf-8")


def test_night_key_is_kept_private_beside_the_store(night_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LISTENING_KEY", raising=False)
    with open_night(read_night(night_file)) as (_, key):
        pass
    file = night_file.parent / ".listening-key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_bytes() == key
