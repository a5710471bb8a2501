"""What a store holds, as Parquet files with their data dictionary: for notebooks, DuckDB, R."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from sqlalchemy import JSON, Boolean, Column, Connection, Float, Integer, Table, select

from listening.store import schema
from listening.store.schema import UtcDateTime
from listening.store.store import Store

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 20_000  # written at once
DICTIONARY = "dictionnaire.csv"


@cache
def dictionary() -> dict[str, Any]:
    """Give what each exported table (`label`) and column (`columns`) holds, in French."""
    content = files("listening.store").joinpath("dictionary.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(content))


def write_parquet(store: Store, folder: Path, *, advance: Callable[[int], None] = lambda rows: None) -> dict[str, int]:
    """Write a file a table, as they are at one moment, and the dictionary; give how many rows each table has.

    Of verbatims, the current versions and what is said of them. Each file also has its descriptions in its metadata.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    with store.snapshot() as connection:
        for name in dictionary():
            counts[name] = _write_table(connection, schema.metadata.tables[name], folder, advance)
    _write_dictionary(folder / DICTIONARY)
    return counts


def _write_table(connection: Connection, table: Table, folder: Path, advance: Callable[[int], None]) -> int:
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    form = arrow_schema(table.name)
    path, count = folder / f"{table.name}.parquet", 0
    part = path.with_suffix(".part")
    dumped = [one.name for one in form if pa.types.is_string(one.type) and isinstance(table.c[one.name].type, JSON)]
    with ParquetWriter(part, form, compression="zstd") as writer:
        rows = connection.execution_options(yield_per=ROWS).execute(_kept(table))
        for some in rows.mappings().partitions(ROWS):
            content = [dict(row) | {name: json.dumps(row[name], ensure_ascii=False) for name in dumped} for row in some]
            writer.write_table(pa.Table.from_pylist(content, schema=form))
            count += len(content)
            advance(len(content))
    part.replace(path)
    return count


def _kept(table: Table) -> Any:
    """Leave out what is said of versions that are not current: an edit or their source took the words back."""
    verbatims = schema.verbatims
    query = select(*(table.c[name] for name in dictionary()[table.name]["columns"])).order_by(*table.primary_key)
    if table is verbatims:
        return query.where(table.c.current)
    if "verbatim" in table.c:  # a verdict holds for the place, whatever version its coder read
        return query.where(table.c.verbatim.in_(select(verbatims.c.id).where(verbatims.c.current)))
    if "version" in table.c:
        return query.where(table.c.version.in_(select(verbatims.c.version).where(verbatims.c.current)))
    return query


def arrow_schema(name: str) -> pa.Schema:
    """Give the columns of an exported table, with their types and descriptions.

    >>> print(arrow_schema("segments").field("stop").type)
    int64
    """
    import pyarrow as pa

    told, table = dictionary()[name], schema.metadata.tables[name]
    columns = [pa.field(column, _arrow(table.c[column]), metadata={"description": words})
               for column, words in told["columns"].items()]  # fmt: skip
    return pa.schema(columns, metadata={"description": told["label"]})


def _arrow(column: Column[Any]) -> pa.DataType:
    import pyarrow as pa

    words, place = pa.string(), pa.int64()
    if isinstance(column.type, JSON):
        codes = pa.struct({"code": words, "polarity": words, "start": place, "stop": place})
        items = {"flags": words, "codes": codes}
        return pa.list_(pa.field("element", items[column.name])) if column.name in items else words
    if isinstance(column.type, UtcDateTime):
        return pa.timestamp("us", tz="UTC")
    plain = {Boolean: pa.bool_(), Integer: place, Float: pa.float64()}
    return next((one for kind, one in plain.items() if isinstance(column.type, kind)), words)


def _write_dictionary(path: Path) -> None:
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8-sig", newline="") as lines:
        table = csv.writer(lines, delimiter=";")
        table.writerow(["table", "colonne", "type", "description"])
        for name, told in dictionary().items():
            table.writerow([name, "", "", told["label"]])
            table.writerows([name, one.name, one.type, told["columns"][one.name]] for one in arrow_schema(name))
    part.replace(path)
