"""Profile the files handed in: one profile for all files with the same columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from recsys.draft.bare_ids import name_bare_ids
from recsys.draft.draft import Unused
from recsys.draft.files import InputFile, look_at, named_apart
from recsys.draft.grouping import group_by_shape
from recsys.draft.layouts import find_layout
from recsys.draft.profiling import FileProfile, profile_files
from recsys.draft.reading import open_file
from recsys.errors import NoRowsError, ShopFileError

MOST_LAYOUTS = 3
"""Keys of `format:` that make lines, one after the other."""
NO_ROWS = "has no rows below its header"


def look_at_all(paths: Sequence[Path]) -> tuple[list[InputFile], list[Unused]]:
    """Return what the files hold, and those that hold nothing."""
    files: list[InputFile] = []
    empty: list[NoRowsError] = []
    skipped: list[Unused] = []
    for path in dict.fromkeys(path.absolute() for path in paths):
        try:
            files += look_at(path)
        except NoRowsError as error:
            empty.append(error)
            skipped.append(Unused(path.name, "is empty"))
    if not files:
        raise empty[0]
    return named_apart(files), skipped


def profiles_of(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[InputFile],
    folder: Path,
    skipped: list[Unused],
) -> list[FileProfile]:
    """Return a profile of each shape of file.

    Files without rows and company are skipped, and tables of a database that can't be read.
    """
    opened = []
    for file in files:
        try:
            opened.append(open_file(connection, file, folder))
        except ShopFileError as error:
            if file.table is None or len(skipped) + 1 == len(files):
                raise
            skipped.append(Unused(file.label, str(error)))
    profiles: list[FileProfile] = []
    for group in group_by_shape(opened):
        if any(file.has_rows for file in group):
            profiles.append(profile_files(connection, group, len(profiles)))
        else:
            skipped += [Unused(file.file.label, NO_ROWS) for file in group]
    if not profiles:
        raise ShopFileError(f"{skipped[0].label} {skipped[0].why}")
    profiles = name_bare_ids(profiles)
    for number, profile in enumerate(profiles):
        others = [other for other in profiles if other is not profile]
        profiles[number] = _in_lines(connection, profile, others, number, folder)
    return name_bare_ids(profiles)


def _in_lines(
    connection: duckdb.DuckDBPyConnection,
    profile: FileProfile,
    others: Sequence[FileProfile],
    number: int,
    folder: Path,
) -> FileProfile:
    """Return the profile of the lines of a file whose rows aren't lines; of another as it is."""
    for _ in range(MOST_LAYOUTS):
        layout = find_layout(profile, others)
        if layout is None or layout.format.keys() & profile.file.format.keys():
            break
        files = [
            replace(
                file,
                format={**file.format, **layout.format},
                doubts=(*file.doubts, layout.doubt),
                where=layout.where or file.where,
                where_doubt=layout.where_doubt or file.where_doubt,
            )
            for file in profile.files
        ]
        try:
            opened = [open_file(connection, file, folder) for file in files]
            profile = profile_files(connection, opened, number, rows_of_files=profile.rows)
        except ShopFileError:
            break  # the file isn't of the guessed layout then
        columns = [
            replace(column, meant="product") if column.name == layout.product else column
            for column in profile.columns
        ]
        profile = replace(profile, columns=tuple(columns))
    return profile
