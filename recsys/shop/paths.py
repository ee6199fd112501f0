"""Which files a path of a shop file names, and of which kind they are."""

from __future__ import annotations

import glob
from pathlib import Path

from recsys.errors import ShopFileError

PACKED = {".gz", ".zst"}
KINDS = {
    "parquet": {".parquet", ".pq"},
    "csv": {".csv", ".tsv", ".tab", ".txt", ".psv"},
    "json": {".json", ".jsonl", ".ndjson"},
    "excel": {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"},
    "duckdb": {".duckdb", ".db", ".ddb"},
}


def find_files(pattern: str, folder: Path) -> list[Path]:
    """Return the files that a path or glob names, those that are empty left out.

    Parameters
    ----------
    pattern
        A path, or a glob with `*`, `?`, `[…]` and `**`.
    folder
        Where it starts, unless it is absolute.

    Raises
    ------
    ShopFileError
        Nothing is there, only empty files are, or what is there is no file. The message goes on
        from the name of the key.

    """
    if "://" in pattern:
        raise ShopFileError(f"'{pattern}' is an address; only files of this machine are read")
    try:
        found = _found(folder / _from_home(pattern), pattern, folder)
        filled = [file for file in found if file.stat().st_size]
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise ShopFileError(f"can't look for '{pattern}': {said}") from None
    if not found:
        raise ShopFileError(f"no file matches '{pattern}' (looked in {folder})")
    if not filled:
        raise ShopFileError(f"'{pattern}' is empty")
    return filled


def _found(path: Path, pattern: str, folder: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if path.is_dir():
        raise ShopFileError(f"'{pattern}' is a folder: name its files, such as {pattern}/*.csv")
    if path.exists():
        raise ShopFileError(f"'{pattern}' is no regular file")
    if not glob.has_magic(pattern):
        return []
    tail = str(_from_home(pattern))
    root = "" if Path(tail).is_absolute() else glob.escape(f"{folder}/")
    # a folder may be called [1]
    for wanted in (root + tail, root + tail.replace("[", "[[]")):
        names = sorted(glob.glob(wanted, recursive=True))  # noqa: PTH207 - Path.glob takes no root
        files = [Path(name) for name in names if Path(name).is_file()]
        if files:
            return files
    return []


def _from_home(pattern: str) -> Path:
    return Path(pattern).expanduser() if pattern.startswith("~/") else Path(pattern)


def kind_of(files: list[Path], pattern: str, *, is_delimited: bool = False) -> str:
    """Return what kind of files these are by their names: a key of KINDS.

    Names that say nothing are those of delimited files where `is_delimited` says so.

    Raises:
        ShopFileError: the name says nothing, or they are of several kinds.

    """
    kinds = {_kind(file) or ("csv" if is_delimited else None) for file in files}
    if None in kinds:
        odd = next(file for file in files if _kind(file) is None)
        legal = ", ".join(suffix for suffixes in KINDS.values() for suffix in sorted(suffixes))
        name = "" if odd.name == Path(pattern).name else f" ('{odd.name}')"
        raise ShopFileError(
            f"'{pattern}'{name} has no known file type (legal: {legal}; text also with .gz or "
            ".zst; text of any other name with its delimiter in `format:`)"
        )
    if len(kinds) > 1:
        raise ShopFileError(
            f"'{pattern}' names files of several kinds ({', '.join(sorted(map(str, kinds)))}): "
            "name those of one"
        )
    return str(kinds.pop())


def _kind(file: Path) -> str | None:
    suffixes = [suffix.lower() for suffix in file.suffixes]
    packed = bool(suffixes) and suffixes[-1] in PACKED
    last = suffixes[-2:-1] if packed else suffixes[-1:]
    for kind, known in KINDS.items():
        if last and last[0] in known and (not packed or kind in ("csv", "json")):
            return kind
    return None
