"""The files handed in: the kind of each, and the format keys that reading it needs."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import python_calamine

from recsys.draft.encodings import legacy_encoding
from recsys.draft.headers import FEWEST_COLUMNS, MOST_ROWS, has_header, rows_before_header
from recsys.errors import NoRowsError, ShopFileError
from recsys.shop.databases import tables_of
from recsys.shop.dialect import Dialect, find_dialect
from recsys.shop.excel import cell_text, open_workbook
from recsys.shop.format import Format
from recsys.shop.json_records import TOP, find_records, place_of
from recsys.shop.paths import kind_of_file
from recsys.shop.text_files import UnreadableError, decoded, encoding_of, sample

SAMPLE_RECORDS = 200
MOSTLY = 0.8
"""Share of the lines of a table that have as many fields as its header."""
FEWEST_LENGTHS = 3
"""Different numbers of fields, at least, in a file of baskets."""
NAMED_DELIMITERS = {"\t": "tab"}
NUMBERED = re.compile(r"(?:part|file|data|export|chunk)?[-_ .\d]*(?:[-_][0-9a-f-]*)?|.+=.*")
"""Names of files and folders that are only a number."""


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
    where: str = ""
    """Which of its rows are lines."""
    where_doubt: str = ""
    shown: str = ""
    """Its name with its folder, where several files have the same name."""

    @property
    def label(self) -> str:
        """The file's name as messages show it."""
        part = self.table or self.format.get("sheet") or self._list
        return (self.shown or self.path.name) + (f" ({part})" if part else "")

    @property
    def _list(self) -> object:
        """The list inside the file; None where the file itself is the list."""
        records = self.format.get("records")
        return None if records == TOP else records

    @property
    def what(self) -> str:
        """What its name says of it; of files called 01.csv or part-0.csv it's the folder's."""
        if self.table or self._list:
            return str(self.table or self._list)
        names = [self.path.name.split(".")[0], *(part.name for part in self.path.parents)]
        return next((name for name in names if not NUMBERED.fullmatch(name)), names[0])

    @property
    def is_named(self) -> bool:
        """Whether the file itself names its columns."""
        return "header" not in self.format


def look_at(path: Path) -> list[InputFile]:
    """Return what a file holds: itself, or the tables, sheets or lists inside it.

    Raises:
        NoRowsError: it is empty.
        ShopFileError: it doesn't exist, or is nothing that can be read.

    """
    if not path.exists():
        raise ShopFileError(f"no file at {path}: check the path")
    if path.is_dir():
        raise ShopFileError(f"{path} is a folder: name its files, as in {path}/*.csv")
    try:
        if path.stat().st_size == 0:
            raise NoRowsError(f"{path} is empty")
        match kind_of_file(path):
            case "duckdb":
                return _tables(path)
            case "excel":
                return _sheets(path)
            case "csv":
                return [_delimited(path, {})]
            case None:
                return [_delimited(path, {"delimiter": ""})]
            case "json":
                return _lists(path)
            case kind:
                return [InputFile(path, kind)]
    except UnreadableError as error:
        raise ShopFileError(f"can't read {path}: {error}") from None
    except OSError as error:
        raise ShopFileError(f"can't read {path}: {error.strerror or error}") from None


def _tables(path: Path) -> list[InputFile]:
    found = tables_of(path)
    if not found:
        raise ShopFileError(f"{path} has no tables")
    return [InputFile(path, "duckdb", table=name) for name in found]


def _sheets(path: Path) -> list[InputFile]:
    try:
        book = open_workbook(path)
        found, without_rows = [], []
        for name in book.sheet_names:
            rows = list(islice(book.get_sheet_by_name(name).iter_rows(), SAMPLE_RECORDS))
            said: dict[str, object] = {} if len(book.sheet_names) == 1 else {"sheet": name}
            sheet = InputFile(path, "excel", format=said)
            if len(rows) > 1:
                before = rows_before_header([[cell_text(cell) for cell in row] for row in rows])
                found.append(_titled(sheet, before))
            elif rows:
                without_rows.append(sheet)
    except python_calamine.CalamineError as error:
        raise ShopFileError(f"{path} is no Excel file: {error}") from None
    if not found and not without_rows:
        raise NoRowsError(f"{path} has no sheet with rows")
    return found or without_rows


