"""The sample corpus: large enough, varied, and nobody's words."""

from collections import Counter
from pathlib import Path

import pytest

from listening.configuration import read_night
from listening.records import Verbatim

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def sample() -> list[Verbatim]:
    night = read_night(ROOT / "pipelines" / "nightly.yaml")
    return [one for source in night.sources for one in source.read() if isinstance(one, Verbatim)]


def test_samples_are_many_and_rarely_repeated(sample: list[Verbatim]) -> None:
    texts = Counter(one.text.strip().lower() for one in sample if len(one.text.split()) >= 3)
    assert len(texts) >= 600
    assert sum(texts.values()) - len(texts) >= 5  # some duplicates, as life has


def test_samples_come_by_every_channel_with_waves_and_scores(sample: list[Verbatim]) -> None:
    assert {one.channel for one in sample} == {"survey", "forum", "social", "review"}
    assert {one.wave for one in sample if one.source == "barometre"} == {"2026-T1", "2026-T2"}
    assert sum(one.scores.nps is not None for one in sample) > 150
    assert len({one.meta.get("secteur") for one in sample if one.source == "barometre"}) >= 7


def test_samples_share_no_opening_too_often(sample: list[Verbatim]) -> None:
    openings = Counter(" ".join(one.text.lower().split()[:3]) for one in sample if len(one.text.split()) >= 6)
    assert openings.most_common(1)[0][1] <= 6
