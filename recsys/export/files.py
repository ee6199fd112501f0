"""One file of an export: how a table is written, and how it is known that all of it was."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from recsys.errors import RecsysError
from recsys.export.cells import escaped, needs_escaping
from recsys.export.folder import write_through
from recsys.reading.built_file import SCHEMA
from recsys.reading.warehouse import Warehouse
from recsys.storage.names import quoted, text

COPY_OPTIONS = {
    "parquet": "format parquet, compression zstd",
    # UTF-8; null is an empty field, an empty text is ""
    "csv": "format csv, header true, delimiter ',', quote '\"', escape '\"'",
}
CHUNK = 2**20


def write(warehouse: Warehouse, table: str, path: Path, *, escape: bool) -> int:
    """Write a table to a file, to the disk itself, and return its number of rows.

    Raises
    ------
    RecsysError
        The file doesn't hold all rows.
    OSError, duckdb.Error
        It can't be written.

    """
    file_format = path.suffix.removeprefix(".")
    columns = _columns(warehouse, table, escape=escape and file_format == "csv")
    query = f"select {columns} from {SCHEMA}.{quoted(table)}"  # noqa: S608 - quoted names
    rows = warehouse.copy(query, path, COPY_OPTIONS[file_format])
    write_through(path)
    found = _rows_of_csv(path) if file_format == "csv" else pq.read_metadata(path).num_rows
    if found != rows:
        raise RecsysError(f"{path.name} has {found:,} of {rows:,} rows after it was written")
    return rows


def _columns(warehouse: Warehouse, table: str, *, escape: bool) -> str:
    if not escape:
        return "*"
    described = warehouse.query(f"describe {SCHEMA}.{quoted(table)}").to_pylist()
    parts = []
    for column in described:
        name = quoted(column["column_name"])
        if needs_escaping(column["column_type"]):
            heading = escaped(text(column["column_name"]))
            [row] = warehouse.query(f"select {heading} as heading").to_pylist()
            parts.append(f"{escaped(f'cast({name} as varchar)')} as {quoted(row['heading'])}")
        else:
            parts.append(name)
    return ", ".join(parts)


def _rows_of_csv(path: Path) -> int:
    """Return the number of lines below the header: line ends that aren't between quotes."""
    lines, is_outside = 0, True
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            for at, part in enumerate(chunk.split(b'"')):
                if at:
                    is_outside = not is_outside
                if is_outside:
                    lines += part.count(b"\n")
    return lines - 1
