"""Hand the public tables over as files: Parquet, CSV, Excel, Tableau Hyper or SQLite."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import duckdb

from recsys.errors import InvalidParameterError, InvalidTableError, RecsysError
from recsys.export.about_sheet import Origin
from recsys.export.folder import MANIFEST, listed, put_in_place, unfinished_folder, write_through
from recsys.export.formats import (
    FORMATS,
    OF_ALL_TABLES,
    OF_ONE_TABLE,
    Choices,
    file_name,
    refuse,
    require,
)
from recsys.export.known_folders import Exported, remember
from recsys.export.manifest import ExportedTable, manifest_of, merge, write_manifest
from recsys.export.tables import Table, public_table
from recsys.export.wide import wide_table
from recsys.reading.warehouse import Warehouse
from recsys.storage.disk import is_full, reason, room
from recsys.storage.names import nearest

__all__ = ["FORMATS", "ExportedTable", "export"]


def export(
    warehouse: Warehouse,
    to: Path,
    file_format: str = "parquet",
    tables: Sequence[str] = (),
    *,
    raw: bool = False,
    byte_order_mark: bool | None = None,
    wide: bool = False,
    lists: Sequence[str] = (),
) -> list[ExportedTable]:
    """Write public tables (none named: all) to a folder, with a manifest.

    The folder holds the files of one run: those that the last export left there of an earlier run
    are removed, and files of the user's stay. Where there is no `manifest.json`, an export was
    stopped while files took their places. Timestamps with a time zone are written in UTC. The work
    folder of the database remembers where it was exported to, for who forgets a customer.

    Parameters
    ----------
    warehouse
        The build.
    to
        The folder, made if it is missing.
    file_format
        `parquet`, `csv` or `xlsx`, a file for each table; `hyper` or `sqlite`, one file of all.
    tables
        Names of public tables.
    raw
        Write CSV for programs: texts as they are, and no byte order mark. Else texts that a
        spreadsheet would change or run get an apostrophe before them, see `recsys.export.cells`.
    byte_order_mark
        Whether CSV files begin with one; None: unless `raw`.
    wide
        Write one row per customer with the lists side by side, see `recsys.export.wide`, and other
        tables only where they are named.
    lists
        Which lists stand there; none: all.

    Raises
    ------
    RecsysError
        The folder can't be written, its disk is full, another export writes to it, the format needs
        a package that isn't installed or has no room for a table's rows, or the format, a table or
        a list doesn't exist. Unless the message says otherwise, all is as it was.

    """
    if file_format not in FORMATS:
        legal = ", ".join(FORMATS)
        raise InvalidParameterError(f"format {file_format!r} doesn't exist: choose one of {legal}")
    if lists and not wide:
        raise InvalidParameterError("a list can be chosen only for the wide table: add --wide")
    require(file_format)
    names = _chosen(warehouse, tables, wide=wide)
    run = warehouse.last_run()
    origin = Origin(run.run_id if run else None, run.finished_at if run else None)
    mark = not raw if byte_order_mark is None else byte_order_mark
    try:
        with warehouse.cursor() as cursor:
            chosen = [public_table(cursor, name) for name in names]
            if wide:
                chosen.append(wide_table(cursor, lists))
            refuse(file_format, cursor, chosen)
            to.mkdir(parents=True, exist_ok=True)
            with unfinished_folder(to) as new:
                choices = Choices(origin, guard=not raw, mark=mark)
                exported = _written(cursor, chosen, new, file_format, choices)
                is_guarded = file_format == "csv" and not raw
                manifest = manifest_of(origin, file_format, exported, guarded=is_guarded)
                gone = merge(manifest, listed(to), to, warehouse.tables())
                write_manifest(new / MANIFEST, manifest)
                put_in_place(new, to, gone)
    except FileExistsError as error:
        raise RecsysError(f"can't export to {to}: it is a file; name a folder") from error
    except (OSError, duckdb.Error, sqlite3.Error) as error:
        if is_full(error):
            raise RecsysError(
                f"can't export to {to} ({reason(error)}): {room(to)}; make room or name a folder "
                "on another disk. What was there is as it was"
            ) from error
        raise RecsysError(f"can't export to {to}: {reason(error)}") from error
    asked = Exported(file_format, tuple(tables), raw, byte_order_mark, wide, tuple(lists))
    remember(warehouse.path, to, origin.run_id, asked)
    return exported


def _chosen(warehouse: Warehouse, tables: Sequence[str], *, wide: bool) -> list[str]:
    legal = warehouse.tables()
    for name in tables:
        if name not in legal:
            raise InvalidTableError(f"no public table {name!r}{nearest(name, legal)}")
    return list(dict.fromkeys(tables)) or ([] if wide else legal)


def _written(
    cursor: duckdb.DuckDBPyConnection,
    tables: Sequence[Table],
    folder: Path,
    file_format: str,
    choices: Choices,
) -> list[ExportedTable]:
    """Write the files, through to the disk, and make sure that they hold all rows."""
    exported = []
    if file_format in OF_ALL_TABLES:
        path = folder / file_name("", file_format)
        found = OF_ALL_TABLES[file_format](cursor, tables, path)
        write_through(path)
    else:
        found = []
        for table in tables:
            path = folder / file_name(table.name, file_format)
            found.append(OF_ONE_TABLE[file_format](cursor, table, path, choices))
            write_through(path)
    for table, rows in zip(tables, found, strict=True):
        file, expected = file_name(table.name, file_format), table.count(cursor)
        if rows != expected:
            raise RecsysError(f"{file} has {rows:,} of {expected:,} rows after it was written")
        exported.append(ExportedTable(table.name, file, rows))
    return exported
