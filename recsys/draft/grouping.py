"""Several files of one shape, such as a file a month, as one path with a star; so with sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import takewhile
from pathlib import Path

from recsys.draft.profiling import FileProfile, same_columns


def group_by_shape(profiles: Sequence[FileProfile]) -> list[list[FileProfile]]:
    """Put files of one kind with the same columns together, where one path can name them all."""
    alike: list[list[FileProfile]] = []
    for profile in profiles:
        group = next((group for group in alike if _is_alike(profile, group[0])), None)
        if group is None:
            alike.append([profile])
        else:
            group.append(profile)
    groups = []
    for group in alike:
        named = _named_together(group, profiles)
        groups += [[member] for member in group] if named is None else [named]
    return groups


def _is_alike(profile: FileProfile, other: FileProfile) -> bool:
    mine, theirs = profile.file, other.file
    are_sheets = mine.path == theirs.path and mine.format.get("sheet") is not None
    return (
        mine.kind == theirs.kind
        and mine.table is None is theirs.table
        and (are_sheets or mine.path != theirs.path)
        and (are_sheets or mine.format.get("sheet") == theirs.format.get("sheet"))
        and _beside_sheet(mine.format) == _beside_sheet(theirs.format)
        and same_columns([profile, other])
    )


def _beside_sheet(given: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in given.items() if key != "sheet"}


def _named_together(
    group: list[FileProfile], profiles: Sequence[FileProfile]
) -> list[FileProfile] | None:
    """Return the group so that one path, or one pattern of sheets, names its members alone."""
    paths = [member.file.path for member in group]
    if len(group) == 1:
        return group
    if len(set(paths)) > 1:
        is_one_a_file = len(set(paths)) == len(paths)
        return group if is_one_a_file and star_path(paths) is not None else None
    sheets = [str(member.file.format["sheet"]) for member in group]
    others = [
        str(other.file.format["sheet"])
        for other in profiles
        if other.file.path == paths[0] and other not in group
    ]
    for star in star_names(sheets):
        if not any(fnmatchcase(other, star) for other in others):
            return [
                replace(m, file=replace(m.file, format=m.file.format | {"sheet": star}))
                for m in group
            ]
    return None


def star_path(paths: Sequence[Path]) -> Path | None:
    """Return a path with one star that names these files; None where none does."""
    if len({path.parent for path in paths}) > 1:
        return None
    if len(set(paths)) == 1:
        return paths[0]
    star = next(iter(star_names([path.name for path in paths])), None)
    return None if star is None else paths[0].parent / star


def star_names(names: Sequence[str]) -> list[str]:
    """Return patterns that name all of these, the widest first; none where a name has a sign.

    >>> star_names(["sales_2023.csv", "sales_2024.csv"])
    ['sales_*.csv', 'sales_202*.csv']

    """
    head = _common_start(names)
    tail = _common_start([name[len(head) :][::-1] for name in names])[::-1]
    if any(letter in head + tail for letter in "[]?*"):
        return []
    wide = f"{head.rstrip('0123456789')}*{tail.lstrip('0123456789')}"
    return list(dict.fromkeys([wide, f"{head}*{tail}"]))


def _common_start(texts: Sequence[str]) -> str:
    letters = takewhile(lambda found: len(set(found)) == 1, zip(*texts, strict=False))
    return "".join(found[0] for found in letters)


def others_named(star: Path, paths: Sequence[Path]) -> list[str]:
    """Return the names of files that the path with a star names beside these."""
    return sorted({path.name for path in star.parent.glob(star.name)} - {p.name for p in paths})