def _lists(path: Path) -> list[InputFile]:
    """Return a JSON file, or the lists inside the one object that it is."""
    why = "its records are a list inside an object"
    return [
        InputFile(path, "json", format={"records": place_of(way)}, why=(why,))
        for way in find_records(path)
    ] or [InputFile(path, "json")]


def named_apart(files: Sequence[InputFile]) -> list[InputFile]:
    """Return the files; those of one name in several folders are shown with their folders."""
    paths = {file.path for file in files}
    times = Counter(path.name for path in paths)
    common = Path(os.path.commonpath([path.parent for path in paths]))
    return [
        replace(file, shown=file.path.relative_to(common).as_posix())
        if times[file.path.name] > 1
        else file
        for file in files
    ]


def _titled(file: InputFile, before: int) -> InputFile:
    """Return the file with the rows above its header left out."""
    if before == 0:
        return file
    rows = "the row" if before == 1 else f"the {before} rows"
    return replace(
        file,
        format=file.format | {"skip": before},
        why=(*file.why, f"{rows} above its header don't belong to the table"),
    )


def _delimited(path: Path, given: dict[str, object]) -> InputFile:
    said: dict[str, object] = {}
    why, doubts = [], []
    encoding = legacy_encoding(sample(path))
    if encoding is not None:
        said["encoding"] = encoding
        doubts.append(
            f"the file isn't UTF-8; {encoding} is a guess: are letters with accents right?"
        )
    before = _lines_before_header(path, encoding)
    dialect = find_dialect(path, Format(encoding=encoding, skip=before))
    rows = _first_rows(path, dialect, before)
    if not rows:
        raise ShopFileError(f"{path} holds nothing but blanks")
    if "delimiter" in given:
        said["delimiter"] = NAMED_DELIMITERS.get(dialect.delimiter, dialect.delimiter)
        why.append("its name ends in nothing known, it was taken for delimited text")
    if not has_header(rows):
        _require_one_length(path, rows, dialect.delimiter)
        said["header"] = [f"column{number}" for number in range(len(rows[0]))]
        why.append("its first line is data")
        doubts.append("the file has no header: its columns were named by their place")
    file = InputFile(path, "csv", format=said, why=tuple(why), doubts=tuple(doubts))
    return _titled(file, before)


def _require_one_length(path: Path, rows: list[list[str]], delimiter: str) -> None:
    """Refuse rows of many lengths, none of them the usual one: such a file lists a basket per row.

    Raises:
        ShopFileError: they are.

    """
    lengths = Counter(map(len, rows))
    if len(lengths) >= FEWEST_LENGTHS and lengths[len(rows[0])] < len(rows) / 2:
        raise ShopFileError(
            f"can't read {path}: its rows have {min(lengths)} to {max(lengths)} fields and no "
            "header, as where a row is a basket, its products side by side. A shop file needs who "
            "bought them and when, too. Export a line per product with its order, customer and "
            f"day; or put these before each row, with another sign than {delimiter!r} between "
            "them, below a header, and `format: {explode: {column: …, separator: …}}` makes a "
            "line of each product"
        )


def _lines_before_header(path: Path, encoding: str | None) -> int:
    """Return how many lines a report's title takes, with which no line of the table agrees."""
    text = decoded(head := sample(path), encoding or encoding_of(head))
    for before in range(min(MOST_ROWS, text.count("\n"))):
        try:
            dialect = find_dialect(path, Format(encoding=encoding, skip=before))
        except UnreadableError:
            if before == 0:
                raise
            return 0  # no rows are left below
        rows = _first_rows(path, dialect, before)
        width = len(rows[0]) if rows else 0
        alike = sum(len(row) == width for row in rows)
        if width >= FEWEST_COLUMNS and alike >= MOSTLY * len(rows):
            raw = _records(path, dialect, before)
            padded = rows_before_header(raw)
            return before + padded if before + padded == 0 or has_header(raw[padded:]) else 0
    return 0


def _first_rows(path: Path, dialect: Dialect, before: int) -> list[list[str]]:
    return [row for row in _records(path, dialect, before) if any(map(str.strip, row))]


def _records(path: Path, dialect: Dialect, before: int) -> list[list[str]]:
    head = sample(path)
    lines = decoded(head, dialect.encoding or encoding_of(head)).splitlines(keepends=True)
    return list(islice(dialect.reader(lines[before:], strict=False), SAMPLE_RECORDS))
