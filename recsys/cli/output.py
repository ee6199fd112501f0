"""How results are printed: plain tables that never cut an id, or JSON."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDEST_UNBROKEN_ID = 40


@dataclass(frozen=True)
class Column:
    """A column of a printed table: ids are never cut, texts wrap, numbers stand to the right."""

    heading: str
    kind: Literal["id", "text", "number"] = "text"


def console() -> Console:
    """Return a console on the current stdout: no colour and 80 columns when it is piped."""
    return Console(highlight=False)


def print_line(text: str, style: str = "") -> None:
    """Print one line of text as it is: brackets in a title are no markup."""
    console().print(Text(printable(text), style=style), soft_wrap=True)


def print_table(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[object]], empty: str
) -> None:
    """Print a titled table, or the title and what it means that there are no rows."""
    cells = [[printable(shown(value)) for value in row] for row in rows]
    print_line("")
    print_line(title, style="bold")
    if not cells:
        print_line(f"  {empty}")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for at, column in enumerate(columns):
        widest = max(len(column.heading), *(Text(row[at]).cell_len for row in cells))
        table.add_column(
            Text(column.heading),
            justify="right" if column.kind == "number" else "left",
            no_wrap=column.kind == "number",
            min_width=None if column.kind == "text" else min(widest, WIDEST_UNBROKEN_ID),
            overflow="fold",
        )
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    console().print(table)


def print_json(value: object) -> None:
    """Print a value as indented JSON; times are ISO 8601, missing values are null."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_plain))


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


def counted(number: int | None, one: str, many: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "order", "orders"), counted(2500, "order", "orders")
    ('1 order', '2,500 orders')
    """
    return f"{number or 0:,} {one if number == 1 else many}"


def printable(text: str) -> str:
    """Return the text without what moves a terminal's cursor or changes its colour."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


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
