"""Several files of one shape, such as a file a month, as one path with stars."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from recsys.draft.profiling import FileProfile, same_columns


def group_by_shape(profiles: Sequence[FileProfile]) -> list[list[FileProfile]]:
    """Put files of one kind with the same columns together, where one path can name them all."""
    groups: list[list[FileProfile]] = []
    for profile in profiles:
        for group in groups:
            if _belongs(profile, group):
                group.append(profile)
                break
        else:
            groups.append([profile])
    return groups


def _belongs(profile: FileProfile, group: list[FileProfile]) -> bool:
    first = group[0].file
    return (
        profile.file.kind == first.kind
        and first.kind != "database"
        and profile.file.is_named
        and first.is_named
        and same_columns([profile, group[0]])
        and star_path([member.file.path for member in group] + [profile.file.path]) is not None
    )


def star_path(paths: Sequence[Path]) -> Path | None:
    """Return a path with one star that names these files and no others; None: there is none.

    >>> from recsys.draft.grouping import star_path
    >>> star_path([Path("none/orders_1.csv"), Path("none/orders_2.csv")]) is None  # no such files
    True
    """
    if len({path.parent for path in paths}) > 1:
        return None
    names = [path.name for path in paths]
    head = os.path.commonprefix(names)
    tail = os.path.commonprefix([name[len(head) :][::-1] for name in names])[::-1]
    head = head.rstrip("0123456789")
    if not head.strip("_-. ") and len(names) < 2:
        return None
    pattern = f"{head}*{tail}"
    if any(letter in head + tail for letter in "[]?*"):
        return None
    if {path.name for path in paths[0].parent.glob(pattern)} != set(names):
        return None
    return paths[0].parent / pattern
