"""CSV and its like as a FROM item: the file itself where DuckDB reads all of it, else a copy."""

# ruff: noqa: S608 - everything in the SQL is quoted
from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import duckdb

from recsys.shop.cleaned_copy import LONGEST_LINE, Counts, write_copy
from recsys.shop.dialect import Dialect, find_dialect
from recsys.shop.format import Format
from recsys.shop.part import ROW, Part
from recsys.shop.text_files import UnreadableError, this_file
from recsys.shop.workspace import Workspace
from recsys.storage.names import quoted, text


def read_delimited(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    given: Format,
    workspace: Workspace,
    *,
    source: str,
    shown: str,
) -> Part:
    """Return the FROM item of one delimited file, all of its columns text.

    Every value is text: a sniffed type would turn the id 00123 into 123. DuckDB reads the whole
    file once, strictly; what it can't read so is copied line by line, and lines that nothing can
    read go to the workspace.

    Raises
    ------
    UnreadableError
        The file isn't text, isn't in its encoding, or most of it isn't what its header says.

    """
    dialect = find_dialect(path, given)
    direct = _scan(path, dialect, given)
    as_it_is = dialect.encoding.startswith("utf-8") and dialect.header_lines == 1
    if as_it_is and _reads(connection, direct, dialect):
        numbered = f"(select *, row_number() over () as {ROW} from {direct})"
        return Part(numbered, shown, dialect.ambiguous, dialect)
    copy = workspace.new_file(".csv")
    counts = write_copy(path, dialect, copy, partial(workspace.write_down, source, shown))
    _require_mostly_good(counts, dialect, given)
    numbered = f"(select * from {_scan(copy, dialect, given, numbered=True)})"
    return Part(numbered, shown, dialect.ambiguous, dialect)


def read_rows(
    rows: Iterable[list[str]], columns: tuple[str, ...], given: Format, workspace: Workspace
) -> str:
    """Return the FROM item of rows that come from Python, numbered from one."""
    copy = workspace.new_file(".csv")
    with copy.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows([str(number), *row] for number, row in enumerate(rows, 1))
    dialect = Dialect("utf-8", ",", '"', '"', "\n", columns, frozenset(), 0)
    return f"(select * from {_scan(copy, dialect, given, numbered=True)})"


def _scan(path: Path, dialect: Dialect, given: Format, *, numbered: bool = False) -> str:
    columns = dict.fromkeys(dialect.columns, "VARCHAR")
    quote, escape, skip = dialect.quote, dialect.escape, dialect.lines_before_data
    longest, line_end = LONGEST_LINE, ""
    if numbered:
        longest *= 5  # bytes: letters may take four, quotes are doubled
        columns = {ROW: "BIGINT", **columns}
        quote, escape, skip = '"', '"', 0
        line_end = ", new_line='\\n'"  # else the first one within quotes is taken for it
    typed = ", ".join(f"{text(name)}: '{kind}'" for name, kind in columns.items())
    nulls = ", ".join(text(null) for null in ["", *given.nulls])
    return (
        f"read_csv({this_file(path)}, auto_detect=false, header=false, skip={skip}, "
        f"delim={text(dialect.delimiter)}, quote={text(quote)}, escape={text(escape)}, "
        f"nullstr=[{nulls}], max_line_size={longest}{line_end}, columns={{{typed}}})"
    )


def _reads(connection: duckdb.DuckDBPyConnection, scan: str, dialect: Dialect) -> bool:
    """Tell whether DuckDB reads every value of the file without a complaint."""
    if len(dialect.columns) == 1 and dialect.newline == "\n":
        values = f"count({quoted(dialect.columns[0])})"
    else:
        values = ", ".join(f"max(length({quoted(column)}))" for column in dialect.columns)
    try:
        connection.execute(f"select {values} from {scan}").fetchall()
    except duckdb.Error:
        return False
    return True


def _require_mostly_good(counts: Counts, dialect: Dialect, given: Format) -> None:
    """Refuse a file that is read the wrong way, rather than reject most of its lines."""
    if counts.undecodable and 2 * counts.undecodable >= counts.foreign:
        first = counts.first_undecodable or counts.first
        assert first is not None  # noqa: S101 - an undecodable line is a bad one
        stray = first.text.encode(errors="surrogateescape")
        sample = stray.decode("windows-1252", errors="replace")[:80]
        raise UnreadableError(
            f"line {first.line} isn't {dialect.encoding.removesuffix('-sig')}; as windows-1252 it "
            f"says {sample!r}: give its `format: {{encoding: …}}`"
        )
    if counts.bad > counts.kept:
        first = counts.first
        assert first is not None  # noqa: S101 - there are bad records
        found = ", ".join(dialect.columns[:20])
        said = (
            "" if given.delimiter else f" (found by looking: the delimiter {dialect.delimiter!r})"
        )
        raise UnreadableError(
            f"{counts.bad:,} of its {counts.bad + counts.kept:,} lines don't fit its columns "
            f"{found}{said}; first line {first.line}: {first.problem}. Say how it is written: "
            "format: with delimiter, quote, encoding, skip or header"
        )
