"""Reads and cleans a shop in a temporary database, and reports what came of it."""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from recsys.checking.questions import ask, example_rows
from recsys.checking.support import Support, supported
from recsys.errors import DatabaseError, RecsysError
from recsys.pipeline.build import build
from recsys.pipeline.notifying import problems
from recsys.settings.project import SHOP_VARIABLE
from recsys.shop import DEFAULT_SHOP, attach_shop, load_shop
from recsys.shop.checked_settings import check_settings
from recsys.shop.notifications import notifications_of
from recsys.storage.connections import connect
from recsys.storage.scratch import Scratch
from recsys.storage.work_folder import unpublished

NEEDED = (
    *("+int_fold_customers", "+int_labels", "+int_list_types"),
    *("+input_audit", "+rejected_rows", "+cleaning_report", "+input_support"),
    "int_customer_attributes",
)
Rows = list[dict[str, Any]]


@dataclass
class Report:
    """What was found; the parts that couldn't be reached are empty."""

    shop: str
    error: str | None = None
    """Why it wouldn't build; None: it would."""
    lines: Rows = field(default_factory=list)
    """source, outcome, reason, rows: as marts.input_audit."""
    examples: Rows = field(default_factory=list)
    """source, reason, file, row_number, values: some rejected lines of each reason."""
    cleaning: Rows = field(default_factory=list)
    """The rules that changed or flagged something, rejecting aside: as marts.cleaning_report."""
    facts: dict[str, Any] = field(default_factory=dict)
    """Counts of what is left, the first and the last day."""
    support: Support | None = None
    missing: Rows = field(default_factory=list)
    """aspect, consequence: what the files don't have, as marts.input_support."""
    notify: list[str] = field(default_factory=list)
    """Whom `notify:` of the shop file names, and a build couldn't tell."""
    cause: RecsysError | None = None
    """What a build would raise."""

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        told = asdict(replace(self, cause=None))
        del told["cause"]
        return told


def check_shop(shop: str | Path | None, variables: Mapping[str, object] | None = None) -> Report:
    """Read and clean a shop's files, and say what the data can support.

    Nothing is fitted, and no database but a temporary one is written.

    Parameters
    ----------
    shop
        A shop file, or the name of a shop that comes with the package. None: what RECSYS_SHOP
        says, else the default shop.
    variables
        Settings by name; they win over the shop file's.

    Raises
    ------
    ShopFileError
        The shop file, or a file it names, can't be read.
    InvalidParameterError
        A setting isn't legal.

    """
    loaded = load_shop(shop or os.environ.get(SHOP_VARIABLE) or DEFAULT_SHOP)
    check_settings(loaded, variables or {})
    with Scratch() as scratch, connect(spill=scratch.spill) as connection:
        connection.execute("set enable_progress_bar = false")
        attach_shop(connection, loaded, {}, scratch)  # a wrong column is said at once, not by dbt
    told = notifications_of(shop or os.environ.get(SHOP_VARIABLE))
    report = Report(loaded.name, notify=problems(told))
    with Scratch() as scratch:
        database = scratch.path / "check.duckdb"
        try:
            # what is asked below are working tables
            kept = {**(variables or {}), "keep_working_tables": True}
            build(shop, database, select=NEEDED, variables=kept, tests=False)
        except RecsysError as error:
            report.error, report.cause = _without_tables(str(error)), error
            database = unpublished(database.resolve())
        if not database.exists():
            return report
        gc.collect()  # a build that failed early leaves its connection to the collector
        try:
            with connect(database, read_only=True) as connection:
                _fill(report, connection)
        except duckdb.Error as error:
            if report.error is not None:
                return report  # which says why there is nothing to ask
            raise DatabaseError(f"what was read can't be asked: {error}") from error
    return report


def _without_tables(error: str) -> str:
    """Leave out of a failed build's message what is gone with the temporary database."""
    lines = error.partition("\nlog:")[0].splitlines()
    said = " ".join(line.strip() for line in lines if not line.endswith("were not built"))
    return said.replace("marts.input_audit and marts.rejected_rows say why", "see why above")


def _fill(report: Report, connection: duckdb.DuckDBPyConnection) -> None:
    built = {
        name
        for (name,) in connection.execute(
            "select table_name from information_schema.tables"
        ).fetchall()
    }
    if {"input_audit", "rejected_rows"} <= built:
        report.lines = ask(
            connection,
            "select source, outcome, reason, rows from marts.input_audit "
            "order by source, outcome, rows desc, reason",
        )
        report.examples = example_rows(connection)
    if "cleaning_report" in built:
        report.cleaning = ask(
            connection,
            "select source, rule, rows, effect, setting, example from marts.cleaning_report "
            "where rows > 0 and effect <> 'rejected' order by source, rows desc, rule",
        )
    if "input_support" in built:
        report.missing = ask(
            connection,
            "select aspect, consequence from marts.input_support where not is_given",
        )
    if report.error is None:
        report.facts, report.support = supported(connection)
