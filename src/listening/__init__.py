"""Read what French customers write, and say what they feel about it.

>>> import listening
>>> listening.load_codebook().reference
'experience-client@1'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from listening.codebook import Codebook, load_codebook
    from listening.errors import ListeningError, RowError
    from listening.insight.summary import Summary, summarize
    from listening.records import Cursor, Deletion, Reading, Run, Scores, Segment, Tag, Verbatim
    from listening.sources.base import Source
    from listening.steps.frames import read_frames, tag_frame
    from listening.store.store import Store, open_store
    from listening.tagging.engine import Tagger, load_tagger

_HOMES = {
    "listening.codebook": ("Codebook", "load_codebook"),
    "listening.errors": ("ListeningError", "RowError"),
    "listening.insight.summary": ("Summary", "summarize"),
    "listening.records": ("Cursor", "Deletion", "Reading", "Run", "Scores", "Segment", "Tag", "Verbatim"),
    "listening.sources.base": ("Source",),
    "listening.steps.frames": ("read_frames", "tag_frame"),
    "listening.store.store": ("Store", "open_store"),
    "listening.tagging.engine": ("Tagger", "load_tagger"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Codebook",
    "Cursor",
    "Deletion",
    "ListeningError",
    "Reading",
    "RowError",
    "Run",
    "Scores",
    "Segment",
    "Source",
    "Store",
    "Summary",
    "Tag",
    "Tagger",
    "Verbatim",
    "load_codebook",
    "load_tagger",
    "open_store",
    "read_frames",
    "summarize",
    "tag_frame",
]


def __getattr__(name: str) -> Any:  # names load their module when first used: importing costs nothing
    if name not in _HOME:
        raise AttributeError(f"module 'listening' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
