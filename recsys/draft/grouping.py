"""Several files of one shape, such as a file a month, as one table; so with sheets."""

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
    alike: list[Group] = []
    for opened in sorted(files, key=lambda file: not file.has_rows):
        group = next((group for group in alike if _belongs(opened, group)), None)
        if group is None:
            alike.append([opened])
        else:
            group.append(opened)
    groups = []
    for group in alike:
        in_order = sorted(group, key=files.index)
        named = _named_together(in_order, files)
        groups += [[member] for member in in_order] if named is None else [named]
    return sorted(groups, key=lambda group: files.index(_original(group[0], files)))


def _original(opened: OpenedFile, files: Sequence[OpenedFile]) -> OpenedFile:
    return next(
        file for file in files if (file.sql, file.file.path) == (opened.sql, opened.file.path)
    )


def _belongs(opened: OpenedFile, group: Group) -> bool:
    mine, theirs = opened.file, group[0].file
    are_sheets = mine.path == theirs.path and mine.format.get("sheet") is not None
    return (
        mine.kind == theirs.kind
        and mine.table is None is theirs.table
        and (are_sheets or all(mine.path != member.file.path for member in group))
        and (are_sheets or mine.format.get("sheet") == theirs.format.get("sheet"))
        and (mine.format.get("records") == theirs.format.get("records") or not opened.columns)
        and (not opened.has_rows or _is_written_like(mine, group))
        and _has_columns_of(opened, group)
    )


def _is_written_like(file: InputFile, group: Group) -> bool:
    """Whether one `format` reads them: text of ASCII alone is the same in any encoding."""
    mine, theirs = _shape(file.format), _shape(group[0].file.format)
    if mine == theirs:
        return True
    first, second = dict(mine), dict(theirs)
    given = {first.pop("encoding", None), second.pop("encoding", None)}
    if first != second or None not in given:
        return False
    plain = [file] if "encoding" not in mine else [member.file for member in group]
    return all(sample(one.path).isascii() for one in plain)


def _shape(given: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in given.items() if key != "sheet"}


def _has_columns_of(opened: OpenedFile, group: Group) -> bool:
    mine = {name.strip().casefold(): name for name in opened.columns}
    sets = [{name.strip().casefold() for name in member.columns} for member in group]
    if mine.keys() in sets:
        return True
    if mine and not opened.has_rows:
        return any(mine.keys() <= columns for columns in sets)
    if not _is_of_series(opened.file, group[0].file):
        return False
    known = {name.strip().casefold(): name for member in reversed(group) for name in member.columns}
    shared = mine.keys() & known.keys()
    if not mine:
        return True
    if len(shared) < LEAST_SHARED * max(len(mine), len(known)):
        return False
    # a column under another name is no column added and one lost
    lost = [_kinds(known[name]) for name in known.keys() - mine.keys()]
    added = [_kinds(mine[name]) for name in mine.keys() - known.keys()]
    return not frozenset().union(*lost) & frozenset().union(*added)


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
