"""The manifest of an export: which run its files are of, and what stays of the export before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from recsys.export.about_sheet import Origin
from recsys.export.folder import write_through
from recsys.export.formats import file_names


@dataclass(frozen=True)
class ExportedTable:
    """One table of an export: the file that holds it, alone or with others, and its rows."""

    table: str
    file: str
    rows: int


def manifest_of(
    origin: Origin, file_format: str, exported: Sequence[ExportedTable], *, guarded: bool
) -> dict[str, Any]:
    """Return the manifest of what was written."""
    return {
        "run_id": origin.run_id,
        "finished_at": origin.finished_at.isoformat() if origin.finished_at else None,
        "format": file_format,
        "escaped_files": [done.file for done in exported if guarded],
        "tables": [asdict(done) for done in exported],
    }


def merge(
    manifest: dict[str, Any], before: dict[str, Any], to: Path, tables: Sequence[str]
) -> list[str]:
    """List the files that stay because they are of the same run; return those that have to go."""
    ours = file_names(tables)
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


def write_manifest(path: Path, manifest: dict[str, Any]) -> None:
    """Write it to a new file, through to the disk."""
    path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    write_through(path)
