"""Texts that a spreadsheet would change or run on opening a CSV file, guarded, and the way back.

A spreadsheet decides by its looks what a cell of a CSV file is. `=`, `+`, `-` and `@` begin
formulas, whoever wrote them: a product's title can then fetch from the internet. `00123` becomes
the number 123, `1-2` a day in February, `12E34` a large number, and digits after the 15th become
zeros. With an apostrophe before it, every spreadsheet keeps it as a text.
"""

from __future__ import annotations

import re

HIDDEN = r"[\s\p{Z}\p{C}]*"
"""Blanks and what can't be seen."""
STARTS = r"[=+\-@＝＋－＠]"  # noqa: RUF001 - the wide ones, too
"""What begins a formula."""
FORMULAS = rf"^{HIDDEN}{STARTS}|^[\t\r\n]"
ENDS_OF_CELLS = r"[;\t\r\n]"
"""Where another cell may begin within a text.

In countries where a comma stands in numbers, spreadsheets split lines at `;` and don't see that the
text is in quotes.
"""
MONTHS = (
    "jan(?:uary|uar|vier|v)?|jän(?:ner)?|ene(?:ro)?|feb(?:ruary|ruar|rero)?|fév(?:rier|r)?|fevr?"
    "|mar(?:ch|s|zo)?|märz?|mrz|apr(?:il)?|avr(?:il)?|abr(?:il)?|may(?:o)?|mai|june?|juni|juin|junio"
    "|july?|juli|juil(?:let)?|julio|aug(?:ust)?|août|aout|ago(?:sto)?|sept?(?:ember|embre|iembre)?"
    "|o[ck]t(?:ober|obre|ubre)?|nov(?:ember|embre|iembre)?|de[cz](?:ember|embre)?|déc(?:embre)?"
    "|dic(?:iembre)?"
)
"""Names of months in English, German, French and Spanish."""
CHANGED = (
    # numbers, with separators, signs of currencies, powers of ten, percent
    r"[\p{Sc}(\s]*(?:\p{Nd}[\p{Nd}.,'’\s\p{Z}]*|[.,]\p{Nd}+)(?:e[+-]?\p{Nd}+)?[\s%\p{Sc})]*",  # noqa: RUF001
    # days: a day and a month, either first, and days with their year; perhaps a time after them
    r"(?:0?[1-9]|1[0-2])\s*[-/]\s*\p{Nd}{1,4}",
    r"\p{Nd}{1,4}\s*[-/]\s*(?:0?[1-9]|1[0-2])",
    r"\p{Nd}{1,4}\s*[-/.]\s*\p{Nd}{1,2}\s*[-/.]\s*\p{Nd}{1,4}(?:[\sT]+\p{Nd}{1,2}:.*)?",
    rf"\p{{Nd}}{{1,4}}[\s./-]*(?:{MONTHS})[\s.,/-]*\p{{Nd}}{{0,4}}",
    rf"(?:{MONTHS})[\s./-]*\p{{Nd}}{{1,4}}(?:[\s.,/-]+\p{{Nd}}{{1,4}})?",
    # times and fractions
    r"\p{Nd}{1,4}:\p{Nd}{1,2}(?::\p{Nd}{1,2}(?:[.,]\p{Nd}+)?)?\s*(?:[ap]\.?m?\.?)?",
    r"\p{Nd}{1,2}\s+[ap]m?",
    r"\p{Nd}+\s+\p{Nd}+/\p{Nd}+",
    # yes and no
    r"true|false|wahr|falsch|vrai|faux|verdadero|falso",
)
"""What a spreadsheet, in one language or another, takes for something else than the text."""
GUARDED = f"^'|{FORMULAS}|^(?i:\\s*(?:{'|'.join(CHANGED)})\\s*)$"
"""What gets an apostrophe; texts that begin with one, too, so that taking one away is right."""
SAFE_NUMBER = "^(?:0|[1-9][0-9]{0,14})$"
"""An integer that a spreadsheet shows as it is: no zero before it, no more than 15 digits."""
SAFE_DAY = "^[0-9]{4}-[01][0-9]-[0-3][0-9]$"
"""A day that a spreadsheet reads as that day."""
NEVER_GUARDED = (
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


def guarded(text: str, *, is_id: bool = True) -> str:
    """Return the SQL expression of a text that spreadsheets take for exactly this text.

    It has an apostrophe before it where it needs one, and before what would begin a formula behind
    a semicolon, a tab or a line end. Days as `2018-01-31` may become days where they are no ids.
    """
    within = (
        f"case when regexp_matches({text}, '{ENDS_OF_CELLS}') then regexp_replace({text}, "
        f"'({ENDS_OF_CELLS}{HIDDEN}''*)({STARTS})', '\\1''\\2', 'g') else {text} end"
    )
    safe = SAFE_NUMBER if is_id else f"{SAFE_NUMBER}|{SAFE_DAY}"
    pattern = GUARDED.replace("'", "''")
    return (
        f"case when regexp_matches({text}, '{safe}') then {text} "
        f"when regexp_matches({text}, '{pattern}') then '''' || {within} else {within} end"
    )


def unguarded(text: str) -> str:
    """Return the SQL expression of the text that was guarded."""
    within = f"({ENDS_OF_CELLS}{HIDDEN}''*)''({STARTS})"
    return f"regexp_replace(regexp_replace({text}, '^''', ''), '{within}', '\\1\\2', 'g')"


def needs_guard(data_type: str) -> bool:
    """Tell whether values of a column may be misread; -5 as a number may not.

    >>> needs_guard("VARCHAR"), needs_guard("DECIMAL(18,2)"), needs_guard("INTEGER[]")
    (True, False, True)
    """
    return data_type.endswith("]") or not data_type.startswith(NEVER_GUARDED)


def is_id(column: str) -> bool:
    """Tell by its name whether a column holds ids.

    >>> is_id("customer_id"), is_id("discover_product_2"), is_id("fold")
    (True, True, False)
    """
    return re.search(r"_id$|^recommend_as$|(?:^|_)product_\d+$", column) is not None
