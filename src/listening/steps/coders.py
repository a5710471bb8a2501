"""Who may code: where a store has accounts, a workbook is made for, and read back from, one that codes."""

from __future__ import annotations

from listening.errors import ConfigurationError
from listening.store.coders import coders
from listening.store.store import Store


def check_coder(store: Store, name: str) -> None:
    """Raise ConfigurationError, with the remedy, unless `name` is an open account that codes.

    A store without accounts takes any name: whoever works with workbooks alone needs none.
    """
    accounts = {one.name: one for one in coders(store)}
    if not accounts:
        return
    account, remedy = accounts.get(name), f"« listening coder add {name} --role coder »"
    if account is None:
        known = ", ".join(one.name for one in accounts.values() if one.role != "reader" and not one.disabled)
        raise ConfigurationError(
            f"{store.place} : aucun compte « {name} » ; codent : {known or 'personne'}. Donnez l'un d'eux par --coder, "
            f"ou ouvrez ce compte : {remedy}"
        )
    if account.disabled:
        raise ConfigurationError(
            f"{store.place} : le compte « {name} » est fermé ; donnez par --coder qui a codé, ou rouvrez-le : {remedy}"
        )
    if account.role == "reader":
        raise ConfigurationError(
            f"{store.place} : « {name} » lit, mais ne code pas ; donnez par --coder qui a codé, ou changez son rôle : "
            f"{remedy}"
        )
