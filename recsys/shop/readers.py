"""Files of any kind as one relation: their columns, and each row's file and number in it."""

# ruff: noqa: S608 - everything in the SQL is quoted
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from recsys.errors import NoRowsError, ShopFileError
from recsys.shop.databases import read_table
from recsys.shop.delimited import read_delimited
from recsys.shop.dialect import Dialect
from recsys.shop.excel import read_excel
from recsys.shop.format import (
    DELIMITED_ONLY,
    EXCEL_ONLY,
    JSON_ONLY,
    TABULAR_ONLY,
    TEXT_ONLY,
    Format,
)
from recsys.shop.json_files import read_json
from recsys.shop.part import FILE, ROW, Part
from recsys.shop.partitions import with_partitions
from recsys.shop.paths import find_files, kind_of, shown_path
from recsys.shop.reshaping import Reshaped
from recsys.shop.text_files import (
    AGAIN,
    DAMAGED,
    EmptyFileError,
    UnreadableError,
    require_whole,
    short,
)
from recsys.shop.workspace import Workspace
from recsys.storage.names import file_text, text
from recsys.storage.scratch import is_scratch

LEGAL_FORMAT = {
    "csv": (*DELIMITED_ONLY, *TEXT_ONLY, *TABULAR_ONLY),
    "json": (*TEXT_ONLY, *JSON_ONLY),
    "excel": (*TABULAR_ONLY, *EXCEL_ONLY),
    "parquet": (),
    "duckdb": (),
}


@dataclass(frozen=True)
class Relation:
    """A FROM item with the files' columns, FILE and ROW."""

    sql: str
    columns: dict[str, str]
    """Types by name, without FILE and ROW."""
    kind: str
    """What the files are: csv, json, excel, parquet or duckdb."""
    files: tuple[str, ...]
    """From the folder on."""
    ambiguous: frozenset[str]
    """Names, in lower case, that a header has several times."""
    dialects: tuple[Dialect, ...]
    """How each delimited file is written."""
    columns_of: dict[str, tuple[str, ...]]
    """Names of columns by file or sheet, where there are several."""


def open_files(
    connection: duckdb.DuckDBPyConnection,
    path: str,
    *,
    folder: Path,
    given: Format | None = None,
    table: str | None = None,
    workspace: Workspace | None = None,
    source: str = "input",
) -> Relation:
    """Open the files that a path names as one relation; columns are matched by name.

    Parameters
    ----------
    connection
        Where the relation will be read. Copies that reading needs go with it.
    path
        A file or glob: CSV and its like, JSON, Parquet, Excel, or a DuckDB database.
    folder
        Where `path` starts, unless it is absolute.
    given
        How the files are written, as far as that is known.
    table
        The table of a DuckDB database, with its schema where it isn't `main`.
    workspace
        Where lines that can't be read are written down; by default they are only left out.
    source
        The input's name, for messages and for lines that can't be read.

    Raises
    ------
    ShopFileError
        No such file, or it can't be read; the message names it.

    """
    given = given or Format()
    workspace = workspace or Workspace(connection)
    try:
        files = find_files(path, folder)
        kind = kind_of(files, path, is_delimited=given.delimiter is not None)
    except ShopFileError as error:
        raise ShopFileError(f"{source}.path: {error}") from None
    unfit = given.beyond(*LEGAL_FORMAT[kind])
    if unfit:
        raise ShopFileError(f"{source}.format.{unfit[0]}: a {kind} file has no use for it")
    if table is not None and kind != "duckdb":
        raise ShopFileError(f"{source}.table: '{path}' is no DuckDB database and has no tables")
    readers: dict[str, Callable[[Path, str], list[Part]]] = {
        "csv": lambda f, s: [
            read_delimited(connection, f, given, workspace, source=source, shown=s)
        ],
        "json": lambda f, s: [read_json(connection, f, given, workspace, source=source, shown=s)],
        "excel": lambda f, s: read_excel(f, given, workspace, s),
        "duckdb": lambda f, s: [
            read_table(connection, f, table, workspace, source=source, shown=s)
        ],
    }
    parts: list[Part] = []
    empty: list[str] = []
    if kind == "parquet":
        named = {workspace.namable(file): shown_path(file, folder) for file in files}
        sql = _parquet(named, folder)
        parts = [Part(f"read_parquet({file_text(file)})", shown) for file, shown in named.items()]
    else:
        for file in files:
            shown = shown_path(file, folder)
            try:
                require_whole(file)
                read = readers[kind](workspace.namable(file), shown)
                parts += [with_partitions(connection, part, file, folder) for part in read]
            except EmptyFileError as error:  # a month without sales
                empty.append(f"'{shown}': {error}")
            except UnreadableError as error:
                raise ShopFileError(f"{source}: can't read '{shown}': {error}") from None
            except DAMAGED as error:
                raise ShopFileError(
                    f"{source}: can't read '{shown}': it is cut off or damaged ({error}): {AGAIN}"
                ) from None
            except OSError as error:
                raise ShopFileError(
                    f"{source}: can't read '{shown}': {error.strerror or error}"
                    + (f" ({error.filename})" if error.filename else "")
                ) from None
        if not parts:
            raise NoRowsError(f"{source}: can't read {'; '.join(empty)}")
        sql = _united(parts)
    try:
        described = connection.execute(f"describe from {sql}").fetchall()
        columns_of = _columns_of(connection, parts)
        lines = Reshaped(connection, sql, key=f"{source}.format", path=path)
        lines.apply(given)
    except duckdb.Error as error:
        # a Parquet file: the others were opened before
        raise ShopFileError(f"{source}: can't read '{path}': {short(error)}: {AGAIN}") from None
    of_files = {name for name, *_ in described}
    made = tuple(name for name in lines.columns if name not in of_files)
    return Relation(
        sql=lines.sql,
        columns=lines.columns,
        kind=kind,
        files=tuple(shown_path(file, folder) for file in files),
        ambiguous=frozenset().union(*(part.ambiguous for part in parts)),
        dialects=tuple(part.dialect for part in parts if part.dialect is not None),
        columns_of={file: columns + made for file, columns in columns_of.items()},
    )


def _columns_of(
    connection: duckdb.DuckDBPyConnection, parts: list[Part]
) -> dict[str, tuple[str, ...]]:
    if len(parts) < 2:
        return {}
    return {
        part.file: tuple(
            name
            for name, *_ in connection.execute(f"describe from {part.relation}").fetchall()
            if name != ROW
        )
        for part in parts
    }


def _united(parts: list[Part]) -> str:
    selected = [f"select *, {text(part.file)} as {FILE} from {part.relation}" for part in parts]
    return f"({' union all by name '.join(selected)})"


def _parquet(named: dict[Path, str], folder: Path) -> str:
    listed = ", ".join(file_text(file) for file in named)
    start = text(f"{folder.as_posix().removesuffix('/')}/")
    shown = f"if(starts_with({FILE}, {start}), substr({FILE}, length({start}) + 1), {FILE})"
    links = {file: name for file, name in named.items() if is_scratch(file)}
    if links:
        names = ", ".join(f"{text(file.as_posix())}: {text(name)}" for file, name in links.items())
        shown = f"coalesce(map {{{names}}}[{FILE}], {shown})"
    return (
        f"(select * exclude (file_row_number) replace ({shown} as {FILE}), "
        f"file_row_number + 1 as {ROW} from read_parquet([{listed}], "
        f"filename='{FILE}', file_row_number=true, union_by_name=true))"
    )
