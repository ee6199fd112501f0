"""Doubts about which files a table's path names."""

from __future__ import annotations

from collections.abc import Sequence

from recsys.draft.draft import DraftTable
from recsys.draft.files import InputFile
from recsys.draft.grouping import paths_of
from recsys.draft.patterns import FilePattern, find_pattern
from recsys.draft.profiling import FileProfile
from recsys.draft.roles import LIKELY, Evidence, Role, roles

MOSTLY_NEW = 0.95
"""Share of ids that are in one file only."""


def mark_alike(
    profiles: Sequence[FileProfile],
    taken: dict[str, tuple[FileProfile, Role]],
    drafted: dict[str, DraftTable],
) -> None:
    """Mark tables that a file which isn't read may belong to, such as another half of the year."""
    used = [profile for profile, _ in taken.values()]
    for profile in profiles:
        best = roles(profile)[0]
        if profile not in used and best.certainty >= LIKELY and best.table in drafted:
            if (
                set(paths_of(profile.files))
                <= pattern_of(drafted[best.table].profile.files).files()
            ):
                continue  # it is read, and marked because its columns differ from the others
            labels = ", ".join(file.label for file in profile.files)
            drafted[best.table].doubts.append(
                f"{labels} looks like {best.table}, too, and isn't read: if it belongs there, let "
                "`path` (or `sheet`) be a pattern that names both, their columns called alike"
            )


def pattern_of(files: Sequence[InputFile]) -> FilePattern:
    """Return the path that names all files of a table."""
    paths = paths_of(files)
    found = find_pattern(paths)
    return found or FilePattern(paths[0].parent, paths[0].name)


def mark_unlike(table: DraftTable, given: Sequence[InputFile]) -> None:
    """Mark a path that names files, given or not, beside those of one shape."""
    others = pattern_of(table.files).files() - set(paths_of(table.files))
    unlike = [file.label for file in given if file.path in others]
    if unlike:
        table.doubts.append(
            f"the path names {', '.join(unlike)}, too, which isn't written like the others "
            "(columns, delimiter or encoding): make it like them, or give it another name"
        )
    strange = others - {file.path for file in given}
    strange = {path for path in strange if path.stat().st_size}  # an empty one isn't read
    if strange:
        table.doubts.append(
            "the path names files that weren't given, too: "
            f"{', '.join(sorted(path.name for path in strange))}"
        )


def repeated(profile: FileProfile, key: str) -> str:
    """Say that several files list the same, such as a catalogue a year; empty: they don't."""
    column = Evidence(profile).best(key)
    if column is None or column.column.distinct >= MOSTLY_NEW * (
        column.column.distinct_in_files or 0
    ):
        return ""
    return f"several of its files list the same {key}: the first that does counts"
