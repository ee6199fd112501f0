"""Hand the public tables over as files: Parquet for tools, CSV for everything else."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from recsys.errors import InvalidParameterError, InvalidTableError, RecsysError
from recsys.warehouse import Warehouse

COPY_OPTIONS = {
    "parquet": "format parquet, compression zstd",
    "csv": "format csv, header true",  # UTF-8; null is an empty field, an empty text is ""
}
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class ExportedTable:
    """One file of an export."""

    table: str
    file: str
    rows: int


def export(
    warehouse: Warehouse, to: Path, file_format: str = "parquet", tables: Sequence[str] = ()
) -> list[ExportedTable]:
    """Write public tables (none named: all) to a folder, one file each, with a manifest.

    Files get their final names only once all of them are complete, the manifest last. Files of
    the same name are replaced, others stay. Timestamps with a time zone are written in UTC.

    Raises
    ------
    RecsysError
        The folder can't be written, or the format or a table doesn't exist.

    """
    if file_format not in COPY_OPTIONS:
        legal = ", ".join(COPY_OPTIONS)
        raise InvalidParameterError(f"format {file_format!r} doesn't exist: choose one of {legal}")
    chosen = _chosen(warehouse, tables)
    try:
        to.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=to) as folder:
            unfinished = Path(folder)
            exported = []
            for table in chosen:
                file = f"{table}.{file_format}"
                rows = warehouse.copy(table, unfinished / file, COPY_OPTIONS[file_format])
                exported.append(ExportedTable(table, file, rows))
            _write_manifest(unfinished / MANIFEST, warehouse, file_format, exported)
            for name in [*(done.file for done in exported), MANIFEST]:
                (unfinished / name).replace(to / name)
    except FileExistsError as error:
        raise RecsysError(f"can't export to {to}: it is a file; name a folder") from error
    except (OSError, duckdb.IOException) as error:
        raise RecsysError(f"can't export to {to}: {error}") from error
    return exported


def _chosen(warehouse: Warehouse, tables: Sequence[str]) -> list[str]:
    legal = warehouse.tables()
    unknown = sorted(set(tables) - set(legal))
    if unknown:
        raise InvalidTableError(
            f"no public table {', '.join(map(repr, unknown))}: choose from {', '.join(legal)}"
        )
    return list(dict.fromkeys(tables)) or legal


def _write_manifest(
    path: Path, warehouse: Warehouse, file_format: str, exported: list[ExportedTable]
) -> None:
    run = warehouse.last_run()
    manifest = {
        "run_id": run.run_id if run else None,
        "finished_at": run.finished_at.isoformat() if run and run.finished_at else None,
        "format": file_format,
        "tables": [asdict(done) for done in exported],
    }
    path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
