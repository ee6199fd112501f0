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


def export(
    to: Annotated[Path, typer.Option("--to", help="The folder to write to; made if missing.")],
    file_format: Annotated[
        Format, typer.Option("--format", help="CSV is UTF-8 with a header.")
    ] = Format.parquet,
    table: Annotated[
        list[str] | None,
        typer.Option("--table", help="This table only; may be repeated.", show_default=False),
    ] = None,
    raw: Annotated[
        bool,
        typer.Option(
            "--raw",
            help="CSV: write texts as they are. Default: an apostrophe before those that a "
            "spreadsheet would run as a formula.",
        ),
    ] = False,
    database: DatabaseOption = None,
) -> None:
    """Write the public tables to a folder, one file each, with a manifest.json beside them."""
    with open_warehouse(database) as warehouse:
        exported = write_files(warehouse, to, file_format, table or (), raw=raw)
    print_table(
        f"Written to {to}",
        [Column("file", "id"), Column("rows", "number")],
        [(done.file, done.rows) for done in exported],
        empty="nothing",
    )
