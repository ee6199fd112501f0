"""One Tableau Hyper file of all exported tables, by the optional package pantab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from recsys.errors import MissingDependencyError
from recsys.export.tables import Table
from recsys.storage.names import quoted

SCHEMA = "Extract"
"""Where Tableau looks for tables."""
TYPES = {
    "text": pa.string(),
    "integer": pa.int64(),
    "real": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "moment": pa.timestamp("us"),
}


def require_pantab() -> Any:
    """Return the package that writes Hyper files.

    Raises
    ------
    MissingDependencyError
        It isn't installed.

    """
    try:
        import pantab  # noqa: PLC0415 - optional
    except ImportError as error:
        raise MissingDependencyError(
            "Tableau Hyper files need the package pantab: pip install 'recsys[hyper]'"
        ) from error
    return pantab


def write_hyper(
    cursor: duckdb.DuckDBPyConnection, tables: Sequence[Table], path: Path
) -> list[int]:
    """Write the tables to a new file, in the schema Extract, and return the number of rows of each.

    Raises
    ------
    MissingDependencyError
        pantab isn't installed.
    OSError
        The file can't be written.

    """
    pantab = require_pantab()
    path.touch()
    rights = path.stat().st_mode
    path.unlink()  # Hyper makes its own file, which only its group may read
    try:
        pantab.frames_to_hyper(
            {(SCHEMA, table.name): _reader(cursor, table) for table in tables},
            path,
            atomic=False,  # the whole export is
        )
        counts = pantab.frame_from_hyper_query(path, _counts(tables), return_type="pyarrow")
    except RuntimeError as error:  # all that Hyper says
        raise OSError(f"Hyper: {_first_line(error)}") from error
    path.chmod(rights)
    return [int(row["rows"]) for row in sorted(counts.to_pylist(), key=itemgetter("position"))]


def _reader(cursor: duckdb.DuckDBPyConnection, table: Table) -> pa.RecordBatchReader:
    """Return the rows, which are queried when the first is asked for: tables share the cursor."""
    schema = pa.schema([(field.name, TYPES[field.kind]) for field in table.fields])

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in table.batches(cursor):
            yield batch.cast(schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def _counts(tables: Sequence[Table]) -> str:
    return " union all ".join(
        f"select {at} as position, count(*) as rows "  # noqa: S608 - quoted
        f"from {quoted(SCHEMA)}.{quoted(table.name)}"
        for at, table in enumerate(tables)
    )


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
