"""Text of a shop's files on a terminal: nothing in it moves the cursor, colours or reorders."""

from __future__ import annotations

import unicodedata

UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of Unicode: controls, formats such as reversed writing, halves, line ends."""
JOINERS = {"\u200c", "\u200d"}
"""Formats that letters and emoji are written with; they do nothing else."""


def printable(text: str) -> str:
    r"""Return the text with a blank for whatever a terminal would obey rather than show.

    >>> printable("red\x1b[31m, \u202eright to left\nand a line")
    'red [31m,  right to left and a line'
    """
    if text.isprintable():  # almost always: the report asks of millions of letters
        return text
    return "".join(" " if _is_unseen(letter) else letter for letter in text)


def escaped(json: str) -> str:
    r"""Return JSON that says the same and has such letters as `\u001b`; its own lines stay.

    >>> escaped('"a\x9bb\u202e"')
    '"a\\u009bb\\u202e"'
    """
    return "".join(
        _escape(letter) if _is_unseen(letter) and letter != "\n" else letter for letter in json
    )


def _is_unseen(letter: str) -> bool:
    if letter.isprintable():
        return False
    return unicodedata.category(letter) in UNSEEN and letter not in JOINERS


def _escape(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
