"""The whole line of a file as one value, by which copies of a line are found."""

# ruff: noqa: S608 - names are quoted, conditions are SQL by design
from __future__ import annotations

from recsys.shop.expressions import columns_of
from recsys.shop.file import Table
from recsys.shop.readers import Relation
from recsys.storage.names import quoted

FEWEST_LINES = 10
"""With fewer different lines a column may differ in all of them by chance."""

NO_LINE_ID = "select false as has_line_id"


def whole_line(relation: Relation) -> str:
    """Return the SQL of a line with all columns of its file, mapped or not, as one struct.

    Of several files a column that one of them lacks is null in its lines. Which file a line is of,
    and where in it, isn't part of the line.
    """
    fields = ", ".join(f"{quoted(name)}: {quoted(name)}" for name in relation.columns)
    return f"{{{fields}}}"


def line_id_query(relation: Relation, table: Table) -> str:
    """Return the query of one row that says whether a column of the file numbers its lines.

    That is a column that no mapping speaks of, and that differs between any two different lines:
    two lines that agree in it, and in all else, are one line that was written twice.
    """
    names = {name.strip().casefold() for name in relation.columns}
    said: set[str] = set()
    for source in table.columns.values():
        name = source.strip().casefold()
        said |= {name} if name in names else columns_of(source)
    others = [quoted(name) for name in relation.columns if name.strip().casefold() not in said]
    if not others:
        return NO_LINE_ID
    most = ", ".join(f"count(distinct {name})" for name in others)
    where = f" where ({table.where}\n)" if table.where else ""
    return (
        f"select different >= {FEWEST_LINES} and most = different as has_line_id from ("
        f"select greatest({most}) as most, count(distinct hash({whole_line(relation)})) "
        f"as different from {relation.sql}{where})"
    )
