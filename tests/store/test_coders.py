from dataclasses import replace
from datetime import UTC, datetime

import pytest

from listening.errors import ConfigurationError
from listening.store import audit
from listening.store.coders import Coder, add_coder, coder_named, coders, disable_coder
from listening.store.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEA = Coder(name="lea", role="coder", password="$argon2id$", created_at=NOON)


def test_accounts_are_given_by_name(store: Store) -> None:
    momo = replace(LEA, name="momo", role="admin")
    for coder in (momo, LEA):
        add_coder(store, coder, by="essai")
    assert list(coders(store)) == [LEA, momo]
    assert coder_named(store, "momo") == momo
    assert coder_named(store, "MOMO") is None


def test_account_added_again_has_the_new_role_and_password_and_is_open(store: Store) -> None:
    add_coder(store, LEA, by="essai")
    disable_coder(store, "lea", at=NOON, by="essai")
    add_coder(store, replace(LEA, role="admin", password="autre"), by="essai")
    found = coder_named(store, "lea")
    assert found and (found.role, found.password, found.disabled) == ("admin", "autre", False)


def test_disabled_account_stays(store: Store) -> None:
    add_coder(store, LEA, by="essai")
    disable_coder(store, "lea", at=NOON, by="essai")
    assert list(coders(store)) == [replace(LEA, disabled=True)]


@pytest.mark.parametrize("name", ["", "<b>lea</b>", "a b", "../lea", "-lea", "é" * 41, "lea\n"])
def test_account_of_another_form_of_name_is_refused(store: Store, name: str) -> None:
    with pytest.raises(ConfigurationError, match="nom refusé"):
        add_coder(store, replace(LEA, name=name), by="essai")


def test_disable_names_an_account_that_is_not_there(store: Store) -> None:
    with pytest.raises(ConfigurationError, match="compte inconnu : « lea »"):
        disable_coder(store, "lea", at=NOON, by="essai")


def test_accounts_are_told_to_the_audit_without_their_password(store: Store) -> None:
    add_coder(store, LEA, by="essai")
    disable_coder(store, "lea", at=NOON, by="essai")
    assert [(line.actor, line.action, line.subject) for line in audit.lines(store)] == [
        ("essai", "compte", "lea"),
        ("essai", "compte fermé", "lea"),
    ]
    assert "argon2" not in "".join(str(line.detail) for line in audit.lines(store))
