"""The list of records inside a JSON file that wraps it, copied as one object a line."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from recsys.shop.text_files import UnreadableError, open_bytes

BLOCK = 1 << 20  # characters read at once
LONGEST_VALUE = 1 << 26
"""Characters of one record, or of what stands beside the list."""
BLANK = re.compile(r"[ \t\r\n]*")
TOKEN = re.compile(
    r'"(?P<name>(?:[^"\\]|\\.)*)"\s*:|"(?:[^"\\]|\\.)*"|(?P<open>[{\[])|(?P<close>[}\]])'
)
DECODER = json.JSONDecoder()


def copy_records(path: Path, copy: Path, names: Sequence[str]) -> int:
    """Write the members of the list at a place, as they are written, and return how many.

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
            f"it has no list of records at '{'.'.join(names)}'{beside}: correct "
            "`format: {records: …}`"
        )
    return records.count


def find_records(head: str) -> tuple[str, ...]:
    """Return where the list of records is in a file that is one object; empty: it's no wrapper.

    Parameters
    ----------
    head
        The file's first characters.

    """
    try:
        whole, end = DECODER.raw_decode(head, BLANK.match(head).end())  # type: ignore[union-attr]
        if head[end:].strip():
            return ()  # several objects: each of them is a record
    except ValueError:
        whole = None  # cut, or no JSON
    if whole is not None:
        return _list_of_objects(whole)
    return _first_list(head)


def _list_of_objects(value: object) -> tuple[str, ...]:
    """Return the way to the longest list of objects that isn't inside another list."""
    found: dict[tuple[str, ...], int] = {}

    def look(inside: object, way: tuple[str, ...]) -> None:
        if isinstance(inside, dict):
            for name, member in inside.items():
                look(member, (*way, name))
        elif isinstance(inside, list) and inside and isinstance(inside[0], dict) and way:
            found[way] = len(inside)

    look(value, ())
    return max(found, key=lambda way: found[way]) if found else ()


def _first_list(head: str) -> tuple[str, ...]:
    """Return the way to the outermost list that the end of the text is inside of."""
    opened: list[tuple[str, str]] = []
    name = ""
    for found in TOKEN.finditer(head):
        if found["name"] is not None:
            name = found["name"]
        elif found["open"] is not None:
            opened.append((found["open"], name))
        elif found["close"] is not None and opened:
            opened.pop()
    signs = [sign for sign, _ in opened]
    if not signs or signs[0] != "{" or "[" not in signs:
        return ()
    return tuple(name for _, name in opened[1 : signs.index("[") + 1])


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
        # bytes that are no UTF-8 are found when the copy is read
        with (
            open_bytes(self._path) as raw,
            io.TextIOWrapper(raw, "utf-8", "surrogateescape") as file,
        ):
            self._file: TextIO = file
            while self._next() != "":
                yield from self._descend(names, is_top=True)

    def _descend(self, names: list[str], *, is_top: bool = False) -> Iterator[str]:
        sign = self._next()
        if not names and sign == "[":
            self.is_found = True
            for _ in self._members("[", "]"):
                yield self._value()
        elif names and sign == "[":
            for _ in self._members("[", "]"):
                yield from self._descend(names)
        elif names and sign == "{":
            for _ in self._members("{", "}"):
                name = json.loads(self._value())
                if not isinstance(name, str) or self._next() != ":":
                    raise self._broken()
                self._at += 1
                if is_top and name not in self.top:
                    self.top.append(name)
                if name == names[0]:
                    yield from self._descend(names[1:])
                else:
                    self._value()
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
