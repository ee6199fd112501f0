"""Recognize a file's type by its first bytes, not by its name."""

from __future__ import annotations

import zipfile
from pathlib import Path

from recsys.shop.text_files import (
    AGAIN,
    UnreadableError,
    encoding_of,
    packing_of,
    require_text,
    sample,
)

HEAD_BYTES = 64
ZIP, OLD_OFFICE, PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"
DUCKDB = (8, b"DUCK")
"""Where a DuckDB file says so, and how."""
LISTED = 3


def kind_by_content(path: Path) -> str | None:
    """Return what a file is: parquet, excel or duckdb; None: text, or nothing known.

    Raises
    ------
    UnreadableError
        It is known and isn't read; the message completes `can't read 'file': it …`.
    OSError
        It can't be opened.

    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(PARQUET) and _tail(path) in {PARQUET, b"PARE"}:  # or its text begins so
        return "parquet"
    if head[DUCKDB[0] :].startswith(DUCKDB[1]):
        return "duckdb"
    if head.startswith(OLD_OFFICE):
        return "excel"
    if head.startswith(ZIP):
        return _kind_of_zip(path)
    if packing_of(path) is None:
        require_text(head)
    return None


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-4, 2)
        return file.read(4)


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            says = b""
            if "mimetype" in names:
                with archive.open("mimetype") as file:
                    says = file.read(200)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError):
        if path.suffix.lower().startswith((".xl", ".od")):
            return "excel"  # whose reader says that it is damaged
        raise UnreadableError(f"it is a zip archive or Excel file, but damaged: {AGAIN}") from None
    if b"spreadsheet" in says or any(name.startswith("xl/") for name in names):
        return "excel"
    listed = ", ".join(names[:LISTED]) + (", …" if len(names) > LISTED else "")
    raise UnreadableError(f"it is a zip archive ({listed}): unpack it, and name what is in it")


def kind_of_false_excel(path: Path) -> str:
    """Return what a file is that is called like a workbook and is none: text that many shops write.

    Raises:
        UnreadableError: it is a page of the web or XML.

    """
    head = sample(path)
    try:
        encoding_of(head)
    except UnreadableError:
        return "excel"  # whose reader says that it is none
    if not any(sign in head.partition(b"\n")[0] for sign in (b"\t", b",", b";", b"|", b"<")):
        return "excel"
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        raise UnreadableError(
            "it is a page of the web or XML that is called an Excel file: open it with a "
            "spreadsheet program and save it as .xlsx or CSV"
        )
    return "csv"
