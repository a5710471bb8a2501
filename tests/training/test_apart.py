import pytest

from listening.training.apart import Apart, repeating
from listening.training.corpus import Example

LONG = "J'attends mon remboursement depuis trois mois et personne ne me répond au téléphone"
OTHER = "Le vendeur a pris le temps de m'expliquer chaque option de mon nouveau contrat"


@pytest.mark.parametrize(
    ("text", "again"),
    [
        (LONG, True),
        (f"Bonjour, {LONG.lower()} !!!", True),
        (LONG.replace("téléphone", "standard").replace("trois", "quatre"), True),
        ("Depuis trois mois, personne ne répond : où est donc passé mon fameux remboursement promis", False),
        (f"{LONG}. {OTHER}", False),  # half of it is somebody's own
        (OTHER, False),
        ("trop  CHER", True),
        ("trop cher hélas", False),
        ("👍", False),
        ("", False),
    ],
)
def test_repeating_finds_the_same_words_and_near_copies(text: str, again: bool) -> None:
    assert list(repeating([text], [LONG, "Trop cher.", "😡"])) == [again]


def test_apart_leaves_out_by_source_and_counts_each_text_once() -> None:
    apart = Apart([LONG])
    examples = [Example(id=str(rank), text=text) for rank, text in enumerate((LONG, OTHER, LONG, f"{LONG} !"))]
    assert [one.id for one in apart.without("nos_codes.jsonl", examples)] == ["1"]
    assert [one.id for one in apart.without("notes.parquet", examples[1:2])] == ["1"]
    assert apart.counts() == {"nos_codes.jsonl": 2, "notes.parquet": 0}


def test_apart_from_nothing_keeps_everything() -> None:
    assert len(Apart([]).without("a", [Example(id="1", text=LONG)])) == 1
