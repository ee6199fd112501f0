"""A copy of a delimited file that DuckDB reads whatever the original was like.

The copy is UTF-8 with one record a line and the record's number in front; records that can't be
read are left out of it and handed to whoever writes them down. It's made a line at a time, and only
of files that DuckDB can't read as they are.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from recsys.shop.dialect import Dialect
from recsys.shop.text_files import open_bytes

LONGEST_LINE = 2_000_000  # characters, DuckDB's own limit
LONGEST_RECORD = 10_000  # lines that one quoted field may span


@dataclass(frozen=True)
class BadRecord:
    """A record that can't be read: which, where it begins, why, and its text."""

    number: int
    line: int
    reason: str
    problem: str
    text: str


@dataclass
class Counts:
    """What a copy holds and what not; lines with other letters than ASCII's are counted apart."""

    kept: int = 0
    bad: int = 0
    foreign: int = 0
    undecodable: int = 0
    first: BadRecord | None = None


class _Lines:
    """The file's lines without their ends, numbered; lines can be handed back."""

    def __init__(self, file: io.TextIOWrapper, newline: str) -> None:
        self._read = partial(file.readline, LONGEST_LINE + 1)
        self._newline = newline
        self._back: deque[tuple[int, str]] = deque()
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        while True:
            if self._back:
                self.number, line = self._back.popleft()
                yield line
                continue
            line = self._read()
            if not line:
                return
            self.number += 1
            if line[-1] == self._newline:
                yield line[:-1].removesuffix("\r")
                continue
            rest = line
            while len(rest) > LONGEST_LINE and rest[-1] != self._newline:
                rest = self._read()  # the rest of a line too long is dropped
                if not rest:
                    break
            yield line

    def hand_back(self, taken: list[tuple[int, str]]) -> None:
        self._back.extendleft(reversed(taken))


def write_copy(
    path: Path, dialect: Dialect, copy: Path, write_down: Callable[[BadRecord], None]
) -> Counts:
    """Write the records of `path` that can be read to `copy`, the others with `write_down`.

    Parameters
    ----------
    path
        The file, which may be packed.
    dialect
        How it's written. The copy has the same delimiter, and the quote doubled.
    copy
        The file to write.
    write_down
        Called with each record that can't be read: ragged, too long, badly quoted or encoded.

    Raises
    ------
    OSError
        A file can't be read or written.

    """
    width = len(dialect.columns)
    delimiter, quote = dialect.delimiter, dialect.quote
    utf_8 = dialect.encoding.startswith("utf-8")
    errors = "replace" if dialect.encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
    counts = Counts()
    number = 0

    def bad(line: int, reason: str, problem: str, text: str) -> None:
        record = BadRecord(number, line, reason, problem, text)
        counts.bad += 1
        counts.first = counts.first or record
        write_down(record)

    with (
        open_bytes(path) as raw,
        io.TextIOWrapper(raw, dialect.encoding, errors, newline=dialect.newline) as file,
        copy.open("w", encoding="utf-8", newline="\n") as target,
    ):
        write = target.write
        lines = _Lines(file, dialect.newline)
        for line in lines:
            if lines.number <= dialect.lines_before_data or (not line and width > 1):
                continue
            number += 1
            if len(line) > LONGEST_LINE:
                bad(lines.number, "line_too_long", f"over {LONGEST_LINE:,} characters", line)
                continue
            if not line.isascii():
                counts.foreign += 1
                if not _is_decoded(line):
                    counts.undecodable += 1
                    bad(lines.number, "bad_encoding", f"not {dialect.encoding}", line)
                    continue
            plain = not quote or quote not in line
            as_it_is = plain and "\r" not in line and '"' not in line
            if as_it_is and line.count(delimiter) == width - 1:
                counts.kept += 1
                write(f"{number}{delimiter}{line}\n")
                continue
            start = lines.number
            found = line.split(delimiter) if plain else _quoted_record(lines, line, dialect, width)
            if isinstance(found, tuple):
                bad(start, *found)
                continue
            if len(found) == width + 1 and not found[-1]:
                found.pop()  # a delimiter at the line's end
            if len(found) != width:
                reason = "too_few_fields" if len(found) < width else "too_many_fields"
                bad(start, reason, f"{len(found)} fields instead of {width}", line)
                continue
            counts.kept += 1
            fields = delimiter.join('"' + field.replace('"', '""') + '"' for field in found)
            write(f"{number}{delimiter}{fields}\n")
    if not utf_8:
        counts.undecodable = 0  # every byte is some letter: said by who gave the encoding
    return counts


def _is_decoded(line: str) -> bool:
    if "\ufffd" in line:
        return False
    try:
        line.encode()
    except UnicodeEncodeError:  # a byte that surrogateescape kept
        return False
    return True


def _quoted_record(
    lines: _Lines, line: str, dialect: Dialect, width: int
) -> list[str] | tuple[str, str, str]:
    """Read a record that may go on over several lines, else say what is wrong with it.

    A quote that nothing closes must not swallow the lines after it: they are read on their own.
    """
    taken: list[tuple[int, str]] = []

    def fed() -> Iterator[str]:
        yield line + "\n"
        room = LONGEST_LINE - len(line)
        for following in lines:
            taken.append((lines.number, following))
            room -= len(following) + 1
            if len(taken) > LONGEST_RECORD or room < 0:
                return
            yield following + "\n"

    try:
        fields = next(csv.reader(fed(), **dialect.csv))
    except csv.Error as error:
        lines.hand_back(taken)
        reason = "unclosed_quote" if "unexpected end" in str(error) else "bad_quotes"
        return reason, str(error), line
    if len(fields) == width or (len(fields) == width + 1 and not fields[-1]):
        if all(_is_decoded(field) for field in fields):
            return fields
        return "bad_encoding", f"not {dialect.encoding}", line
    inner = [text.count(dialect.delimiter) == width - 1 for _, text in taken[:-1]]
    if inner and 2 * sum(inner) > len(inner):
        lines.hand_back(taken)
        return "unclosed_quote", "the quote closes on another record's line", line
    reason = "too_few_fields" if len(fields) < width else "too_many_fields"
    whole = "\n".join([line, *(text for _, text in taken)])
    return reason, f"{len(fields)} fields instead of {width}", whole
