from listening.store.store import Store
from listening.store.themes import theme_counts


def test_theme_counts_are_those_of_current_verbatims(full_store: Store) -> None:
    base, counts = theme_counts(full_store, model="m@1", codebook="c@1", thresholds={"a.b": 0.5, "a.c": 0.5})
    assert base == 1  # of three that were read, one was edited and one taken back
    assert counts["a.b"] == {"negatif": 0, "neutre": 0, "positif": 1}
    assert set(counts["a.c"].values()) == {0}


def test_theme_counts_keep_to_thresholds(full_store: Store) -> None:
    _, counts = theme_counts(full_store, model="m@1", codebook="c@1", thresholds={"a.b": 0.95})
    assert set(counts["a.b"].values()) == {0}


def test_theme_counts_keep_to_a_model(full_store: Store) -> None:
    assert theme_counts(full_store, model="m@2", codebook="c@1", thresholds={"a.b": 0.5})[0] == 0
