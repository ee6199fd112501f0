"""Several files of one shape, such as a file a month, as one path with a star."""

from __future__ import annotations

from collections.abc import Sequence
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
        if len(group) == 1 or star_path([member.file.path for member in group]) is not None:
            groups.append(group)
        else:
            groups += [[member] for member in group]
    return groups


def _is_alike(profile: FileProfile, other: FileProfile) -> bool:
    return (
        profile.file.kind == other.file.kind
        and profile.file.table is None is other.file.table
        and profile.file.path != other.file.path
        and profile.file.format == other.file.format
        and same_columns([profile, other])
    )


def star_path(paths: Sequence[Path]) -> Path | None:
    """Return a path with one star that names these files; None where none does."""
    if len({path.parent for path in paths}) > 1:
        return None
    names = [path.name for path in paths]
    head = _common_start(names)
    tail = _common_start([name[len(head) :][::-1] for name in names])[::-1]
    head, tail = head.rstrip("0123456789"), tail.lstrip("0123456789")
    if any(letter in head + tail for letter in "[]?*"):
        return None
    return paths[0].parent / f"{head}*{tail}"


def _common_start(texts: Sequence[str]) -> str:
    letters = takewhile(lambda found: len(set(found)) == 1, zip(*texts, strict=False))
    return "".join(found[0] for found in letters)


def others_named(star: Path, paths: Sequence[Path]) -> list[str]:
    """Return the names of files that the path with a star names beside these."""
    return sorted({path.name for path in star.parent.glob(star.name)} - {p.name for p in paths})
