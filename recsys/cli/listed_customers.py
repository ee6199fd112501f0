"""Ids of customers from a file: one a line, or a column of a CSV file."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from recsys.draft.name_rules import kinds_by_name
from recsys.draft.words import parse_name
from recsys.errors import InvalidParameterError

DELIMITERS = ("\t", ";", ",", "|")
CERTAIN = 0.75
"""From this certainty on a word is the heading of a column of customers: `KundenNr`, `user_id`."""


def listed_customers(file: Path) -> list[str]:
    """Return the ids that a file lists, as they stand there, without the heading.

    A file of one id a line may quote them, and may have a heading that names customers. Of a file
    of several columns the one whose heading does is read.

    Parameters
    ----------
    file
        The file, in UTF-8; `-` is the standard input.

    Raises
    ------
    InvalidParameterError
        It can't be read, lists nobody, or no one of its columns is of customers.

    """
    rows = _rows(file, _text(file))
    if not rows:
        raise InvalidParameterError(f"{file} lists no customer: write one id a line")
    head = rows[0]
    width = max(map(len, rows))
    if width == 1:
        ids = [one for (one,) in rows]
        return ids[1:] if _names_customers(ids[0]) and len(ids) > 1 else ids
    named = [place for place, name in enumerate(head) if _names_customers(name)]
    if len(named) != 1:
        said = "none of which is called after customers" if not named else "several of customers"
        raise InvalidParameterError(
            f"{file} has {width} columns ({', '.join(head)}), {said}: keep the one of the ids, or "
            "call it customer_id"
        )
    ids = []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(head):
            raise InvalidParameterError(
                f"{file}, record {number}: {len(row)} fields instead of {len(head)}"
            )
        ids.append(row[named[0]])
    return ids


def _text(file: Path) -> str:
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read().decode("utf-8-sig")
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidParameterError(
            f"{file} isn't UTF-8 ({error.reason}): save it as such"
        ) from None
    except OSError as error:
        raise InvalidParameterError(f"can't read {file} ({error.strerror})") from None


def _rows(file: Path, text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.strip()]
    delimiter = _delimiter(lines)
    if delimiter is None and not any('"' in line for line in lines):
        return [[line.strip()] for line in lines]
    try:
        read = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter or "\x1f", strict=True)
        return [[field.strip() for field in row] for row in read]
    except csv.Error as error:
        raise InvalidParameterError(f"{file} isn't CSV ({error}): check its quotes") from None


def _delimiter(lines: Sequence[str]) -> str | None:
    """Return the sign between columns: it is in a heading of customers, or as often in each line.

    Ids themselves may hold commas: then a line is one id.
    """
    for sign in DELIMITERS:
        counts = {line.count(sign) for line in lines}
        names = [name.strip().strip('"') for name in lines[0].split(sign)] if lines else []
        if len(names) > 1 and (any(map(_names_customers, names)) or len(counts) == 1):
            return sign
    return None


def _names_customers(name: str) -> bool:
    certainty, _ = kinds_by_name(parse_name(name)).get("customer_id", (0.0, ""))
    return certainty >= CERTAIN and not any(map(str.isdigit, name))
