from datetime import UTC, datetime

import pytest

from listening.errors import ConfigurationError
from listening.steps.coders import check_coder
from listening.store.coders import Coder, Role, add_coder, disable_coder
from listening.store.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def peopled(store: Store) -> Store:
    """Lea codes, zoe adjudicates, max reads, and the account of eva is closed."""
    roles: tuple[tuple[str, Role], ...] = (("lea", "coder"), ("zoe", "admin"), ("max", "reader"), ("eva", "coder"))
    for name, role in roles:
        add_coder(store, Coder(name=name, role=role, password="x", created_at=NOON), by="essai")
    disable_coder(store, "eva", at=NOON, by="essai")
    return store


@pytest.mark.parametrize("name", ["lea", "zoe"])
def test_check_coder_lets_in_whoever_codes(peopled: Store, name: str) -> None:
    check_coder(peopled, name)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Lea", "aucun compte « Lea » ; codent : lea, zoe. Donnez l'un d'eux"),
        ("max", "« max » lit, mais ne code pas"),
        ("eva", "le compte « eva » est fermé"),
    ],
)
def test_check_coder_refuses_others_with_the_remedy(peopled: Store, name: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        check_coder(peopled, name)
    assert told in str(refused.value)
    assert f"« listening coder add {name} --role coder »" in str(refused.value)


def test_check_coder_of_a_store_without_accounts_takes_any_name(store: Store) -> None:
    check_coder(store, "momo")
