"""Group the texts that repeat one another: nothing is deleted, each version learns the original of its group."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from listening.records import Run, content_id
from listening.steps.runs import Advance, running
from listening.store.copies import (
    Examined,
    Unexamined,
    add_examined,
    count_unexamined,
    forget_groups,
    groups_of_contents,
    groups_of_reposts,
    in_order_of_time,
    made_otherwise,
    meet,
    superseded,
    unexamined,
)
from listening.store.store import Store
from listening.text.copies import ALIKE, METHOD, band_keys, comparable, normalise, shingles, similarity

BATCH = 256  # versions compared and committed at once


def group_copies(store: Store, *, batch: int = BATCH, advance: Advance = lambda rows: None) -> int:
    """Compare each current version that was not examined yet with all others; give how many were examined.

    A group holds texts that are alike, or said by their source to be reposts of one another, and what is alike to
    those; its original is the earliest. The order and size of batches change nothing. Memory grows with the number
    of texts that are alike and yet not the same, not with the number of verbatims.
    """
    anew = made_otherwise(store, METHOD)
    if not anew and not count_unexamined(store):
        return 0
    with running(store, "copies", configuration={"method": METHOD}) as run:
        if anew:
            forget_groups(store, run)
        after, count = "", 0
        while found := unexamined(store, after=after, limit=batch):
            if not _group_batch(store, found, run):
                if superseded(store, run):
                    break
                continue
            after, count = found[-1].version, count + len(found)
            run.counts["examined"] = count
            advance(len(found))
        return count


class _Groups:
    """Names that are joined, directly or through others."""

    def __init__(self) -> None:
        self.parents: dict[str, str] = {}

    def find(self, name: str) -> str:
        root = name
        while (parent := self.parents.setdefault(root, root)) != root:
            root = parent
        while name != root:
            self.parents[name], name = root, self.parents[name]
        return root

    def join(self, one: str, other: str) -> None:
        self.parents[self.find(one)] = self.find(other)

    def all(self) -> list[list[str]]:
        held: dict[str, list[str]] = {}
        for name in self.parents:
            held.setdefault(self.find(name), []).append(name)
        return list(held.values())


def _group_batch(store: Store, batch: Sequence[Unexamined], run: Run) -> bool:
    """Group some versions; tell whether it could be done: something of it may have been erased meanwhile."""
    words = {one.version: normalise(one.text) for one in batch}
    contents = {version: content_id(text) for version, text in words.items() if comparable(text)}
    known = groups_of_contents(store, set(contents.values()))
    firsts: dict[str, str] = {}  # by content
    groups = _Groups()
    for version in words:
        groups.find(version)
    for version, content in contents.items():
        groups.join(version, known.get(content) or firsts.setdefault(content, version))
    for version, other in chain(_reposts(batch), groups_of_reposts(store, batch)):
        groups.join(version, other)
    new = {version: words[version] for version in firsts.values()}
    bands = dict(zip(new, band_keys(new.values()), strict=True))
    _join_alike(store, new, bands, groups)
    originals = _originals(store, groups)
    examined = [
        Examined(version, originals[version], contents.get(version), bands.get(version, ())) for version in words
    ]
    moved = {old: new for old, new in originals.items() if old not in words and old != new}
    return add_examined(store, examined, moved, method=METHOD, run=run)


def _originals(store: Store, groups: _Groups) -> dict[str, str]:
    """Give the earliest of its group for each name."""
    joined = [group for group in groups.all() if len(group) > 1]
    ranks = {name: rank for rank, name in enumerate(in_order_of_time(store, list(chain.from_iterable(joined))))}
    earliest = {name: min(group, key=ranks.__getitem__) for group in joined for name in group}
    return {name: name for name in groups.parents} | earliest


def _reposts(batch: Sequence[Unexamined]) -> list[tuple[str, str]]:
    here = {(one.source, one.external_id): one.version for one in batch}
    pairs = ((one.version, here.get((one.source, one.repost_of or ""))) for one in batch)
    return [(version, other) for version, other in pairs if other]


def _join_alike(store: Store, new: dict[str, str], bands: dict[str, tuple[int, ...]], groups: _Groups) -> None:
    """Join the new contents that are alike, and each to the groups of the store in which one is like it."""
    places, texts = meet(store, set(chain.from_iterable(bands.values())))
    cut: dict[str, frozenset[str]] = {}
    for version, keys in bands.items():
        met = [places[key] for key in keys if key in places]
        for original in {original for place in met for original in place}:
            if groups.find(version) == groups.find(original):
                continue
            for other in {other for place in met for other in place.get(original, ())}:
                for name in {version, other} - cut.keys():
                    cut[name] = shingles(new[name] if name in new else normalise(texts[name]))
                if similarity(cut[version], cut[other]) >= ALIKE:
                    groups.join(version, original)
                    break
        for key in keys:
            places.setdefault(key, {})[version] = [version]
