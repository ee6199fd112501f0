"""Profile a table's columns from the first rows of its files."""

# ruff: noqa: S608 - names are quoted, nothing else goes into the SQL
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from recsys.draft import readings
from recsys.draft.column_profile import ColumnProfile
from recsys.draft.files import InputFile
from recsys.draft.reading import OpenedFile, united
from recsys.draft.words import parse_name
from recsys.errors import ShopFileError
from recsys.shop.cleaning_rules import rule
from recsys.shop.json_records import KEY
from recsys.shop.text_files import short
from recsys.storage.names import quoted

MOST_ROWS = 100_000
"""Rows looked at: enough to tell an id that repeats from one that doesn't."""
MOST_FILES = 200
"""Files whose rows are looked at: of more, so many from the first to the last."""
PART = "recsys_part"
SAMPLED_VALUES = 1_000
UNIQUE = 0.95
LONGEST_VALUE = 400
MOST_COMMON = 50
BLANK = "('', 'nan', 'null', 'none', 'n/a', '<na>')"


@dataclass(frozen=True)
class FileProfile:
    """What the columns of a file, or of several of one shape, are like."""

    files: tuple[InputFile, ...]
    """In the order they were given."""
    columns: tuple[ColumnProfile, ...]
    rows: int
    """Rows looked at."""
    is_whole: bool
    """Whether these are all."""
    total: int | None
    """All rows, where counting them costs nothing."""
    sample: str
    """The temporary table that holds them."""
    source: str
    """The FROM item of all rows."""
    connection: duckdb.DuckDBPyConnection = field(repr=False, compare=False)
    """Has both."""
    empty: tuple[InputFile, ...] = ()
    """Files among them that have no rows."""

    @property
    def file(self) -> InputFile:
        """The file, or the first of several."""
        return self.files[0]

    @property
    def lines(self) -> str:
        """How many rows, in words."""
        if self.is_whole:
            return f"{self.rows:,} lines"
        total = f" of {self.total:,}" if self.total is not None else ""
        if len(self.files) > 1:
            return f"{self.rows:,}{total} lines of all of them looked at"
        return f"the first {self.rows:,}{total} lines"

    def find(self, name: str) -> ColumnProfile | None:
        """Return the column of this name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)

    def column(self, name: str) -> ColumnProfile:
        """Return the column of this name."""
        return next(column for column in self.columns if column.name == name)

    def ask(self, query: str) -> tuple[Any, ...]:
        """Return the one row that a query has."""
        [row] = self.connection.execute(query).fetchall()
        return row


def profile_files(
    connection: duckdb.DuckDBPyConnection,
    opened: Sequence[OpenedFile],
    number: int,
    rows_of_files: int | None = None,
) -> FileProfile:
    """Look at the first rows of each of some files of one shape, as one relation.

    Parameters
    ----------
    connection
        Keeps the rows as a temporary table, for joining.
    opened
        The files; at least one has rows.
    number
        Tells the temporary tables apart.
    rows_of_files
        How many rows the lines were made of, where rows aren't lines.

    Raises
    ------
    ShopFileError
        They can't be read, or not together.

    """
    sample, source = f"sample_{number}", united(opened)
    filled = [file for file in opened if file.has_rows]
    looked_at = [filled[place] for place in _spread(len(filled))]
    each = MOST_ROWS // len(looked_at)
    parts = " union all by name ".join(
        f"select *, {place} as {PART} from (from {file.sql} limit {each + 1})"
        for place, file in enumerate(looked_at)
    )
    try:
        connection.execute(f"create or replace temp table {sample} as {parts}")
    except duckdb.Error as error:
        labels = ", ".join(file.file.label for file in opened[:3])
        raise ShopFileError(f"can't read {labels}: {short(error)}") from None
    counts = connection.execute(f"select count(*) from {sample} group by {PART}").fetchall()
    rows = sum(count for (count,) in counts)
    is_whole = len(looked_at) == len(filled) and all(count <= each for (count,) in counts)
    types = {name: kind for name, kind, *_ in connection.execute(f"describe {sample}").fetchall()}
    names = dict.fromkeys(name for file in opened for name in file.columns)
    # an object's fields are columns, too
    columns = {name: types[name] for name in names if name in types and not _is_object(types[name])}
    listed = what_is_listed(opened[0].file)
    if rows_of_files is not None:
        listed = listed or "order"  # the lines were made of orders
    if any({listed, "id"} <= parse_name(name).known for name in columns):
        listed = ""  # another column holds the same
    profiles = tuple(
        _profile(
            connection,
            sample,
            described,
            (rows, rows_of_files or rows),
            file=opened[0].file,
            listed=listed,
        )
        for described in columns.items()
    )
    texts = [value for column in profiles for value in column.values if not column.is_nested]
    for reader in (readings.numbers(), readings.times()):
        reader.learn(texts)
    total = rows if is_whole else None
    if not is_whole and opened[0].file.kind in {"parquet", "duckdb"}:
        [(total,)] = connection.execute(f"select count(*) from {source}").fetchall()
    return FileProfile(
        files=tuple(file.file for file in opened),
        columns=profiles,
        rows=rows if is_whole else min(rows, MOST_ROWS),
        is_whole=is_whole,
        total=total,
        sample=sample,
        source=source,
        connection=connection,
        empty=tuple(file.file for file in opened if not file.has_rows),
    )


def _spread(number: int) -> list[int]:
    """Return places from the first to the last, evenly spread.

    >>> _spread(3), _spread(1000)[-1]
    ([0, 1, 2], 999)

    """
    if number <= MOST_FILES:
        return list(range(number))
    return [place * (number - 1) // (MOST_FILES - 1) for place in range(MOST_FILES)]


def _profile(
    connection: duckdb.DuckDBPyConnection,
    sample: str,
    described: tuple[str, str],
    counts: tuple[int, int],
    *,
    file: InputFile,
    listed: str,
) -> ColumnProfile:
    (name, type_name), (rows, of_file) = described, counts
    text = f"left(trim(cast({quoted(name)} as varchar)), {LONGEST_VALUE})"
    values = (
        f"(select {text} as value, {PART} as part from {sample} "
        f"where {quoted(name)} is not null) as texts "
        f"where lower(value) not in {BLANK}"
    )
    [(present, distinct, in_files)] = connection.execute(
        f"select count(*), count(distinct value), count(distinct (part, value)) from {values}"
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
    is_key = distinct >= UNIQUE * min(present, of_file)
    return ColumnProfile(
        name=name,
        type=type_name,
        rows=rows,
        present=present,
        distinct=distinct,
        distinct_in_files=in_files,
        values=tuple(value for (value,) in spread),
        common=tuple(common),
        is_named=file.is_named,
        of_what=listed if _is_bare(name) and is_key else "",
        # records that are members of an object are called by their ids
        meant=f"{listed} id" if name == KEY and "records" in file.format and is_key else "",
    )


def _is_object(type_name: str) -> bool:
    return type_name.startswith("STRUCT(") and type_name.endswith(")")


def what_is_listed(file: InputFile) -> str:
    """Return what a file lists by its name: customer, product or order; empty: not clear."""
    known = parse_name(file.what).known
    things = sorted(known & {"customer", "product", "order"})
    return things[0] if len(things) == 1 and "line" not in known else ""


def _is_bare(name: str) -> bool:
    """Whether a name says only that it is an id."""
    return parse_name(name).known == {"id"}


def share_found(ids: tuple[FileProfile, str], among: tuple[FileProfile, str]) -> float:
    """Return which share of the distinct values of one column is among another's, both cleaned."""
    (share,) = ids[0].ask(
        f"select avg((value in (from {_ids(*among)}))::int) from {_ids(*ids)} as ids"
    )
    return float(share or 0.0)


def _ids(profile: FileProfile, column: str) -> str:
    has_float_ids = f"(select {rule('has_float_ids', quoted(column))} from {profile.sample})"
    return (
        f"(select distinct {rule('clean_id', 'id', 'is_float')} as value from (select "
        f"{quoted(column)} as id, {has_float_ids} as is_float from {profile.sample}) "
        "where value is not null)"
    )


def leftover(profile: FileProfile, used: Sequence[str]) -> list[ColumnProfile]:
    """Return the columns that are neither among some names, nor in SQL over columns."""
    taken = " ".join(used)
    return [
        column
        for column in profile.columns
        if column.name not in used and quoted(column.name) not in taken
    ]
