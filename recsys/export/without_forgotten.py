"""Exports of a database from which customers were removed: written again, or removed, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from recsys.errors import RecsysError
from recsys.export import export
from recsys.export.folder import MANIFEST, listed, put_in_place, unfinished_folder
from recsys.export.formats import OF_ALL_TABLES, file_name
from recsys.export.known_folders import KnownFolder, known_folders
from recsys.export.manifest import write_manifest
from recsys.export.wide import WIDE
from recsys.reading.built_file import SCHEMA
from recsys.reading.warehouse import Warehouse


@dataclass(frozen=True)
class Outcome:
    """What became of the export in a folder."""

    folder: Path
    state: Literal["exported again", "removed", "nothing there", "of another database", "failed"]
    files: tuple[str, ...] = ()
    """Those that were written again or removed."""
    why: str | None = None
    """Why files were removed or couldn't be."""


def renew_exports(database: Path, others: Sequence[Path] = ()) -> list[Outcome]:
    """Write the exports of the published run again; remove the files of customers of any other.

    Parameters
    ----------
    database
        The DuckDB file, which doesn't hold the customers any more.
    others
        Folders that hold exports, too, and that the work folder doesn't know.

    Returns
    -------
    list of Outcome
        One per folder. What another database exported, of which this one is a copy, stays as it is:
        its readers didn't ask for anything.

    """
    asked = {one.resolve() for one in others}
    found = known_folders(database)
    foreign = [one for one in found if one.is_of_another(database) and one.folder not in asked]
    known = [one for one in found if one not in foreign]
    left = [
        Outcome(one.folder, "of another database", why=f"exported from {one.database}")
        for one in foreign
    ]
    places = {one.folder for one in known}
    unknown = [KnownFolder(one.resolve(), None) for one in others if one.resolve() not in places]
    if not known and not unknown:
        return left
    with Warehouse(database) as warehouse:
        return left + [_renewed(warehouse, one) for one in (*known, *unknown)]


def _renewed(warehouse: Warehouse, known: KnownFolder) -> Outcome:
    manifest = listed(known.folder)
    if not manifest:
        return Outcome(known.folder, "nothing there")
    run = warehouse.last_run()
    why = "it is of another run"
    written: list[str] = []
    if run is not None and manifest.get("run_id") == run.run_id == known.run_id:
        try:
            written = _exported_again(warehouse, known)
            why = "how it was exported isn't known"
        except RecsysError as error:
            why = str(error)
    try:
        removed = _removed(warehouse, known.folder, set(written))
    except (OSError, RecsysError) as error:
        return Outcome(known.folder, "failed", tuple(written), str(error))
    if removed:
        return Outcome(known.folder, "removed", tuple(removed), why)
    return Outcome(known.folder, "exported again", tuple(written))


def _exported_again(warehouse: Warehouse, known: KnownFolder) -> list[str]:
    files: list[str] = []
    for one in known.exports:
        done = export(
            warehouse,
            known.folder,
            one.file_format,
            one.tables,
            raw=one.raw,
            byte_order_mark=one.byte_order_mark,
            wide=one.wide,
            lists=one.lists,
        )
        files += [table.file for table in done]
    return list(dict.fromkeys(files))


def _removed(warehouse: Warehouse, folder: Path, written: set[str]) -> list[str]:
    """Remove the files that may hold customers and weren't written again; return their names."""
    manifest = listed(folder)
    tables = [done for done in manifest.get("tables", ()) if isinstance(done, dict)]
    of_customers = _of_customers(warehouse)
    together = {file_name("", one) for one in OF_ALL_TABLES}
    gone = sorted(
        {
            str(done.get("file"))
            for done in tables
            if done.get("file") not in written
            and (done.get("table") in of_customers or done.get("file") in together)
        }
    )
    gone = [name for name in gone if Path(name).name == name and (folder / name).is_file()]
    if gone:
        manifest["tables"] = [done for done in tables if done.get("file") not in gone]
        with unfinished_folder(folder) as new:
            write_manifest(new / MANIFEST, manifest)
            put_in_place(new, folder, gone)
    return gone


def _of_customers(warehouse: Warehouse) -> set[str]:
    rows = warehouse.query(
        "select distinct table_name from duckdb_columns() where schema_name = $schema and "
        "(column_name ilike '%customer_id%' or column_name ilike '%json%')",
        schema=SCHEMA,
    ).to_pylist()
    return {WIDE, *(row["table_name"] for row in rows)}
