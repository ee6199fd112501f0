"""Options that several commands share, stated once."""

from pathlib import Path
from typing import Annotated

import typer

from recsys.reading.warehouse import Warehouse
from recsys.settings.project import database_path

DatabaseOption = Annotated[
    Path | None,
    typer.Option(
        "--database",
        help="The DuckDB file; wins over RECSYS_DATABASE. Default: recsys.duckdb in the checkout.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
LengthOption = Annotated[
    int | None,
    typer.Option("--k", min=1, help="At most so many products per list.", show_default=False),
]


def open_warehouse(database: Path | None) -> Warehouse:
    """Open the database that the option, the variable or the default names."""
    return Warehouse(database_path(database))
