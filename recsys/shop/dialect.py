"""How a delimited file is written: found from its first lines where the shop file doesn't say."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recsys.shop.format import Format
from recsys.shop.text_files import UnreadableError, decoded, resolved_encoding, sample

# of two that fit equally well, the first
DELIMITERS = ("::", "||", ";;", "\t|\t", ",", ";", "\t", "|")
STAND_IN = "\x1f"
"""What Python's csv module, which knows delimiters of one character, sees in place of others."""
SAMPLE_RECORDS = 200
csv.field_size_limit(1 << 30)  # the default refuses a long description


@dataclass(frozen=True)
class Dialect:
    """How the lines of one file are read."""

    encoding: str
    delimiter: str
    quote: str
    escape: str
    newline: str
    columns: tuple[str, ...]
    """Names by the header; a name that occurs twice gets a number."""
    ambiguous: frozenset[str]
    """Names that the header has several times."""
    lines_before_data: int
    header_lines: int = 1
    """Lines that the header takes: more where a quoted name goes on."""

    def reader(self, lines: Iterable[str], *, strict: bool = True) -> Records:
        """Return the records of lines, by Python's csv module."""
        return Records(self, lines, strict=strict)

    @property
    def sign(self) -> str:
        """The delimiter as the csv module sees it."""
        return self.delimiter if len(self.delimiter) == 1 else STAND_IN

    @property
    def csv(self) -> dict[str, Any]:
        """Return the settings of Python's csv module."""
        if not self.quote:
            return {"delimiter": self.sign, "quoting": csv.QUOTE_NONE, "strict": True}
        doubled = self.escape == self.quote
        return {
            "delimiter": self.sign,
            "quotechar": self.quote,
            "doublequote": doubled,
            "escapechar": None if doubled else self.escape,
            "skipinitialspace": self.delimiter != " ",
            "strict": True,
        }


class Records:
    """Records of lines of text; `line_num` counts the lines read."""

    def __init__(self, dialect: Dialect, lines: Iterable[str], *, strict: bool) -> None:
        self._dialect = dialect
        if len(dialect.delimiter) > 1:
            lines = (line.replace(dialect.delimiter, STAND_IN) for line in lines)
        self._reader = csv.reader(lines, **{**dialect.csv, "strict": strict})

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        fields = next(self._reader)
        if len(self._dialect.delimiter) > 1:  # one inside quotes is a field's own
            return [field.replace(STAND_IN, self._dialect.delimiter) for field in fields]
        return fields

    @property
    def line_num(self) -> int:
        """How many lines were read."""
        return self._reader.line_num


def find_dialect(path: Path, given: Format) -> Dialect:
    """Look at a file's first lines.

    Raises:
        UnreadableError: the file can't be opened, is empty or isn't text.

    """
    head = sample(path)
    encoding = resolved_encoding(given.encoding, head)
    if encoding == "utf-8" and head.startswith(b"\xef\xbb\xbf"):
        encoding = "utf-8-sig"
    text = decoded(head, encoding)
    newline = "\r" if "\r" in text and "\n" not in text else "\n"
    lines = text.split(newline)
    if len(lines) > given.skip + 1 and len(lines) > 1:
        lines = lines[:-1]  # may be cut
    lines = lines[given.skip :]
    blank = next((number for number, line in enumerate(lines) if line.strip("\r ")), len(lines))
    lines = lines[blank:]
    if not lines and given.skip:
        raise UnreadableError(
            f"nothing is left below its first {given.skip:,} lines: correct `format: {{skip: …}}`"
        )
    if not lines:
        raise UnreadableError("it is empty")
    body = "\n".join(line.removesuffix("\r") for line in lines) + "\n"
    quote = '"' if given.quote is None else given.quote
    delimiter = given.delimiter or _delimiter(body, quote)
    escape = given.escape or _escape(body, delimiter, quote)
    records = _records(body, delimiter, quote, escape)
    first, height = next(records, ([], 1))
    before = given.skip + blank
    if isinstance(given.header, list):
        names = given.header
    elif given.header:
        names, before = first, before + height
    else:
        names = [""] * len(first)
    columns, ambiguous = named(names)
    return Dialect(encoding, delimiter, quote, escape, newline, columns, ambiguous, before, height)


def _records(body: str, delimiter: str, quote: str, escape: str) -> Iterator[tuple[list[str], int]]:
    """Yield the first records, each with the number of lines it takes; stop at what can't be."""
    dialect = Dialect("", delimiter, quote, escape, "\n", (), frozenset(), 0)
    reader = dialect.reader(io.StringIO(body, newline=""), strict=False)
    last = 0
    try:
        for fields in reader:
            if fields:
                yield fields, reader.line_num - last
            last = reader.line_num
            if last > SAMPLE_RECORDS:
                return
    except csv.Error:
        return


def _delimiter(body: str, quote: str) -> str:
    """Return what cuts most lines into as many fields as the header, two or more."""

    def fit(delimiter: str) -> tuple[float, int]:
        widths = [len(fields) for fields, _ in _records(body, delimiter, quote, quote)]
        if not widths or widths[0] < 2:
            return (0.0, 0)
        return (sum(width == widths[0] for width in widths) / len(widths), widths[0])

    whole = [sign for sign in DELIMITERS if len(sign) > 1 and sign in body]
    parts = {sign for long in whole for sign in long if sign not in body.replace(long, "")}
    best = max([sign for sign in DELIMITERS if sign not in parts], key=fit)  # of equals the first
    return best if fit(best)[1] else ","


def _escape(body: str, delimiter: str, quote: str) -> str:
    r"""Return `\` where it stands before quotes and helps to read more lines, else the quote."""
    if not quote or f"\\{quote}" not in body:
        return quote

    def fit(escape: str) -> int:
        widths = [len(fields) for fields, _ in _records(body, delimiter, quote, escape)]
        return sum(width == widths[0] for width in widths) if widths else 0

    return "\\" if fit("\\") > fit(quote) else quote


def named(names: Iterable[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return unique names of columns, and those that several had."""
    stripped = [name.strip().lstrip("\ufeff") for name in names]
    counts = Counter(name.casefold() for name in stripped if name)
    taken: set[str] = set()
    columns = []
    for place, name in enumerate(stripped, 1):
        unique, number = name or f"column{place}", 1
        while unique.casefold() in taken or (number > 1 and unique.casefold() in counts):
            number += 1
            unique = f"{name or 'column'}_{number}"
        taken.add(unique.casefold())
        columns.append(unique)
    return tuple(columns), frozenset(name for name, count in counts.items() if count > 1)
