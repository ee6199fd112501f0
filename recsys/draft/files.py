"""The files someone hands in: what kind each is, and what has to be said so that it is read."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import duckdb
import python_calamine

from recsys.draft.encodings import legacy_encoding
from recsys.draft.headers import has_header
from recsys.errors import ShopFileError
from recsys.shop.dialect import Dialect, find_dialect
from recsys.shop.format import Format
from recsys.shop.paths import kind_of
from recsys.shop.text_files import UnreadableError, decoded, encoding_of, sample

SAMPLE_RECORDS = 200
NAMED_DELIMITERS = {"\t": "tab"}


@dataclass(frozen=True)
class InputFile:
    """A file, or a table of a database file or sheet of a workbook."""

    path: Path
    kind: str
    """parquet, csv, json, excel or duckdb."""
    table: str | None = None
    """The table of a database."""
    format: dict[str, object] = field(default_factory=dict)
    """The keys of `format:` that the shop file needs for it."""
    why: tuple[str, ...] = ()
    """What was seen that `format` says."""
    doubts: tuple[str, ...] = ()
    """What to check of it."""

    @property
    def label(self) -> str:
        """The file's name, for people."""
        part = self.table or self.format.get("sheet")
        return self.path.name + (f" ({part})" if part else "")

    @property
    def is_named(self) -> bool:
        """Whether the file itself names its columns."""
        return "header" not in self.format


def look_at(path: Path) -> list[InputFile]:
    """Return what a file holds: itself, or the tables of a database, or the sheets of a workbook.

    Raises:
        ShopFileError: it doesn't exist, is empty, or is nothing that can be read.

    """
    if not path.exists():
        raise ShopFileError(f"no file at {path}: check the path")
    if path.is_dir():
        raise ShopFileError(f"{path} is a folder: name its files, as in {path}/*.csv")
    try:
        if path.stat().st_size == 0:
            raise ShopFileError(f"{path} is empty")
        match _kind(path):
            case "duckdb":
                return _tables(path)
            case "excel":
                return _sheets(path)
            case "csv":
                return [_delimited(path, {})]
            case None:
                return [_delimited(path, {"delimiter": ""})]
            case kind:
                return [InputFile(path, kind)]
    except UnreadableError as error:
        raise ShopFileError(f"can't read {path}: {error}") from None
    except OSError as error:
        raise ShopFileError(f"can't read {path}: {error.strerror or error}") from None


def _kind(path: Path) -> str | None:
    try:
        return kind_of([path], path.name)
    except ShopFileError:
        return None  # text, if it is one


def _tables(path: Path) -> list[InputFile]:
    try:
        with duckdb.connect(path, read_only=True) as connection:
            found = connection.execute(
                "select table_schema, table_name from information_schema.tables "
                "where table_catalog = current_database() order by all"
            ).fetchall()
    except duckdb.Error as error:
        said = str(error).split("\n")[0]
        raise ShopFileError(f"{path} can't be opened as a DuckDB database: {said}") from None
    if not found:
        raise ShopFileError(f"{path} has no tables")
    return [
        InputFile(path, "duckdb", table=name if schema == "main" else f"{schema}.{name}")
        for schema, name in found
    ]


def _sheets(path: Path) -> list[InputFile]:
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        filled = [
            name for name in book.sheet_names if len(book.get_sheet_by_name(name).to_python()) > 1
        ]
    except python_calamine.CalamineError as error:
        raise ShopFileError(f"{path} is no Excel file: {error}") from None
    if not filled:
        raise ShopFileError(f"{path} has no sheet with rows")
    if len(book.sheet_names) == 1:
        return [InputFile(path, "excel")]
    return [InputFile(path, "excel", format={"sheet": name}) for name in filled]


def _delimited(path: Path, given: dict[str, object]) -> InputFile:
    said: dict[str, object] = {}
    why, doubts = [], []
    encoding = legacy_encoding(sample(path))
    if encoding is not None:
        said["encoding"] = encoding
        doubts.append(
            f"the file isn't UTF-8; {encoding} is a guess: are letters with accents right?"
        )
    dialect = find_dialect(path, Format(encoding=encoding))
    rows = _first_rows(path, dialect)
    if not rows:
        raise ShopFileError(f"{path} holds nothing but blanks")
    if "delimiter" in given:
        said["delimiter"] = NAMED_DELIMITERS.get(dialect.delimiter, dialect.delimiter)
        why.append("its name ends in nothing known, it was taken for delimited text")
    if not has_header(rows):
        said["header"] = [f"column{number}" for number in range(len(rows[0]))]
        why.append("its first line is data")
        doubts.append("the file has no header: its columns were named by their place")
    return InputFile(path, "csv", format=said, why=tuple(why), doubts=tuple(doubts))


def _first_rows(path: Path, dialect: Dialect) -> list[list[str]]:
    head = sample(path)
    text = decoded(head, dialect.encoding or encoding_of(head))
    reader = csv.reader(text.splitlines(keepends=True), **{**dialect.csv, "strict": False})
    return [row for row in islice(reader, SAMPLE_RECORDS) if any(map(str.strip, row))]
