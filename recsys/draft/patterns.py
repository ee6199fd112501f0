"""Patterns that match several files and, if possible, no others."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

DIGITS = "0123456789"
SIGNS = "[]*?!^-"
"""Letters that mean something between the brackets of a pattern."""


@dataclass(frozen=True)
class FilePattern:
    """A path, or a glob from a folder on."""

    folder: Path
    tail: str
    """From the folder on; a file's name where it's one file."""
    is_glob: bool = False

    def files(self) -> set[Path]:
        """Return the files that it names."""
        if not self.is_glob:
            return {self.folder / self.tail}
        whole = f"{glob.escape(self.folder.as_posix())}/{self.tail}"
        return {Path(name) for name in glob.glob(whole, recursive=True) if Path(name).is_file()}  # noqa: PTH207 - as the shop file's are read

    def written(self, start: Path) -> str:
        """Return it as a shop file in a folder writes it."""
        folder = self.folder
        if folder.is_relative_to(start):
            folder = folder.relative_to(start)
        said = folder.as_posix()
        return Path(glob.escape(said) if self.is_glob else said, self.tail).as_posix()


def find_pattern(paths: Sequence[Path]) -> FilePattern | None:
    """Return the widest pattern that names these files alone, else the narrowest; None: none does.

    Parameters
    ----------
    paths
        Absolute; different from each other.

    """
    if len(paths) == 1:
        return FilePattern(paths[0].parent, paths[0].name)
    folder = Path(os.path.commonpath([path.parent for path in paths]))
    found = [FilePattern(folder, tail, is_glob=True) for tail in _tails(folder, paths)]
    # empty files may match, as reading a pattern skips them
    strangers = {
        pattern: sum(path.stat().st_size > 0 for path in pattern.files() - set(paths))
        for pattern in found
    }
    return min(found, key=lambda pattern: strangers[pattern], default=None)


def _tails(folder: Path, paths: Sequence[Path]) -> Iterator[str]:
    """Yield patterns that match all of these, the widest first."""
    parts = [path.relative_to(folder).parts for path in paths]
    if len({len(names) for names in parts}) > 1:
        if folder != Path(folder.anchor):  # the whole machine isn't looked through
            for star in star_names([names[-1] for names in parts]):
                yield f"**/{star}"
        return
    *folders, files = zip(*parts, strict=True)
    levels = [*map(_folder_names, folders), star_names(files)]
    for choice in range(max(map(len, levels))):
        yield "/".join(stars[min(choice, len(stars) - 1)] for stars in levels)


def _folder_names(names: Sequence[str]) -> list[str]:
    found = star_names(names)
    return ["*", *found] if len(found) > 1 and "=" not in found[0] else found


def star_names(names: Sequence[str]) -> list[str]:
    """Return patterns that name all of these, the widest first.

    >>> star_names(["sales_2023.csv", "sales_2024.csv"])
    ['sales_*.csv', 'sales_202*.csv', 'sales_202[34].csv']
    >>> star_names(["2023", "2023"])
    ['2023']
    >>> star_names(["day=2024-01-31", "day=2024-02-29"])[0]
    'day=*'
    >>> star_names(["sales[1].csv", "sales[20].csv"])[0]
    'sales[[]*].csv'

    """
    if len(set(names)) == 1:
        return [glob.escape(names[0])]
    head = _common_start(names)
    tail = _common_start([name[len(head) :][::-1] for name in names])[::-1]
    ends = [(head.rstrip(DIGITS), tail.lstrip(DIGITS)), (head, tail)]
    found = [f"{glob.escape(start)}*{glob.escape(end)}" for start, end in ends]
    if "=" in head:  # a partition's folder
        found.insert(0, f"{glob.escape(head.partition('=')[0])}=*")
    letters = list(zip(*names, strict=False))
    differing = {letter for place in letters if len(set(place)) > 1 for letter in place}
    if len({len(name) for name in names}) == 1 and not differing & set(SIGNS):
        found.append("".join(map(_letter, letters)))
    return list(dict.fromkeys(found))


def _letter(letters: tuple[str, ...]) -> str:
    different = sorted(set(letters))
    return glob.escape(different[0]) if len(different) == 1 else f"[{''.join(different)}]"


def _common_start(texts: Sequence[str]) -> str:
    letters = takewhile(lambda found: len(set(found)) == 1, zip(*texts, strict=False))
    return "".join(found[0] for found in letters)
