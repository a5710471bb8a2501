from __future__ import annotations

from collections.abc import Iterator

import pytest

from listening.errors import ConfigurationError
from listening.records import Verbatim
from listening.sources.live.base import LiveSource


class Journal(LiveSource):
    kind: str = "journal"

    def read(self, since: str | None = None) -> Iterator[Verbatim]:
        yield from ()


@pytest.fixture
def journal() -> Journal:
    return Journal(name="journal", url="https://journal.example", token_from="JETON_DU_JOURNAL")


def test_bearer_carries_the_token_of_the_environment_and_nothing_shows_it(journal, monkeypatch):
    monkeypatch.setenv("JETON_DU_JOURNAL", " tres-secret\n")
    assert journal.bearer() == {"Authorization": "Bearer tres-secret"}
    with journal.service(**journal.bearer()) as service:
        assert "tres-secret" not in f"{journal!r} {journal.model_dump_json()} {service!r}"


def test_token_names_the_variable_that_is_missing(journal, monkeypatch):
    monkeypatch.delenv("JETON_DU_JOURNAL", raising=False)
    with pytest.raises(ConfigurationError, match="JETON_DU_JOURNAL est vide"):
        journal.bearer()


def test_bearer_is_empty_where_no_token_is_named():
    assert Journal(name="journal", url="https://journal.example").bearer() == {}


def test_variables_are_those_that_hold_tokens(journal):
    assert journal.variables() == ["JETON_DU_JOURNAL"]
