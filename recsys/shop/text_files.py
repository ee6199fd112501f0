"""Files of text, packed or not: their bytes, and which encoding these are in."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from recsys.storage.names import file_text, text

SAMPLE_BYTES = 1 << 18
BOMS = {  # the longer ones first: UTF-32's begins like UTF-16's
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
PACKINGS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
"""How text is packed that is read as it is, by its first bytes."""
EXPORT = "export its tables as CSV or Parquet"
MAGIC = {
    b"PK\x03\x04": "a zip archive or Excel file",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "packed with gzip twice: unpack it",
    b"\x28\xb5\x2f\xfd": "packed with zstd twice: unpack it",
    b"BZh": "packed with bzip2: unpack it",
    b"\xfd7zXZ": "packed with xz: unpack it",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive: unpack it",
    b"Rar!\x1a\x07": "a rar archive: unpack it",
    b"%PDF": "a PDF: export the table behind it as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"SQLite format 3": f"a SQLite database, which isn't read: {EXPORT}",
    b"\0\x01\0\0Standard Jet DB": f"an Access database, which isn't read: {EXPORT}",
    b"\0\x01\0\0Standard ACE DB": f"an Access database, which isn't read: {EXPORT}",
    b"HyPe": f"a Tableau Hyper file, which isn't read: {EXPORT}",
    b"ARROW1\0\0": "an Arrow (Feather) file, which isn't read: write it as Parquet",
    b"Obj\x01": "an Avro file, which isn't read: write it as Parquet",
    b"\x89HDF": "an HDF5 file, which isn't read: write it as Parquet",
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"GIF8": "a picture (GIF)",
    b"\x7fELF": "a program",
}
"""What no text begins with; each completes `it is …`."""
WORDS = {b"BZh", b"PAR1", b"HyPe", b"GIF8"}
"""Those that a column could be called."""


DAMAGED = (EOFError, zlib.error, pa.ArrowException)
"""What unpacking raises, beside OSError, where a file is cut off or has wrong bytes."""
AGAIN = "export or copy it again, or name another file in `path`"


class UnreadableError(ValueError):
    """A file that isn't what its name says; the message completes `can't read 'file': it …`."""


class EmptyFileError(UnreadableError):
    """A file without rows or columns, such as `[]`: nothing to read, beside others."""


def short(error: Exception) -> str:
    """Return what DuckDB says, without its advice on options that a shop file doesn't have."""
    lines = str(error).strip().split("\n\n")[0].split("\n")
    return " ".join(line.strip() for line in lines[:3])


def packing_of(path: Path) -> str | None:
    """Return how a file is packed: gzip, zstd or, where it isn't, None.

    Raises:
        OSError: it can't be opened.

    """
    with path.open("rb") as file:
        head = file.read(4)
    return next((name for magic, name in PACKINGS.items() if head.startswith(magic)), None)


def open_bytes(path: Path) -> BinaryIO:
    """Open a file, unpacked where it is packed with gzip or zstd, whatever its name ends in."""
    match packing_of(path):
        case "gzip":
            return cast(BinaryIO, gzip.open(path, "rb"))
        case "zstd":
            stream = pa.input_stream(str(path), compression="zstd")
            return cast(BinaryIO, io.BufferedReader(stream))
    return path.open("rb")


def this_file(path: Path) -> str:
    """Return the first arguments of a reader of DuckDB's, for a file of text and no other.

    Raises:
        OSError: it can't be opened.

    """
    # what folders say is added by `with_partitions`; a copy of ours may stand below a folder a=b
    packing = text(packing_of(path) or "none")
    return f"{file_text(path)}, compression={packing}, hive_partitioning=false"


def require_whole(path: Path) -> None:
    """Refuse a file packed with zstd that was cut off: DuckDB takes its start for all of it.

    Raises:
        UnreadableError: it doesn't end where it should, or has wrong bytes.

    """
    if packing_of(path) != "zstd":
        return  # DuckDB and Python say it of the others
    try:
        with open_bytes(path) as file:
            while file.read(1 << 20):
                pass
    except (OSError, *DAMAGED) as error:
        raise UnreadableError(f"it is cut off or damaged ({error}): {AGAIN}") from None


def sample(path: Path) -> bytes:
    """Return a file's first bytes, unpacked.

    Raises:
        UnreadableError: the file can't be opened or unpacked.

    """
    try:
        with open_bytes(path) as file:
            return file.read(SAMPLE_BYTES)
    except (OSError, *DAMAGED) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise UnreadableError(f"it can't be opened: {said}: {AGAIN}") from None


def require_text(head: bytes) -> None:
    """Refuse the first bytes of a file that is known to be something else.

    Raises:
        UnreadableError: it is a database, an archive, a picture or the like.

    """
    for magic, kind in MAGIC.items():
        if not head.startswith(magic):
            continue
        is_word = magic in WORDS and not any(byte < 9 for byte in head[:64])
        if not is_word or head[4:10] == b"1AY&SY":  # of bzip2
            raise UnreadableError(f"it is {kind}")


def encoding_of(head: bytes) -> str:
    """Tell how a file's first bytes are encoded: by its mark, by its NULs, else UTF-8.

    Raises:
        UnreadableError: these are no bytes of a text.

    """
    for mark, encoding in BOMS.items():
        if head.startswith(mark):
            return encoding
    require_text(head)
    if b"\0" in head:
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) > 0.3 * len(head) > 3 * min(even, odd):
            return "utf-16-be" if even > odd else "utf-16-le"
        raise UnreadableError("it is a binary file, not text")
    controls = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\r\f\x1a\x1b")
    if controls > 0.05 * len(head):
        raise UnreadableError("it is a binary file, not text")
    return "utf-8"


def resolved_encoding(given: str | None, head: bytes) -> str:
    """Return the encoding given, with the order of bytes where no mark says it; else the one seen.

    Raises:
        UnreadableError: the bytes aren't in the encoding given, or are no text.

    """
    if given is None:
        return encoding_of(head)
    if given in {"utf-16", "utf-32"}:
        if any(head.startswith(mark) for mark, encoding in BOMS.items() if encoding == given):
            return given
        for order in ("le", "be"):
            # read with the wrong order a line's end is a letter
            if "\n" in decoded(head, f"{given}-{order}"):
                return f"{given}-{order}"
        raise UnreadableError(
            f"it isn't {given}: give the right `format: {{encoding: …}}`, or leave it out"
        )
    return given


def decoded(head: bytes, encoding: str) -> str:
    """Return the text of a file's first bytes, whose last character may be cut."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    return decoder.decode(head)
