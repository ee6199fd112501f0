"""The encoding of a text that isn't Unicode: a guess, always."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from recsys.shop.text_files import encoding_of

SHOPS = {
    "cp1252": "windows-1252",
    "cp1250": "windows-1250",
    "cp1251": "windows-1251",
    "cp1253": "windows-1253",
    "cp1254": "windows-1254",
    "shift_jis": "shift_jis",
    "gb18030": "gb18030",
    "big5": "big5",
    "euc_kr": "euc_kr",
}
"""What spreadsheets and tills of the world still write."""


def legacy_encoding(head: bytes) -> str | None:
    """Return the likely encoding of a file's first bytes; None where they are Unicode.

    >>> legacy_encoding("Größe".encode()) is None
    True
    """
    if encoding_of(head) != "utf-8":
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        best = from_bytes(head, cp_isolation=list(SHOPS)).best()
        name = SHOPS.get(best.encoding, "windows-1252") if best else "windows-1252"
        if name in {"windows-1252", "windows-1250"}:  # alike, but for signs inside words
            western, eastern = (_signs_in_words(head, of) for of in ("cp1252", "cp1250"))
            return "windows-1250" if western > eastern else "windows-1252"
        return name
    return None


def _signs_in_words(head: bytes, encoding: str) -> int:
    text = head.decode(encoding, errors="replace")
    return len(re.findall(r"(?<=[^\W\d_])[^\w\s\x00-\x7f]|[^\w\s\x00-\x7f](?=[^\W\d_])", text))
