"""Texts that a spreadsheet would run as formulas, made harmless, and the way back.

Excel, LibreOffice and Google Sheets take a cell of a CSV file for a formula when it begins with
`=`, `+`, `-` or `@`, whoever wrote it: a product's title can then fetch from the internet. An
apostrophe before it makes the cell a text.
"""

from __future__ import annotations

STARTS = r"^''*[\s\p{Z}\p{C}]*[=+\-@＝＋－＠]|^''*[\t\r\n]"  # noqa: RUF001 - the wide ones, too
"""As SQL writes it: apostrophes, blanks and what can't be seen, then what begins a formula.

Texts that have an apostrophe already get another, so that taking one away is always right.
"""
NEVER_FORMULAS = (
    "BOOLEAN",
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
    "DATE",
    "TIME",
    "TIMESTAMP",
)
"""Types, by the beginnings of their names, whose values are numbers, times or yes and no."""


def escaped(text: str) -> str:
    """Return the SQL expression of a text that no spreadsheet takes for a formula."""
    return f"case when regexp_matches({text}, '{STARTS}') then '''' || {text} else {text} end"


def unescaped(text: str) -> str:
    """Return the SQL expression of the text that was escaped."""
    taken = f"starts_with({text}, '''') and regexp_matches({text}, '{STARTS}')"
    return f"case when {taken} then substr({text}, 2) else {text} end"


def needs_escaping(data_type: str) -> bool:
    """Tell whether values of a column may be read as formulas; -5 as a number may not.

    >>> needs_escaping("VARCHAR"), needs_escaping("DECIMAL(18,2)"), needs_escaping("INTEGER[]")
    (True, False, True)
    """
    return data_type.endswith("]") or not data_type.startswith(NEVER_FORMULAS)
