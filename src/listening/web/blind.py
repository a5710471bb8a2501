"""What may be shown to somebody who codes: all but what they are to code blind, and it is noted."""

from __future__ import annotations

from collections.abc import Collection

from listening.store.coded import coded_once
from listening.store.queue import open_items
from listening.store.shown import note_shown
from listening.web.access import Visitor
from listening.web.site import Site


def revealed(here: Site, visitor: Visitor, versions: Collection[str]) -> set[str]:
    """Give those of the versions of which a visitor may see what the engine or others said, and note that they do."""
    free = set(versions) - (_to_code_blind(here, visitor, versions) if versions else set())
    note_shown(here.store, visitor.name, free, at=here.clock())
    return free


def _to_code_blind(here: Site, visitor: Visitor, versions: Collection[str]) -> set[str]:
    """Give those that wait for a coder's blind verdict; an admin decides where others differ, and sees all."""
    if visitor.coder.role != "coder":
        return set()
    reference = here.codebook.reference
    again = coded_once(here.store, without=visitor.name, codebook=reference, among=versions)
    audit = open_items(here.store, coder=visitor.name, codebook=reference, reason="audit")
    return {*again, *(one.version for one in audit)}
