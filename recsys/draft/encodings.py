"""Guess the encoding of a text that isn't Unicode."""

from __future__ import annotations

import codecs
import re
import unicodedata
from itertools import pairwise

from recsys.shop.text_files import encoding_of

CANDIDATES = (
    *("windows-1252", "windows-1250", "windows-1251", "windows-1253", "windows-1254"),
    *("cp932", "euc_kr", "gb18030", "big5"),
)
"""Encodings that spreadsheets and tills still write; of two that fit equally well, the first."""

COMMON = {
    "cp932": (range(0x81, 0x98), 0x40),
    "gb18030": (range(0xA1, 0xD8), 0xA1),
    "euc_kr": (range(0xA1, 0xC9), 0xA1),
    "big5": (range(0xA1, 0xC7), 0x40),
}
"""The first byte of the signs in daily use, and the least second one: each standard has the rare
ones behind them, and what is read by the wrong standard is rare."""


def legacy_encoding(head: bytes) -> str | None:
    """Return the likely encoding of a file's first bytes; None where they are Unicode.

    >>> legacy_encoding("Größe".encode()) is None
    True
    >>> legacy_encoding("Größe weiß".encode("windows-1252"))
    'windows-1252'
    >>> legacy_encoding("żółta łódź".encode("windows-1250"))
    'windows-1250'
    >>> legacy_encoding("молоко свежее".encode("windows-1251"))
    'windows-1251'

    """
    if encoding_of(head) != "utf-8":
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return min(CANDIDATES, key=lambda candidate: _oddity(head, candidate))
    return None


def _oddity(head: bytes, encoding: str) -> float:
    """Count what texts rarely have: signs inside words, words of two scripts, accents only."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return float("inf")
    odd = len(re.findall(r"(?<=[^\W\d_])[^\w\s\x00-\x7f]|[^\w\s\x00-\x7f](?=[^\W\d_])", text))
    for word in set(re.findall(r"[^\W\d_]*[^\W\d_\x00-\x7f][^\W\d_]*", text)):
        scripts = {unicodedata.name(letter, "?").split()[0] for letter in word}
        accented = sum(not letter.isascii() for letter in word)
        odd += len(scripts) > 1
        odd += scripts == {"LATIN"} and accented > max(1, len(word) / 2)
        odd += encoding in COMMON and any(_is_rare(letter, encoding) for letter in word)
        odd += any(a.islower() and b.isupper() for a, b in pairwise(word))
    return odd


def _is_rare(letter: str, encoding: str) -> bool:
    if letter.isascii():
        return False
    firsts, least = COMMON[encoding]
    written = letter.encode(encoding)
    return len(written) != 2 or written[0] not in firsts or written[1] < least
