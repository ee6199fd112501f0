"""How results are printed: plain tables that never cut an id, or JSON."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import typer
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from recsys.terminal import escaped, printable

WIDEST_UNBROKEN_ID = 40
WIDEST_UNBROKEN_WORD = 24
BETWEEN_COLUMNS = 3
SHORTEST_ID = 8


@dataclass(frozen=True)
class Column:
    """A column of a printed table: ids are never cut, texts wrap, numbers stand to the right."""

    heading: str
    kind: Literal["id", "text", "number"] = "text"


def console() -> Console:
    """Return a console on the current stdout: no colour and 80 columns when it is piped."""
    return Console(highlight=False, color_system=None if is_plain() else "auto")


def is_plain() -> bool:
    """Whether the variable NO_COLOR asks for text without styles: neither colours nor bold."""
    return bool(os.environ.get("NO_COLOR"))


def print_line(text: str, style: str = "") -> None:
    """Print one line of text as it is: brackets in a title are no markup."""
    console().print(Text(printable(text), style=style), soft_wrap=True)


def print_error(text: str) -> None:
    """Print what went wrong on stderr, with the lines it has and without what a terminal obeys."""
    typer.echo("\n".join(printable(line) for line in f"recsys: {text}".split("\n")), err=True)


def print_note(text: str) -> None:
    """Print on stderr what a reader should know of the output, which stays as it is."""
    typer.echo(printable(text), err=True)


def print_table(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[object]], empty: str
) -> None:
    """Print a titled table, or the title and what it means that there are no rows.

    On a terminal too narrow for the columns, each row is a paragraph: no value is lost.
    """
    cells = [[printable(shown(value)) for value in row] for row in rows]
    print_line("")
    print_line(title, style="bold")
    if not cells:
        print_line(f"  {empty}")
        return
    out = console()
    widths = [_least_width(column, [row[at] for row in cells]) for at, column in enumerate(columns)]
    if sum(widths) + BETWEEN_COLUMNS * (len(widths) - 1) > out.width:
        _print_rows_apart(out, columns, cells)
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for column, width in zip(columns, widths, strict=True):
        table.add_column(
            Text(printable(column.heading)),
            justify="right" if column.kind == "number" else "left",
            no_wrap=column.kind == "number",
            min_width=width,
            overflow="fold",
        )
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    out.print(table)


def _least_width(column: Column, cells: Sequence[str]) -> int:
    """Return how narrow a column may be: numbers whole, ids nearly, texts by the word."""
    if column.kind == "text":
        words = [word for text in (column.heading, *cells) for word in text.split()]
        return min(max(map(_width, words), default=0), WIDEST_UNBROKEN_WORD)
    widest = max(map(_width, (column.heading, *cells)))
    return widest if column.kind == "number" else min(widest, WIDEST_UNBROKEN_ID)


def _width(text: str) -> int:
    return Text(text).cell_len


def _print_rows_apart(
    out: Console, columns: Sequence[Column], rows: Sequence[Sequence[str]]
) -> None:
    """Print each row as a paragraph of headings and values, where a table would lose columns."""
    indent = 2 if out.width > 20 else 0
    for row in rows:
        for at, (column, cell) in enumerate(zip(columns, row, strict=True)):
            if cell.strip():
                said = Text(f"{column.heading.strip()}: {cell.strip()}", overflow="fold")
                out.print(Padding(said, (0, 0, 0, indent if at else 0), expand=False))


def print_json(value: object) -> None:
    """Print a value as indented JSON; times are ISO 8601, missing values are null."""
    typer.echo(escaped(json.dumps(value, indent=2, ensure_ascii=False, default=_plain)))


def shown(value: object) -> str:
    """Return a cell's text: days without the time, thousands set apart, nothing for None."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%d}"
        case int():
            return f"{value:,}"
        case float() | Decimal():
            return f"{value:,.2f}"
    return str(value)


def score(value: float | None, decimals: int = 3) -> str:
    """Return a metric or a share; nothing for None."""
    return "" if value is None else f"{value:.{decimals}f}"


def short_id(full: str, among: Iterable[str]) -> str:
    """Return the first letters of a run's id: eight, or as many as tell it from all others.

    >>> short_id("5de8d3ce-d784-4cc9", ["5de8d3ce-d784-4cc9", "0b1c"])
    '5de8d3ce'
    >>> short_id("5de8d3ce-d784-4cc9", ["5de8d3ce-d784-4cc9", "5de8d3ce-d799"])
    '5de8d3ce-d78'

    """
    others = [other for other in among if other != full]
    lengths = range(SHORTEST_ID, len(full))
    unique = (full[:n] for n in lengths if not any(one.startswith(full[:n]) for one in others))
    return next(unique, full)


def counted(number: int | None, one: str, many: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "order", "orders"), counted(2500, "order", "orders")
    ('1 order', '2,500 orders')
    """
    return f"{number or 0:,} {one if number == 1 else many}"


def _plain(value: Any) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def print_missing(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print what a shop's files don't have, of marts.input_support, and what follows."""
    print_table(
        "What isn't there, and what follows",
        [Column("not there", "id"), Column("so")],
        [(row["aspect"], row["consequence"]) for row in rows],
        empty="nothing is missing",
    )
