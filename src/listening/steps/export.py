"""Write the store's tables for researchers, and record which texts went out."""

from __future__ import annotations

from pathlib import Path

from listening.records import Run
from listening.steps.lineage import file_hash
from listening.steps.runs import Advance, now, running
from listening.store.lineage import Export, add_exports
from listening.store.parquet import write_parquet
from listening.store.store import Store

WORDS = ("verbatims", "verdicts")  # the tables that hold words; the others hold places in them


def export_parquet(store: Store, folder: Path, *, advance: Advance = lambda rows: None) -> dict[str, int]:
    """Write each table as a Parquet file of a folder, with the data dictionary; give how many rows each has."""
    with running(store, "export") as run:
        counts = write_parquet(store, folder, advance=advance)
        run.counts.update(counts)
        add_exports(store, [_export(folder / f"{name}.parquet", run) for name in WORDS])
    return counts


def _export(path: Path, run: Run) -> Export:
    from pyarrow.parquet import read_table

    versions = read_table(path, columns=["version"])["version"].unique().to_pylist()
    place, digest = str(path.absolute()), file_hash(path) or ""
    return Export(kind="table", path=place, sha256=digest, versions=tuple(versions), at=now(), run=run.id)
