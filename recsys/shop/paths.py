"""Which files a path of a shop file names, and of which kind they are."""

from __future__ import annotations

import glob
import os
from pathlib import Path

from recsys.errors import ShopFileError
from recsys.shop.contents import kind_by_content, kind_of_false_excel
from recsys.shop.text_files import UnreadableError

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


def shown_path(file: Path, folder: Path) -> str:
    """Return a file's name for people: from the shop file's folder on, where it lies below it."""
    return (file.relative_to(folder) if file.is_relative_to(folder) else file).as_posix()


def _found(path: Path, pattern: str, folder: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if path.is_dir():
        raise ShopFileError(f"'{pattern}' is a folder: name its files, such as {pattern}/*.csv")
    if path.exists():
        raise ShopFileError(f"'{pattern}' is no regular file")
    if not glob.has_magic(pattern):
        return []
    there, rest = _folders_there(path)
    tail = str(_from_home(pattern))
    start = "" if Path(tail).is_absolute() else glob.escape(f"{folder}/")
    # what is there by its very name wins; then signs are a pattern's; then brackets are names'
    for wanted in (there + rest, start + tail, there + rest.replace("[", "[[]")):
        names = sorted(glob.glob(wanted, recursive=True))  # noqa: PTH207 - Path.glob takes no root
        files = [Path(name) for name in names if Path(name).is_file()]
        if files:
            return files
    return []


def _folders_there(path: Path) -> tuple[str, str]:
    """Cut a pattern after its last folder that is there by its very name, which is escaped."""
    there, rest = Path(path.anchor), list(path.parts[1:])
    while len(rest) > 1 and (there / rest[0]).is_dir():
        there /= rest.pop(0)
    return glob.escape(os.path.join(there, "")), os.path.join(*rest)  # noqa: PTH118 - of a pattern


def _from_home(pattern: str) -> Path:
    return Path(pattern).expanduser() if pattern.startswith("~/") else Path(pattern)


def kind_of(files: list[Path], pattern: str, *, is_delimited: bool = False) -> str:
    """Return what kind of files these are: a key of KINDS.

    Names that say nothing are those of delimited files where `is_delimited` says so.

    Raises:
        ShopFileError: one isn't read, its name says nothing, or they are of several kinds.

    """
    kinds: dict[str, Path] = {}
    for file in files:
        name = "" if file.name == Path(pattern).name else f" ('{file.name}')"
        try:
            kind = kind_of_file(file) or ("csv" if is_delimited else None)
        except UnreadableError as error:
            raise ShopFileError(f"can't read '{pattern}'{name}: {error}") from None
        except OSError as error:
            said = error.strerror or error
            raise ShopFileError(
                f"can't read '{pattern}'{name}: it can't be opened: {said}"
            ) from None
        if kind is None:
            legal = ", ".join(suffix for suffixes in KINDS.values() for suffix in sorted(suffixes))
            raise ShopFileError(
                f"'{pattern}'{name} has no known file type (legal: {legal}; text also with .gz or "
                ".zst; text of any other name with its delimiter in `format:`)"
            )
        kinds.setdefault(kind, file)
    if len(kinds) > 1:
        raise ShopFileError(
            f"'{pattern}' names files of several kinds ({', '.join(sorted(kinds))}): "
            "name those of one"
        )
    return next(iter(kinds))


def kind_of_file(file: Path) -> str | None:
    """Return what kind a file is by its content, and where that is text by its name.

    None: it is text whose name says nothing.

    Raises
    ------
    UnreadableError
        It is something that isn't read; the message completes `can't read 'file': it …`.
    OSError
        It can't be opened.

    """
    named, found = _kind(file), kind_by_content(file)
    if found is None and named == "excel":
        return kind_of_false_excel(file)
    return found or named


def _kind(file: Path) -> str | None:
    suffixes = [suffix.lower() for suffix in file.suffixes]
    packed = bool(suffixes) and suffixes[-1] in PACKED
    last = suffixes[-2:-1] if packed else suffixes[-1:]
    for kind, known in KINDS.items():
        if last and last[0] in known and (not packed or kind in ("csv", "json")):
            return kind
    return None
