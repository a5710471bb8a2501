"""Write the store's tables for researchers, and record which texts went out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from listening.steps.lineage import exported, write_out
from listening.steps.runs import Advance, running
from listening.store.lineage import Export
from listening.store.parquet import DICTIONARY, write_parquet
from listening.store.store import Store

WORDS = ("verbatims", "verdicts")  # the tables that hold words; the others hold places in them


def export_parquet(store: Store, folder: Path, *, advance: Advance = lambda rows: None) -> dict[str, int]:
    """Write each table as a Parquet file of a folder, with the data dictionary; give how many rows each has."""
    with running(store, "export") as run:

        def write() -> tuple[dict[str, int], list[Export]]:
            counts = write_parquet(store, folder, advance=advance)
            paths = [folder / name for name in (*(f"{name}.parquet" for name in counts), DICTIONARY)]
            return counts, [exported("table", path, versions=_versions(path), **origin) for path in paths]

        origin: dict[str, Any] = {"at": run.started_at, "run": run.id}
        worded = [folder / f"{name}.parquet" for name in WORDS]
        counts = write_out(store, worded, write, kind="table", **origin)
        run.counts.update(counts)
    return counts


def _versions(path: Path) -> list[str]:
    from pyarrow.parquet import read_table

    return read_table(path, columns=["version"])["version"].unique().to_pylist() if path.stem in WORDS else []
