"""Cells of text that hold several values: where they are cut."""

from __future__ import annotations

import re

from recsys.storage.names import text

CUT = "chr(30) || chr(31)"
"""Stands for the separators outside of quotes while a cell is cut; no text of a shop has it."""
IN_QUOTES = r'\s*"(?:[^"]|"")*"\s*'


def pieces(cell: str, separator: str) -> str:
    """Return the SQL of the list of a cell's values, without the blanks around them.

    A separator inside quotes is part of a value, as in CSV: `"tea, green", jam` are two values.
    Quotes count where they are around whole values; a quote that is an inch mark stays as it is.

    Parameters
    ----------
    cell
        SQL of a text.
    separator
        What stands between the values.

    """
    plain = f"string_split({cell}, {text(separator)})"
    if '"' in separator:
        return f"list_transform({plain}, lambda p: trim(p))"
    piece = rf'(?:{IN_QUOTES}|[^"]*)'
    whole = text(f"{piece}(?:{re.escape(separator)}{piece})*")
    # of the parts between quotes every second one is inside of them
    marked = (
        f"array_to_string(list_transform(string_split({cell}, '\"'), lambda s, i: "
        f"if(i % 2 = 1, replace(s, {text(separator)}, {CUT}), s)), '\"')"
    )
    unquoted = "if(trim(p) like '\"%\"', replace(trim(p)[2:-2], '\"\"', '\"'), trim(p))"
    return (
        f"case when contains({cell}, '\"') and regexp_full_match({cell}, {whole}) "
        f"then list_transform(string_split({marked}, {CUT}), lambda p: {unquoted}) "
        f"else list_transform({plain}, lambda p: trim(p)) end"
    )
