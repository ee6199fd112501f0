"""The report: a build's results as one HTML file that needs no network."""

from __future__ import annotations

import json
from pathlib import Path

from recsys.reading.warehouse import Warehouse
from recsys.report.file import refuse_other_files, replace
from recsys.report.page import page
from recsys.report.source import Source


def default_path(database: Path) -> Path:
    """Return where a database's report lies: beside it.

    >>> default_path(Path("shops/my.shop.duckdb")).as_posix()
    'shops/my.shop.report.html'
    >>> default_path(Path("shop.db")).as_posix()
    'shop.db.report.html'
    """
    name = database.stem if database.suffix == ".duckdb" else database.name  # a.duckdb beside a.db
    return database.with_name(f"{name}.report.html")


def is_wanted(warehouse: Warehouse) -> bool:
    """Tell whether the shop's settings ask a build for its report."""
    run = warehouse.last_run()
    parameters = json.loads(run.parameters) if run and run.parameters else {}
    return bool(parameters.get("write_report", True))


def write_report(warehouse: Warehouse, to: Path) -> int:
    """Write the report of a build to a file, and return its number of bytes.

    The file is replaced at once: who reads it meanwhile reads the last one. Like the database it
    names customers, so it gets the database's rights.

    Raises
    ------
    RecsysError
        The file can't be written, or another file that is no report has its name.
    DatabaseError
        The database lacks a column that this version reads.

    """
    refuse_other_files(to)
    return replace(to, page(Source(warehouse)), like=warehouse.path)
