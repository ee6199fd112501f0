"""A temporary folder for what must be written to be read, gone with its connection."""

from __future__ import annotations

import csv
import json
import os
import weakref
from pathlib import Path

import duckdb

from recsys.shop.cleaned_copy import BadRecord
from recsys.shop.text_files import this_file
from recsys.storage.names import can_be_named, text
from recsys.storage.scratch import Scratch

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

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, scratch: Scratch | None = None
    ) -> None:
        """Keep copies in a folder of the caller's, or in one that goes with the connection."""
        self._connection = connection
        self._scratch = scratch
        self._files = 0
        self.unreadable = 0

    @property
    def folder(self) -> Path:
        """Where copies are kept."""
        if self._scratch is None:
            self._scratch = Scratch()
            weakref.finalize(self._connection, self._scratch.close)
        return self._scratch.path

    def new_file(self, suffix: str) -> Path:
        """Return the path of a file that isn't there yet."""
        self._files += 1
        name = f"{self._files}-{os.urandom(4).hex()}"  # several may share the folder
        return self.folder / f"{name}{suffix}"

    def namable(self, file: Path, *, as_pattern: bool = True) -> Path:
        """Return the file, or a link to it where DuckDB can't be told its name."""
        if can_be_named(file, as_pattern=as_pattern):
            return file
        link = self.new_file("".join(file.suffixes[-2:]).replace("\\", ""))
        link.symlink_to(file.absolute())
        return link

    def write_down(self, source: str, file: str, record: BadRecord) -> None:
        """Keep a record that can't be read, for `unreadable_lines`."""
        said = {
            "line": record.line,
            "problem": record.problem,
            "text": record.text[:LONGEST_TEXT].encode(errors="backslashreplace").decode(),
        }
        row = [source, file, record.number, record.reason, json.dumps(said, ensure_ascii=False)]
        if self.unreadable == 0:
            self._rejected = self.new_file(".csv")
            self._rejects = self._rejected.open("w", encoding="utf-8", newline="")
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
            f"select * from read_csv({this_file(self._rejected)}, auto_detect=false, header=false, "  # noqa: S608
            f"""delim=',', quote='"', escape='"', columns={{{columns}}})"""
        )
