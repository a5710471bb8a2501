"""Finding what installed packages add to `listening`, by entry point: sources, and whatever has a group."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from listening.errors import ConfigurationError


def find(group: str) -> dict[str, type]:
    """Give the classes announced under an entry-point group, by name in alphabetical order.

    Raises `ConfigurationError` when one cannot be loaded, or when two packages announce the same name.

    >>> find("listening.nothing")
    {}
    """
    announced: dict[str, EntryPoint] = {}
    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
        other = announced.setdefault(entry.name, entry)
        if other.value != entry.value:
            raise ConfigurationError(
                f"« {entry.name} » est annoncé deux fois dans {group}, par {_owner(other)} et par {_owner(entry)} : "
                "désinstallez l'un des deux"
            )
    return {name: _load(entry) for name, entry in announced.items()}


def _load(entry: EntryPoint) -> type:
    try:
        loaded = entry.load()
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            f"« {entry.name} » ({entry.value}, paquet {_owner(entry)}) ne se charge pas ({error}) : "
            "réinstallez ce paquet ou désinstallez-le"
        ) from error
    if not isinstance(loaded, type):
        raise ConfigurationError(
            f"« {entry.name} » ({entry.value}, paquet {_owner(entry)}) n'est pas une classe : "
            "corrigez son point d'entrée"
        )
    return loaded


def _owner(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else "inconnu"
