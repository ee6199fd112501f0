"""Columns from the names of folders, `day=2024-01-31/part-0.csv`, as Hive and Spark write them.

DuckDB reads them of Parquet files. Of other kinds it would lose them where a copy is read.
"""

# ruff: noqa: S608 - everything in the SQL is quoted
from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import duckdb

from recsys.shop.part import Part
from recsys.storage.names import quoted, text

MISSING = "__HIVE_DEFAULT_PARTITION__"


def with_partitions(
    connection: duckdb.DuckDBPyConnection, part: Part, file: Path, folder: Path
) -> Part:
    """Return a part with a column of text for each folder called `name=value`.

    Folders above the shop file's say nothing; a column of the file wins over a folder.
    """
    found = partitions(file.relative_to(folder) if file.is_relative_to(folder) else file)
    if not found:
        return part
    described = connection.execute(f"describe from {part.relation}").fetchall()
    known = {name.casefold() for name, *_ in described}
    added = [
        f"{'null::varchar' if value is None else text(value)} as {quoted(name)}"
        for name, value in found.items()
        if name.casefold() not in known
    ]
    if not added:
        return part
    return replace(part, relation=f"(select *, {', '.join(added)} from {part.relation})")


def partitions(path: Path) -> dict[str, str | None]:
    """Return the values that a path's folders give, by name; None: missing.

    >>> partitions(Path("orders/dt=2024-01-31/store=A%2FB/part-0.csv"))
    {'dt': '2024-01-31', 'store': 'A/B'}

    """
    pairs = [folder.partition("=") for folder in path.parent.parts]
    return {
        unquote(name): None if value == MISSING else unquote(value)
        for name, sign, value in pairs
        if sign and name
    }
