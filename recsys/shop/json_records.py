"""The list of records inside a JSON file that wraps it, copied as one object a line."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from recsys.shop.text_files import UnreadableError, encoding_of, open_bytes, sample

BLOCK = 1 << 20  # characters read at once
LONGEST_VALUE = 1 << 26
"""Characters of one record, or of what stands beside the list."""
BLANK = re.compile(r"[ \t\r\n]*")
KEY = "key"
"""The column with the names of records that are members of an object."""
FEWEST_KEYED = 10
"""So many objects beside each other are records, not parts of one."""
DECODER = json.JSONDecoder()
TOP = "."
"""The place of records that are members of the file's one object itself."""


def copy_records(path: Path, copy: Path, names: Sequence[str]) -> int:
    """Write the members of the list at a place, as they are written, and return how many.

    Of an object of objects, such as orders by their number, each is a record with its name as KEY.

    A file with several values one after the other, such as a page of an API a line, is read to its
    end. Memory holds one record at a time.

    Raises
    ------
    UnreadableError
        It isn't JSON, or has no list there.

    """
    records = _Records(path)
    with copy.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as target:
        for record in records.at(list(names)):
            # only blanks between values can be ends of lines
            target.write(record.replace("\n", " ").replace("\r", " ") + "\n")
            records.count += 1
    if not records.is_found:
        beside = f"; at its top are {', '.join(records.top[:10])}" if records.top else ""
        raise UnreadableError(
            f"it has no list of records at '{place_of(names)}'{beside}: correct "
            "`format: {records: …}`"
        )
    return records.count


def find_records(path: Path) -> list[tuple[str, ...]]:
    """Return the ways to the lists of objects in a file that is one object; none: it's no wrapper.

    An object of many objects is such a list, too.

    Lists inside lists aren't looked for: an order's lines are part of the order. Where all lists
    are empty, these are returned.
    """
    try:
        if encoding_of(sample(path)) not in {"utf-8", "utf-8-sig"}:
            return []
        return _Records(path).ways()
    except UnreadableError:
        return []  # the reader says why


def way_to(place: str) -> list[str]:
    """Return the names that lead to a place as `format: {records: …}` has it.

    >>> way_to("data.orders"), way_to(".")
    (['data', 'orders'], [])

    """
    return [] if place == TOP else place.split(".")


def place_of(way: Sequence[str]) -> str:
    """Return a way as `format: {records: …}` has it: the other way round than `way_to`."""
    return ".".join(way) or TOP


def _with_key(record: str, name: str) -> str:
    """Return an object with the name that it has in the object around it."""
    rest = record[1:].lstrip()
    return f"{{{json.dumps(KEY)}: {json.dumps(name)}{'' if rest == '}' else ', '}{rest}"


class _Records:
    """Walks through a file, value by value."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text = ""
        self._at = 0
        self._is_last = False
        self._line = 1
        self.top: list[str] = []
        self.is_found = False
        self.count = 0

    def at(self, names: list[str]) -> Iterator[str]:
        """Yield the text of each record."""
        with self._opened():
            while self._next() != "":
                yield from self._descend(names, is_top=True)

    def ways(self) -> list[tuple[str, ...]]:
        """Return the ways to the lists of objects in the file's only value."""
        found: dict[tuple[str, ...], bool] = {}
        with self._opened():
            if self._next() == "{":
                self._look(found, ())
            if self._next() != "":
                return []  # several objects: each of them is a record
        filled = [way for way, is_filled in found.items() if is_filled]
        return filled or list(found)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[None]:
        with (
            open_bytes(self._path) as raw,
            # bytes that are no UTF-8 are found when the copy is read
            io.TextIOWrapper(raw, "utf-8-sig", "surrogateescape") as file,
        ):
            self._file: TextIO = file
            try:
                yield
            except RecursionError:
                raise UnreadableError("it is JSON of too many levels, or none") from None

    def _look(self, found: dict[tuple[str, ...], bool], way: tuple[str, ...]) -> None:
        sign = self._next()
        if sign == "{":
            members = [self._looked_at(found, (*way, name)) for name in self._names()]
            if len(members) >= FEWEST_KEYED and members[0] and len(set(members)) == 1:
                for inside in [other for other in found if other[: len(way)] == way]:
                    found.pop(inside)
                found[way] = True
        elif sign == "[":
            found[way] = False
            for number, _ in enumerate(self._members("[", "]")):
                if number == 0 and self._next() == "{":
                    found[way] = True
                elif number == 0:
                    found.pop(way)  # of values, not of records
                self._value()
        else:
            self._value()

    def _descend(self, names: list[str], *, is_top: bool = False) -> Iterator[str]:
        sign = self._next()
        if not names and sign == "[":
            self.is_found = True
            for _ in self._members("[", "]"):
                yield self._value()
        elif not names and sign == "{":
            yield from self._keyed()
        elif names and sign == "[":
            for _ in self._members("[", "]"):
                yield from self._descend(names)
        elif names and sign == "{":
            for name in self._names():
                if is_top and name not in self.top:
                    self.top.append(name)
                if name == names[0]:
                    yield from self._descend(names[1:])
                else:
                    self._value()
        else:
            self._value()

    def _looked_at(self, found: dict[tuple[str, ...], bool], way: tuple[str, ...]) -> str:
        """Look into a value; return `{` if it is an object, else an empty text."""
        sign = self._next()
        self._look(found, way)
        return sign if sign == "{" else ""

    def _names(self) -> Iterator[str]:
        """Stop at the value of each name in an object; whoever asks reads the value."""
        for _ in self._members("{", "}"):
            name = json.loads(self._value())
            if not isinstance(name, str) or self._next() != ":":
                raise self._broken()
            self._at += 1
            yield name

    def _keyed(self) -> Iterator[str]:
        """Yield the objects inside an object, each with its name."""
        for name in self._names():
            if self._next() == "{":
                self.is_found = True
                yield _with_key(self._value(), name)
            else:
                self._value()

    def _members(self, opening: str, closing: str) -> Iterator[None]:
        """Stop at each member between two brackets; whoever asks reads the member."""
        assert self._next() == opening  # noqa: S101 - it was looked at
        self._at += 1
        if self._next() == closing:
            self._at += 1
            return
        while True:
            yield
            sign = self._next()
            self._at += 1
            if sign == closing:
                return
            if sign != ",":
                self._at -= 1
                raise self._broken()

    def _next(self) -> str:
        """Return the next character that is no blank, without taking it; empty at the end."""
        while True:
            found = BLANK.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text) or not self._read():
                return self._text[self._at : self._at + 1]

    def _value(self) -> str:
        """Take the next value and return its text."""
        self._next()
        while True:
            try:
                _, end = DECODER.raw_decode(self._text, self._at)
                # a number may go on
                if end < len(self._text) or not self._read(len(self._text) - self._at):
                    break
            except RecursionError:
                raise self._broken() from None
            except ValueError:
                if len(self._text) - self._at > LONGEST_VALUE or not self._read(
                    len(self._text) - self._at
                ):
                    raise self._broken() from None
        value = self._text[self._at : end]
        self._at = end
        return value

    def _read(self, fewest: int = 0) -> bool:
        """Read on, as much again as is waiting; return whether there was more."""
        if self._is_last:
            return False
        block = self._file.read(max(BLOCK, fewest))
        self._is_last = not block
        self._line += self._text.count("\n", 0, self._at)
        self._text = self._text[self._at :] + block
        self._at = 0
        return bool(block)

    def _broken(self) -> UnreadableError:
        line = self._line + self._text.count("\n", 0, self._at)
        return UnreadableError(f"it is no JSON from line {line:,} on")
