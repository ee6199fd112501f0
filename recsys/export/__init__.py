"""Hand the public tables over as files: Parquet for tools, CSV for everything else."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from recsys.errors import InvalidParameterError, InvalidTableError, RecsysError
from recsys.export.files import COPY_OPTIONS, write
from recsys.export.folder import MANIFEST, listed, put_in_place, unfinished_folder, write_through
from recsys.reading.warehouse import Warehouse
from recsys.storage.disk import is_full, reason, room


@dataclass(frozen=True)
class ExportedTable:
    """One file of an export."""

    table: str
    file: str
    rows: int


def export(
    warehouse: Warehouse,
    to: Path,
    file_format: str = "parquet",
    tables: Sequence[str] = (),
    *,
    raw: bool = False,
) -> list[ExportedTable]:
    """Write public tables (none named: all) to a folder, one file each, with a manifest.

    The folder holds the files of one run: those that the last export left there of an earlier run
    are removed, and files of the user's stay. Where there is no `manifest.json`, an export was
    stopped while files took their places. Timestamps with a time zone are written in UTC.

    Parameters
    ----------
    warehouse
        The build.
    to
        The folder, made if it is missing.
    file_format
        `parquet` or `csv`.
    tables
        Names of public tables.
    raw
        Write texts to CSV as they are. Else those that a spreadsheet would run as a formula get
        an apostrophe before them, see `recsys.export.cells`.

    Raises
    ------
    RecsysError
        The folder can't be written, its disk is full, another export writes to it, or the format
        or a table doesn't exist. Unless the message says otherwise, all is as it was.

    """
    if file_format not in COPY_OPTIONS:
        legal = ", ".join(COPY_OPTIONS)
        raise InvalidParameterError(f"format {file_format!r} doesn't exist: choose one of {legal}")
    chosen = _chosen(warehouse, tables)
    try:
        to.mkdir(parents=True, exist_ok=True)
        with unfinished_folder(to) as new:
            exported = []
            for table in chosen:
                file = f"{table}.{file_format}"
                rows = write(warehouse, table, new / file, escape=not raw)
                exported.append(ExportedTable(table, file, rows))
            manifest = _manifest(warehouse, file_format, exported, raw=raw)
            gone = _merge(manifest, listed(to), to, warehouse.tables())
            _write_manifest(new / MANIFEST, manifest)
            put_in_place(new, to, gone)
    except FileExistsError as error:
        raise RecsysError(f"can't export to {to}: it is a file; name a folder") from error
    except (OSError, duckdb.Error) as error:
        if is_full(error):
            raise RecsysError(
                f"can't export to {to} ({reason(error)}): {room(to)}; make room or name a folder "
                "on another disk. What was there is as it was"
            ) from error
        raise RecsysError(f"can't export to {to}: {reason(error)}") from error
    return exported


def _chosen(warehouse: Warehouse, tables: Sequence[str]) -> list[str]:
    legal = warehouse.tables()
    unknown = sorted(set(tables) - set(legal))
    if unknown:
        raise InvalidTableError(
            f"no public table {', '.join(map(repr, unknown))}: choose from {', '.join(legal)}"
        )
    return list(dict.fromkeys(tables)) or legal


def _manifest(
    warehouse: Warehouse, file_format: str, exported: list[ExportedTable], *, raw: bool
) -> dict[str, Any]:
    run = warehouse.last_run()
    return {
        "run_id": run.run_id if run else None,
        "finished_at": run.finished_at.isoformat() if run and run.finished_at else None,
        "format": file_format,
        "escaped_files": [done.file for done in exported if file_format == "csv" and not raw],
        "tables": [asdict(done) for done in exported],
    }


def _merge(
    manifest: dict[str, Any], before: dict[str, Any], to: Path, tables: Sequence[str]
) -> list[str]:
    """List the files that stay because they are of the same run; return those that have to go."""
    ours = {f"{table}.{one}" for table in tables for one in COPY_OPTIONS}
    written = {done["file"] for done in manifest["tables"]}
    others = [
        done
        for done in before.get("tables", ())
        if isinstance(done, dict) and done.get("file") in ours - written
    ]
    if manifest["run_id"] is None or before.get("run_id") != manifest["run_id"]:
        return [done["file"] for done in others]
    staying = [done for done in others if (to / done["file"]).is_file()]
    names = {done["file"] for done in staying}
    manifest["tables"] += staying
    manifest["escaped_files"] += [name for name in before.get("escaped_files", ()) if name in names]
    return []


def _write_manifest(path: Path, manifest: dict[str, Any]) -> None:
    path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    write_through(path)
