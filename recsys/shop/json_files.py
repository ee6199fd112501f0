"""JSON as a FROM item: the file itself where DuckDB reads all of it, else its good lines copied."""

# ruff: noqa: S608 - everything in the SQL is quoted
from __future__ import annotations

import codecs
import io
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb

from recsys.shop.cleaned_copy import LONGEST_LINE, BadRecord
from recsys.shop.format import Format
from recsys.shop.names import quoted, text
from recsys.shop.part import ROW, Part
from recsys.shop.text_files import (
    BOMS,
    UnreadableError,
    encoding_of,
    open_bytes,
    sample,
    short,
)
from recsys.shop.workspace import Workspace

NOT_OBJECTS = "json"
"""What DuckDB calls the one column of a file that doesn't hold objects alone."""

MOST_BAD_AT_FIRST = 1000
"""So many more bad lines than good ones, and the file isn't one of JSON lines."""


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

    Columns have the types DuckDB finds, but ids are text, as they are written: it makes lower-case
    UUIDs of upper-case ones, and puts quotes around the texts of a column that holds numbers, too.
    Lines that are no object go to the workspace.

    Raises
    ------
    UnreadableError
        The file isn't JSON, isn't in its encoding, or most of its lines are no objects.

    """
    head = sample(path)
    encoding = given.encoding or encoding_of(head)
    if encoding != "utf-8" or any(head.startswith(mark) for mark in BOMS):
        copy = workspace.new_file(".json")
        _transcode(path, encoding, copy)
        path = copy
    try:
        types = _types(connection, path)
        if list(types) == [NOT_OBJECTS]:
            raise UnreadableError("it holds no objects of names and values")
        reader = _reader(path, types)
        connection.execute(f"select {_every(types)} from {reader}").fetchall()
    except (duckdb.Error, UnreadableError) as error:
        copy = workspace.new_file(".jsonl")
        if not _copy_lines(path, copy, partial(workspace.write_down, source, shown)):
            raise UnreadableError(short(error)) from None
        try:
            types = _types(connection, copy, sampled=-1) | {ROW: "BIGINT"}
            reader = _reader(copy, types)
            connection.execute(f"select {_every(types)} from {reader}").fetchall()
        except duckdb.Error as still:
            raise UnreadableError(short(still)) from None
        return Part(f"(select * from {reader})", shown)
    return Part(f"(select *, row_number() over () as {ROW} from {reader})", shown)


def _types(
    connection: duckdb.DuckDBPyConnection, path: Path, sampled: int | None = None
) -> dict[str, str]:
    rows = "" if sampled is None else f", sample_size={sampled}"
    described = f"describe from read_json_auto({text(str(path))}{rows})"
    found = connection.execute(described).fetchall()
    return {name: "VARCHAR" if of in {"UUID", "JSON"} else of for name, of, *_ in found}


def _reader(path: Path, types: dict[str, str]) -> str:
    columns = ", ".join(f"{text(name)}: {text(of)}" for name, of in types.items())
    return f"read_json({text(str(path))}, columns={{{columns}}})"


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
        value = json.loads(record)
    except (ValueError, RecursionError) as error:
        return "bad_json", str(error)
    if not isinstance(value, dict):
        return "bad_json", "no object of names and values"
    return None


def _transcode(path: Path, encoding: str, copy: Path) -> None:
    try:
        with open_bytes(path) as raw, copy.open("w", encoding="utf-8") as target:
            reader = codecs.getreader(encoding)(raw)
            while chunk := reader.read(1 << 20):
                target.write(chunk.removeprefix("\ufeff"))
    except UnicodeError as error:
        raise UnreadableError(f"it isn't {encoding}: {error}") from None
