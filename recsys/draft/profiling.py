"""Profiles of a file's columns, from its first rows: never the whole of a big file."""

# ruff: noqa: S608 - names are quoted, nothing else goes into the SQL
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from recsys.cleaning_rules import rule
from recsys.draft import readings
from recsys.draft.column_profile import ColumnProfile
from recsys.draft.files import InputFile
from recsys.draft.reading import relation
from recsys.draft.words import parse_name
from recsys.errors import ShopFileError

MOST_ROWS = 100_000
"""Rows looked at: enough to tell an id that repeats from one that doesn't."""
SAMPLED_VALUES = 1_000
UNIQUE = 0.95
LONGEST_VALUE = 400
MOST_COMMON = 50
BLANK = "('', 'nan', 'null', 'none', 'n/a', '<na>')"


@dataclass(frozen=True)
class FileProfile:
    """What a file's columns are like."""

    file: InputFile
    columns: tuple[ColumnProfile, ...]
    rows: int
    """Rows looked at."""
    is_whole: bool
    """Whether these are all."""
    total: int | None
    """All rows, where counting them costs nothing."""
    sample: str
    """The temporary table that holds them."""

    @property
    def lines(self) -> str:
        """How many rows, in words."""
        if self.is_whole:
            return f"{self.rows:,} lines"
        total = f" of {self.total:,}" if self.total is not None else ""
        return f"the first {self.rows:,}{total} lines"

    def column(self, name: str) -> ColumnProfile:
        """Return the column of this name."""
        return next(column for column in self.columns if column.name == name)


def profile_file(
    connection: duckdb.DuckDBPyConnection, file: InputFile, number: int
) -> FileProfile:
    """Look at the first rows of a file.

    Parameters
    ----------
    connection
        Keeps the rows as a temporary table, for joining.
    file
        What is read.
    number
        Tells the temporary tables apart.

    Raises
    ------
    ShopFileError
        It can't be read, or has no rows.

    """
    sample, source = f"sample_{number}", relation(connection, file)
    try:
        connection.execute(
            f"create or replace temp table {sample} as from {source} limit {MOST_ROWS + 1}"
        )
    except duckdb.Error as error:
        said = " ".join(str(error).strip().split("\n\n")[0].split())
        raise ShopFileError(f"can't read {file.path}: {said}") from None
    described = connection.execute(f"describe {sample}").fetchall()
    [(rows,)] = connection.execute(f"select count(*) from {sample}").fetchall()
    if rows == 0:
        raise ShopFileError(f"{file.path} has no rows" + (" below its header" if described else ""))
    listed = what_is_listed(file)
    if any({listed, "id"} <= parse_name(name).known for name, *_ in described):
        listed = ""  # another column says it
    columns = tuple(
        _profile(connection, sample, (name, type_name), rows, file=file, listed=listed)
        for name, type_name, *_ in described
    )
    texts = [value for column in columns for value in column.values if not column.is_nested]
    for reader in (readings.numbers(), readings.times()):
        reader.learn(texts)
    is_whole = rows <= MOST_ROWS
    total = rows if is_whole else None
    if not is_whole and file.kind in {"parquet", "database"}:
        [(total,)] = connection.execute(f"select count(*) from {source}").fetchall()
    return FileProfile(file, columns, min(rows, MOST_ROWS), is_whole, total, sample)


def _profile(
    connection: duckdb.DuckDBPyConnection,
    sample: str,
    described: tuple[str, str],
    rows: int,
    *,
    file: InputFile,
    listed: str,
) -> ColumnProfile:
    name, type_name = described
    text = f"left(trim(cast({quoted(name)} as varchar)), {LONGEST_VALUE})"
    values = (
        f"(select {text} as value from {sample} where {quoted(name)} is not null) as texts "
        f"where lower(value) not in {BLANK}"
    )
    [(present, distinct)] = connection.execute(
        f"select count(*), count(distinct value) from {values}"
    ).fetchall()
    # evenly spread, so that files sorted by time show more than their first day
    step = max(1, present // SAMPLED_VALUES)
    spread = connection.execute(
        f"select value from (select value, row_number() over () as place from {values}) "
        f"where place % {step} = 0 limit {SAMPLED_VALUES}"
    ).fetchall()
    common = connection.execute(
        f"select value, count(*) as times from {values} group by value "
        f"order by times desc, value limit {MOST_COMMON}"
    ).fetchall()
    return ColumnProfile(
        name=name,
        type=type_name,
        rows=rows,
        present=present,
        distinct=distinct,
        values=tuple(value for (value,) in spread),
        common=tuple(common),
        is_named=file.is_named,
        of_what=listed if _is_bare(name) and distinct >= UNIQUE * present else "",
    )


def what_is_listed(file: InputFile) -> str:
    """Return what a file lists by its name: customer, product or order; empty: not clear."""
    known = parse_name(file.table or file.path.name.split(".")[0]).known
    things = sorted(known & {"customer", "product", "order"})
    return things[0] if len(things) == 1 and "line" not in known else ""


def _is_bare(name: str) -> bool:
    """Whether a name says only that it is an id."""
    return parse_name(name).known == {"id"}


def share_found(
    connection: duckdb.DuckDBPyConnection,
    ids: tuple[FileProfile, str],
    among: tuple[FileProfile, str],
) -> float:
    """Return which share of the distinct values of one column is among another's, both cleaned."""
    [(share,)] = connection.execute(
        f"select avg((value in (from {_ids(*among)}))::int) from {_ids(*ids)} as ids"
    ).fetchall()
    return float(share or 0.0)


def _ids(profile: FileProfile, column: str) -> str:
    has_float_ids = f"(select {rule('has_float_ids', quoted(column))} from {profile.sample})"
    return (
        f"(select distinct {rule('clean_id', 'id', 'is_float')} as value from (select "
        f"{quoted(column)} as id, {has_float_ids} as is_float from {profile.sample}) "
        "where value is not null)"
    )


def same_columns(profiles: Sequence[FileProfile]) -> bool:
    """Return whether files have the same columns, in whatever order."""
    names = [sorted(column.name.lower() for column in profile.columns) for profile in profiles]
    return all(found == names[0] for found in names)


def quoted(identifier: str) -> str:
    """Return an identifier as SQL writes it."""
    return '"' + identifier.replace('"', '""') + '"'
