"""Copy a delimited file so that DuckDB can read it.

The copy is UTF-8 with one record a line and the record's number in front; records that can't be
read are left out of it and handed to whoever writes them down. It's made a
megabyte at a time, and only of files that DuckDB can't read as they are.

DuckDB's own `store_rejects` (2.0) doesn't do instead. A quote that nothing closes takes all lines
after it along; lines that are no UTF-8 are told with `?` in place of their bytes; a file whose
lines end now in LF, now in CRLF is refused as a whole; and rows that are read have no number.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from recsys.shop.dialect import Dialect
from recsys.shop.text_files import open_bytes

LONGEST_LINE = 2_000_000  # characters, DuckDB's own limit
BLOCK = 1 << 20  # characters read at once
LONGEST_RECORD = 10_000  # lines that one quoted field may span


@dataclass(frozen=True)
class BadRecord:
    """A record that can't be read: its number, its line, the reason and its text."""

    number: int
    line: int
    reason: str
    problem: str
    text: str


@dataclass
class Counts:
    """Records copied and left out; lines with letters beyond ASCII are counted, too."""

    kept: int = 0
    bad: int = 0
    foreign: int = 0
    undecodable: int = 0
    first: BadRecord | None = None
    first_undecodable: BadRecord | None = None


class _Lines:
    """The file's lines without their ends, numbered; lines can be handed back."""

    def __init__(self, file: io.TextIOWrapper, newline: str) -> None:
        self._file = file
        self._newline = newline
        self._back: deque[tuple[int, str]] = deque()
        self._read = 0
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        while self._back or self._read_block():
            self.number, line = self._back.popleft()
            yield line

    def next_block(self) -> list[str]:
        """Take the lines that are read but not yet looked at, else the next ones."""
        if not self._back:
            self._read_block()
        lines = [line for _, line in self._back]
        self._back.clear()
        return lines

    def hand_back(self, taken: list[tuple[int, str]]) -> None:
        """Have lines looked at again."""
        self._back.extendleft(reversed(taken))
        if taken:
            self.number = taken[0][0] - 1

    def _read_block(self) -> bool:
        block = self._file.read(BLOCK)
        if not block:
            return False
        if block[-1] != self._newline:
            rest = self._file.readline(LONGEST_LINE + 1)
            block += rest
            while len(rest) > LONGEST_LINE and rest[-1] != self._newline:
                # the rest of a line that is too long isn't kept
                rest = self._file.readline(LONGEST_LINE + 1)
        lines = block.removesuffix(self._newline).split(self._newline)
        if "\r" in block:
            lines = [line.removesuffix("\r") for line in lines]
        self._back.extend(enumerate(lines, self._read + 1))
        self._read += len(lines)
        return True


class _Copier:
    """Sorts a file's records into those the copy gets and those written down."""

    def __init__(
        self,
        dialect: Dialect,
        write: Callable[[str], object],
        write_down: Callable[[BadRecord], None],
    ) -> None:
        self._dialect = dialect
        self._width = len(dialect.columns)
        self._write = write
        self._write_down = write_down
        self._record = 0
        self.counts = Counts()

    def copy(self, lines: _Lines) -> None:
        for line in lines:
            if lines.number > self._dialect.lines_before_data:
                self._copy_line(lines, line)
                break
        while block := lines.next_block():
            first = lines.number + 1
            if self._copies_whole(block):
                lines.number += len(block)
                continue
            last = lines.number + len(block)
            lines.hand_back(list(enumerate(block, first)))
            for line in lines:
                self._copy_line(lines, line)
                if lines.number >= last:
                    break

    def _copies_whole(self, block: list[str]) -> bool:
        """Copy lines as they are if each of them is a record without a flaw."""
        dialect, width = self._dialect, self._width
        text = "".join(block)
        if "\r" in text or (dialect.quote != '"' and '"' in text) or not _is_decoded(text):
            return False
        if max(map(len, block)) > LONGEST_LINE:
            return False
        if dialect.quote and dialect.quote in text:
            if dialect.escape != '"':
                return False
            try:
                widths = [len(fields) for fields in dialect.reader(block)]
            except csv.Error:
                return False
        else:
            delimiter = dialect.delimiter
            widths = [line.count(delimiter) + 1 for line in block]
        if len(widths) != len(block) or set(widths) != {width} or (width == 1 and "" in block):
            return False
        self.counts.foreign += 0 if text.isascii() else sum(not line.isascii() for line in block)
        numbered = enumerate(block, self._record + 1)
        self._write("".join([f"{number}{dialect.delimiter}{line}\n" for number, line in numbered]))
        self._record += len(block)
        self.counts.kept += len(block)
        return True

    def _copy_line(self, lines: _Lines, line: str) -> None:
        dialect, width = self._dialect, self._width
        if not line and width > 1:
            return
        self._record += 1
        start = lines.number
        if len(line) > LONGEST_LINE:
            self._bad(start, "line_too_long", f"over {LONGEST_LINE:,} characters", line)
            return
        if not line.isascii():
            self.counts.foreign += 1
            if not _is_decoded(line):
                self.counts.undecodable += 1
                self._bad(start, "bad_encoding", f"not {dialect.encoding}", line)
                return
        if dialect.quote and dialect.quote in line:
            found = _quoted_record(lines, line, dialect, width)
        else:
            found = line.split(dialect.delimiter)
        if isinstance(found, tuple):
            self._bad(start, *found)
            return
        if len(found) == width + 1 and not found[-1]:
            found.pop()  # a delimiter at the line's end
        if len(found) != width:
            reason = "too_few_fields" if len(found) < width else "too_many_fields"
            self._bad(start, reason, f"{len(found)} fields instead of {width}", line)
            return
        self.counts.kept += 1
        quoted = ('"' + field.replace('"', '""') + '"' for field in found)
        self._write(f"{self._record}{dialect.delimiter}{dialect.delimiter.join(quoted)}\n")

    def _bad(self, line: int, reason: str, problem: str, text: str) -> None:
        record = BadRecord(self._record, line, reason, problem, text)
        self.counts.bad += 1
        self.counts.first = self.counts.first or record
        if record.reason == "bad_encoding":
            self.counts.first_undecodable = self.counts.first_undecodable or record
        self._write_down(record)


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
    errors = "replace" if dialect.encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
    with (
        open_bytes(path) as raw,
        io.TextIOWrapper(raw, dialect.encoding, errors, newline=dialect.newline) as file,
        copy.open("w", encoding="utf-8", newline="\n") as target,
    ):
        copier = _Copier(dialect, target.write, write_down)
        copier.copy(_Lines(file, dialect.newline))
    if not dialect.encoding.startswith("utf-8"):
        copier.counts.undecodable = 0  # which encoding it is was said, not found
    return copier.counts


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
        fields = next(dialect.reader(fed()))
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
