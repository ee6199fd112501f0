"""Quoting for SQL, and what a misspelt name may have meant."""

from __future__ import annotations

import difflib
import glob
import os
from collections.abc import Iterable
from pathlib import Path


def quoted(identifier: str) -> str:
    """Return an identifier as SQL writes it."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def file_pattern(path: Path) -> str:
    """Return the pattern that DuckDB's readers take for this file and no other.

    DuckDB reads every name as a pattern, so that `a[1].csv` would be `a1.csv`. A backslash beside
    such a sign can't be written at all: `can_be_named` tells.
    """
    return glob.escape(os.fspath(path.absolute()))


def file_text(path: Path) -> str:
    """Return `file_pattern` as SQL writes it."""
    return text(file_pattern(path))


def can_be_named(path: Path, *, as_pattern: bool = True) -> bool:
    """Tell whether DuckDB finds a file by its name: it takes a backslash for a slash everywhere.

    `as_pattern` is for its readers, which do so only where the name has signs of a pattern.
    """
    name = os.fspath(path.absolute())
    return os.sep == "\\" or "\\" not in name or (as_pattern and not glob.has_magic(name))


def nearest(name: str, legal: Iterable[str]) -> str:
    """Say what `name` may have meant, and what is legal: the end of an error message."""
    names = list(legal)
    folded = {known.casefold(): known for known in reversed(names)}
    close = difflib.get_close_matches(name.casefold(), folded, n=1)
    hint = f"; did you mean '{folded[close[0]]}'?" if close else ""
    return f"{hint} (legal: {', '.join(sorted(names))})"
