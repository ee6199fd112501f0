"""`recsys export`: the public tables as files."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from recsys.cli.options import DatabaseOption, open_warehouse
from recsys.cli.output import Column, print_table
from recsys.export import export as write_files


class Format(StrEnum):
    """File formats an export can have."""

    parquet = "parquet"
    csv = "csv"
    xlsx = "xlsx"
    hyper = "hyper"
    sqlite = "sqlite"


def export(  # noqa: PLR0917 - options, which have names on the command line
    to: Annotated[Path, typer.Option("--to", help="The folder to write to; made if missing.")],
    file_format: Annotated[
        Format,
        typer.Option(
            "--format",
            help="parquet, csv and xlsx (Excel) write a file for each table; hyper (Tableau) and "
            "sqlite one file of all tables.",
        ),
    ] = Format.parquet,
    table: Annotated[
        list[str] | None,
        typer.Option("--table", help="This table only; may be repeated.", show_default=False),
    ] = None,
    wide: Annotated[
        bool,
        typer.Option(
            "--wide",
            help="One row per customer, with the products, titles and reasons of the lists side by "
            "side, as tools that send mail take them. Other tables only with --table.",
        ),
    ] = False,
    lists: Annotated[
        list[str] | None,
        typer.Option(
            "--list",
            help="With --wide: this list only (discover, buy_again or next_basket); may be "
            "repeated.",
            show_default=False,
        ),
    ] = None,
    raw: Annotated[
        bool,
        typer.Option(
            "--raw",
            help="CSV for programs: texts as they are, no byte order mark. Default: for people, "
            "with an apostrophe before texts that a spreadsheet would change (00123) or run "
            "(=1+1).",
        ),
    ] = False,
    bom: Annotated[
        bool | None,
        typer.Option(
            "--bom/--no-bom",
            help="Whether CSV begins with a byte order mark, by which Excel knows UTF-8. Default: "
            "yes, but not with --raw.",
            show_default=False,
        ),
    ] = None,
    database: DatabaseOption = None,
) -> None:
    """Write the public tables to a folder, with a manifest.json beside them."""
    with open_warehouse(database) as warehouse:
        exported = write_files(
            warehouse,
            to,
            file_format,
            table or (),
            raw=raw,
            byte_order_mark=bom,
            wide=wide,
            lists=lists or (),
        )
    print_table(
        f"Written to {to}",
        [Column("file", "id"), Column("table", "id"), Column("rows", "number")],
        [(done.file, done.table, done.rows) for done in exported],
        empty="nothing",
    )
