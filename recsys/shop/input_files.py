"""Which files a shop reads, and what tells whether they are still what they were."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from recsys.errors import ShopFileError
from recsys.shop.databases import table_digest
from recsys.shop.expressions import depends_on_today
from recsys.shop.file import Shop, Table
from recsys.shop.paths import find_files, kind_of, shown_path
from recsys.shop.text_files import UnreadableError
from recsys.storage.file_marks import FileMark, is_unchanged, mark_of, state_for_mark
from recsys.storage.write_ahead_logs import logs_of

Marks = dict[str, dict[str, FileMark]]
"""The marks of the files of each input, by the input's and the file's name."""


@dataclass(frozen=True)
class KnownMarks:
    """The marks of an earlier look: files whose state is the same aren't read again."""

    marks: Marks = field(default_factory=dict)
    taken_at: int = 0
    """Nanoseconds since 1970."""

    def of(self, name: str, file: str) -> FileMark | None:
        """Return the mark of an input's file, if there is one."""
        return self.marks.get(name, {}).get(file)


def marks_of_inputs(shop: Shop, known: KnownMarks) -> Marks:
    """Return the marks of all files that a shop's inputs are read from.

    Raises
    ------
    ShopFileError
        An input's files aren't there or can't be read.

    """
    return {
        name: _marks(name, table, shop.folder, known)
        for name, table in shop.tables().items()
        if table is not None
    }


def marks_below(name: str, folder: Path, known: KnownMarks) -> dict[str, FileMark]:
    """Return the marks of all files below a folder, which an input of that name is read from.

    Raises
    ------
    OSError
        A file can't be read.

    """
    files = {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*"))}
    return {
        shown: mark_of(file, known.of(name, shown), known.taken_at)
        for shown, file in files.items()
        if file.is_file()
    }


def reads_the_clock(shop: Shop) -> bool:
    """Tell whether an expression of the shop file gives something else on another day."""
    return any(
        depends_on_today(expression)
        for table in shop.tables().values()
        if table is not None
        for expression in (*table.columns.values(), *filter(None, [table.where]))
    )


def _marks(name: str, table: Table, folder: Path, known: KnownMarks) -> dict[str, FileMark]:
    try:
        files = find_files(table.path, folder)
        kind = kind_of(files, table.path, is_delimited=table.format.delimiter is not None)
    except ShopFileError as error:
        raise ShopFileError(f"{name}.path: {error}") from None
    found = {}
    for file in files:
        shown = shown_path(file, folder)
        key = f"{shown} {table.table}" if table.table else shown
        before = known.of(name, key)
        try:
            if kind == "duckdb":
                found[key] = _mark_of_table(name, table.table, file, before, known.taken_at)
            else:
                found[key] = mark_of(file, before, known.taken_at)
        except UnreadableError as error:
            raise ShopFileError(f"{name}: can't read '{shown}': {error}") from None
        except OSError as error:
            said = error.strerror or error
            raise ShopFileError(f"{name}: can't read '{shown}': {said}") from None
    return found


def _mark_of_table(
    name: str, table: str | None, file: Path, before: FileMark | None, taken_at: int
) -> FileMark:
    """Return the mark of a database's table: other tables of the file may change as they will."""
    state, logs = state_for_mark(file), logs_of(file)
    if before is not None and not logs and is_unchanged(before, state, taken_at):
        return before
    digest, is_view = table_digest(file, table, source=name, shown=file.name)
    return FileMark(*state, digest=digest, vouches=not (is_view or logs))
