"""Group files (or sheets) with the same columns, such as one file per month, into one table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from recsys.draft.files import InputFile
from recsys.draft.headers import MONTH
from recsys.draft.name_rules import kinds_by_name
from recsys.draft.patterns import find_pattern, star_names
from recsys.draft.reading import OpenedFile
from recsys.draft.words import parse_name
from recsys.shop.text_files import sample

COUNTED = re.compile(rf"\d+|(?<![^\W\d_])(?:{MONTH})(?![^\W\d_])", re.IGNORECASE)
"""What differs between the names of files of one series."""
LEAST_SHARED = 0.5
"""Share of the columns that a series has in common from one file to the next."""

Group = list[OpenedFile]


def group_by_shape(files: Sequence[OpenedFile]) -> list[Group]:
    """Put files of one kind and shape together, where one path can name them all.

    Files with the same columns are of one shape; of a series, whose names differ in numbers or
    months only, so are those that got a column more, or lost one. A file without rows goes with the
    first whose columns it has.
    """
    shapes: list[_Shape] = []
    for place, opened in sorted(enumerate(files), key=lambda pair: not pair[1].has_rows):
        shape = next((shape for shape in shapes if shape.takes(opened)), None)
        if shape is None:
            shapes.append(shape := _Shape(opened.file))
        shape.add(opened, place)
    groups: list[tuple[int, Group]] = []
    for shape in shapes:
        placed = sorted(shape.members, key=lambda member: member[0])
        members = [opened for _, opened in placed]
        named = _named_together(members, files)
        if named is not None:
            groups.append((placed[0][0], named))
        else:
            groups += [(place, [opened]) for place, opened in placed]
    return [group for _, group in sorted(groups, key=lambda pair: pair[0])]


class _Shape:
    """Files of one shape, and what they have in common."""

    def __init__(self, first: InputFile) -> None:
        self._first = first
        self._encoding = first.format.get("encoding")
        self._paths: set[Path] = set()
        self._headers: set[frozenset[str]] = set()
        self._names: dict[str, str] = {}
        self.members: list[tuple[int, OpenedFile]] = []

    def add(self, opened: OpenedFile, place: int) -> None:
        self.members.append((place, opened))
        self._encoding = self._encoding or opened.file.format.get("encoding")
        self._paths.add(opened.file.path)
        self._headers.add(frozenset(_folded(opened)))
        self._names = _folded(opened) | self._names

    def takes(self, opened: OpenedFile) -> bool:
        """Return whether a file belongs to them."""
        mine, theirs = opened.file, self._first
        are_sheets = mine.path == theirs.path and mine.format.get("sheet") is not None
        return (
            mine.kind == theirs.kind
            and mine.table is None is theirs.table
            and (are_sheets or mine.path not in self._paths)
            and (are_sheets or mine.format.get("sheet") == theirs.format.get("sheet"))
            and (mine.format.get("records") == theirs.format.get("records") or not opened.columns)
            and self._has_columns_of(opened)
            and (not opened.has_rows or self._is_written_like(mine))
        )

    def _is_written_like(self, file: InputFile) -> bool:
        """Whether one `format` reads them: text of ASCII alone is the same in any encoding."""
        if _beside_sheet(file.format) != _beside_sheet(self._first.format):
            return False
        encoding = file.format.get("encoding")
        if encoding == self._encoding:
            return True
        if encoding is not None and self._encoding is not None:
            return False
        plain = [file] if encoding is None else [member.file for _, member in self.members]
        return all(sample(one.path).isascii() for one in plain)

    def _has_columns_of(self, opened: OpenedFile) -> bool:
        mine, known = _folded(opened), self._names
        if frozenset(mine) in self._headers:
            return True
        if mine and not opened.has_rows:
            return any(mine.keys() <= header for header in self._headers)
        if not _is_of_series(opened.file, self._first):
            return False
        if not mine:
            return True
        if len(mine.keys() & known.keys()) < LEAST_SHARED * max(len(mine), len(known)):
            return False
        # a renamed column isn't one column added and another one lost
        lost = [_kinds(known[name]) for name in known.keys() - mine.keys()]
        added = [_kinds(mine[name]) for name in mine.keys() - known.keys()]
        return not frozenset().union(*lost) & frozenset().union(*added)


def _folded(opened: OpenedFile) -> dict[str, str]:
    return {name.strip().casefold(): name for name in opened.columns}


def _beside_sheet(given: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in given.items() if key not in {"sheet", "encoding"}}


def _kinds(name: str) -> frozenset[str]:
    return frozenset(kinds_by_name(parse_name(name)))


def _is_of_series(file: InputFile, other: InputFile) -> bool:
    if file.path == other.path:
        names = [str(one.format.get("sheet")) for one in (file, other)]
    else:
        names = [one.path.as_posix() for one in (file, other)]
    return COUNTED.sub("#", names[0]) == COUNTED.sub("#", names[1])


def _named_together(group: Group, files: Sequence[OpenedFile]) -> Group | None:
    """Return the group so that one path, or one pattern of sheets, names its members."""
    paths = [member.file.path for member in group]
    if len(group) == 1:
        return group
    if len(set(paths)) > 1:
        is_one_a_file = len(set(paths)) == len(paths)
        return _written_alike(group) if is_one_a_file and find_pattern(paths) else None
    sheets = [str(member.file.format["sheet"]) for member in group]
    others = [
        str(other.file.format["sheet"])
        for other in files
        if other.file.path == paths[0] and other not in group
    ]
    for star in star_names(sheets):
        if not any(fnmatchcase(other, star) for other in others):
            return [_with_format(member, {"sheet": star}) for member in group]
    return None


def _written_alike(group: Group) -> Group:
    encoding = next((m.file.format["encoding"] for m in group if "encoding" in m.file.format), None)
    more = {} if encoding is None else {"encoding": encoding}
    return [_with_format(member, more) for member in group]


def _with_format(opened: OpenedFile, more: Mapping[str, object]) -> OpenedFile:
    return replace(opened, file=replace(opened.file, format={**opened.file.format, **more}))


def paths_of(files: Sequence[InputFile]) -> list[Path]:
    """Return the paths of files, each once."""
    return list(dict.fromkeys(file.path for file in files))
