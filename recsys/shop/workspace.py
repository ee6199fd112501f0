"""A temporary folder for what must be written to be read, gone with its connection."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
import weakref
from pathlib import Path

import duckdb

from recsys.shop.cleaned_copy import BadRecord
from recsys.shop.names import text

LONGEST_TEXT = 1000  # characters of an unreadable line that are kept
REJECT_COLUMNS = {
    "source": "VARCHAR",
    "file": "VARCHAR",
    "row_number": "BIGINT",
    "reason": "VARCHAR",
    "row_json": "VARCHAR",
}


class Workspace:
    """Copies of files, and the lines that can't be read; made when first needed."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._folder: Path | None = None
        self._files = 0
        self.unreadable = 0

    def new_file(self, suffix: str) -> Path:
        """Return the path of a file that isn't there yet."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="recsys-"))
            weakref.finalize(self._connection, shutil.rmtree, self._folder, ignore_errors=True)
        self._files += 1
        return self._folder / f"{self._files}{suffix}"

    def write_down(self, source: str, file: str, record: BadRecord) -> None:
        """Keep a record that can't be read, for `unreadable_lines`."""
        said = {
            "line": record.line,
            "problem": record.problem,
            "text": record.text[:LONGEST_TEXT].encode(errors="backslashreplace").decode(),
        }
        row = [source, file, record.number, record.reason, json.dumps(said, ensure_ascii=False)]
        if self.unreadable == 0:
            self._rejects = self.new_file(".csv").open("w", encoding="utf-8", newline="")
            weakref.finalize(self, self._rejects.close)
            self._writer = csv.writer(self._rejects, quoting=csv.QUOTE_ALL, lineterminator="\n")
        self.unreadable += 1
        self._writer.writerow(row)

    def unreadable_lines(self) -> str:
        """Return the query of all records written down."""
        if not self.unreadable:
            columns = ", ".join(f"null::{kind} as {name}" for name, kind in REJECT_COLUMNS.items())
            return f"select {columns} where false"
        self._rejects.close()
        columns = ", ".join(f"{text(n)}: {text(kind)}" for n, kind in REJECT_COLUMNS.items())
        return (
            f"select * from read_csv({text(self._rejects.name)}, auto_detect=false, header=false, "  # noqa: S608
            f"""delim=',', quote='"', escape='"', columns={{{columns}}})"""
        )
