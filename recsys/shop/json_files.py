"""JSON as a FROM item: the file itself where DuckDB reads all of it, else its good lines copied."""

# ruff: noqa: S608 - everything in the SQL is quoted
from __future__ import annotations

import codecs
import contextlib
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import duckdb

from recsys.shop.cleaned_copy import LONGEST_LINE, BadRecord
from recsys.shop.format import Format
from recsys.shop.json_records import copy_records, way_to
from recsys.shop.part import ROW, Part
from recsys.shop.text_files import (
    BOMS,
    EmptyFileError,
    UnreadableError,
    open_bytes,
    resolved_encoding,
    sample,
    short,
    this_file,
)
from recsys.shop.workspace import Workspace
from recsys.storage.names import file_text, quoted, text

NOT_OBJECTS = "json"
"""What DuckDB calls the one column of a file that doesn't hold objects alone."""

QUOTED_VALUE = re.compile(
    r"(?:(?<=^)|(?<=[a-z0-9_\"] ))(UUID|JSON|TIME)(?=$|[],)[])", re.IGNORECASE
)
"""A type that DuckDB finds in quotes, of a column or of a field inside it."""

MOST_BAD_AT_FIRST = 1000
"""With so many more bad lines than good ones a file isn't read as JSON lines."""


def read_json(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    given: Format,
    workspace: Workspace,
    *,
    source: str,
    shown: str,
) -> Part:
    """Return the FROM item of one JSON file: an array of objects, or an object a line.

    Where `given.records` says so, the objects are the members of a list inside.

    Columns have the types DuckDB finds in all of the file, but what stands in quotes is text, as it
    is written: DuckDB makes lower-case UUIDs of upper-case ids, dates of ids and of 04-01-2024, and
    puts quotes around the texts of a column that holds numbers, too.
    Lines that are no object go to the workspace.

    Raises
    ------
    EmptyFileError
        It is a list of nothing.
    UnreadableError
        The file isn't JSON, isn't in its encoding, or most of its lines are no objects.

    """
    head = sample(path)
    encoding = resolved_encoding(given.encoding, head)
    if encoding != "utf-8" or any(head.startswith(mark) for mark in BOMS):
        copy = workspace.new_file(".json")
        if encoding == "utf-8-sig":
            _without_mark(path, copy)  # bytes that are no UTF-8 are looked for line by line
        else:
            _transcode(path, encoding, copy)
        path = copy
    if given.records is not None:
        copy = workspace.new_file(".jsonl")
        if copy_records(path, copy, way_to(given.records)) == 0:
            raise EmptyFileError(f"its list '{given.records}' is empty")
        path = copy
    elif not sample(path).strip(b"[] \t\r\n"):
        raise EmptyFileError("it holds no objects, only an empty list")
    try:
        types = _types(connection, path)
        if list(types) == [NOT_OBJECTS]:
            raise UnreadableError("it holds no objects of names and values")
        reader = _reader(path, types)
        connection.execute(f"select {_every(types)} from {reader}").fetchall()
    except (duckdb.Error, UnreadableError) as error:
        copy = workspace.new_file(".jsonl")
        if not _copy_lines(path, copy, partial(workspace.write_down, source, shown)):
            raise UnreadableError(_said(error, path, shown)) from None
        try:
            types = _types(connection, copy) | {ROW: "BIGINT"}
            reader = _reader(copy, types)
            connection.execute(f"select {_every(types)} from {reader}").fetchall()
        except duckdb.Error as still:
            raise UnreadableError(_said(still, copy, shown)) from None
        return Part(f"(select * from {reader})", shown)
    return Part(f"(select *, row_number() over () as {ROW} from {reader})", shown)


def _types(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    found = connection.execute(
        # a format that no text has keeps times as text
        f"describe from read_json_auto({this_file(path)}, sample_size=-1, "
        "dateformat='none', timestampformat='none')"
    ).fetchall()
    return {name: QUOTED_VALUE.sub("VARCHAR", of) for name, of, *_ in found}


def _reader(path: Path, types: dict[str, str]) -> str:
    columns = ", ".join(f"{text(name)}: {text(of)}" for name, of in types.items())
    return f"read_json({this_file(path)}, columns={{{columns}}})"


def _every(types: dict[str, str]) -> str:
    return ", ".join(f"count({quoted(name)})" for name in types)


def _copy_lines(path: Path, copy: Path, write_down: Callable[[BadRecord], None]) -> bool:
    """Copy each line that is an object, with its number; return whether most of them are."""
    number, kept, bad = 0, 0, list[BadRecord]()
    with (
        open_bytes(path) as raw,
        io.TextIOWrapper(raw, "utf-8", "surrogateescape") as file,
        copy.open("w", encoding="utf-8", newline="\n") as target,
    ):
        for place, line in enumerate(file, 1):
            record = line.strip()
            if not record:
                continue
            number += 1
            found = _problem(record)
            if found is None:
                rest = record[1:].lstrip()
                comma = "" if rest == "}" else ", "
                target.write(f"{{{json.dumps(ROW)}: {number}{comma}{rest}\n")
                kept += 1
            else:
                bad.append(BadRecord(number, place, *found, record))
                if len(bad) > kept + MOST_BAD_AT_FIRST:
                    return False
    if not kept > len(bad):
        return False
    for entry in bad:
        write_down(entry)
    return True


def _problem(record: str) -> tuple[str, str] | None:
    """Return the reason why a line can't be read and what is wrong with it; None if it can."""
    if len(record) > LONGEST_LINE:
        return "line_too_long", f"over {LONGEST_LINE:,} characters"
    try:
        record.encode()
    except UnicodeEncodeError:  # a byte that surrogateescape kept
        return "bad_encoding", "not utf-8"
    try:
        value = json.loads(record, object_pairs_hook=_object)
        if "\\ud" in record.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return (
            "bad_encoding",
            "half of a character that is written as two (\\ud83d without \\ude00)",
        )
    except (ValueError, RecursionError) as error:
        return "bad_json", str(error)
    if not isinstance(value, dict):
        return "bad_json", "no object of names and values"
    return None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object; refuse one that has two values of one name."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise ValueError(f"the name '{twice}' twice in one object")
    return found


def _said(error: Exception, path: Path, shown: str) -> str:
    """Return what DuckDB says, of the file as it is known to whoever wrote the shop file."""
    said = short(error).split(" Try setting ")[0]
    return said.replace(file_text(path)[1:-1], shown).replace(str(path), shown)


def _without_mark(path: Path, copy: Path) -> None:
    with open_bytes(path) as source, copy.open("wb") as target:
        source.read(len(codecs.BOM_UTF8))
        shutil.copyfileobj(source, target)


def _transcode(path: Path, encoding: str, copy: Path) -> None:
    try:
        with _text(path, encoding, "strict") as reader, copy.open("w", encoding="utf-8") as target:
            for line in reader:
                target.write(line.removeprefix("\ufeff"))
    except UnicodeError:
        with _text(path, encoding, "replace") as reader:
            place = next((n for n, line in enumerate(reader, 1) if "\ufffd" in line), 1)
        raise UnreadableError(
            f"line {place} isn't {encoding}: correct the line, or say the encoding in `format:`"
        ) from None


@contextlib.contextmanager
def _text(path: Path, encoding: str, errors: str) -> Iterator[io.TextIOWrapper]:
    with open_bytes(path) as raw, io.TextIOWrapper(raw, encoding, errors) as reader:
        yield reader
