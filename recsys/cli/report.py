"""`recsys report`: a build's results as one HTML file to look at."""

from pathlib import Path
from typing import Annotated

import typer

from recsys.cli.options import DatabaseOption, open_warehouse
from recsys.cli.output import print_line
from recsys.settings.project import database_path


def report(
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            help="The HTML file; an earlier report there is replaced. "
            "Default: NAME.report.html beside the database.",
            show_default=False,
        ),
    ] = None,
    database: DatabaseOption = None,
) -> None:
    """Write the build's report: one HTML file with charts, examples and a search."""
    # Imported here: the plotting library takes a while to load, and only a report needs it.
    from recsys.report import default_path, write_report  # noqa: PLC0415

    path = to or default_path(database_path(database))
    with open_warehouse(database) as warehouse:
        size = write_report(warehouse, path)
    print_line(f"Report: {path} ({size / 1e6:.1f} MB)")
