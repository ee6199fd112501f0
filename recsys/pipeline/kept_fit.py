"""What a build has fitted, kept so that later builds serve on with it."""

from __future__ import annotations

import contextlib
import shutil
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb
from pydantic import BaseModel, ConfigDict, ValidationError

from recsys.pipeline.changes import changes
from recsys.pipeline.drift_found import Drift, in_words
from recsys.pipeline.fingerprint import MODEL_FOLDER, Fingerprint
from recsys.pipeline.fit import Fit
from recsys.pipeline.journal import size_and_time
from recsys.storage.connections import connect
from recsys.storage.file_state import FileState
from recsys.storage.work_folder import fit_folder, unpublished
from recsys.storage.write_ahead_logs import logs_of

FILE = "fit.json"
SETTING, PIN = "refit_after_days", "pinned_fit"
FREE_SETTINGS = frozenset(
    {SETTING, PIN, "as_of", "keep_builds", "keep_days", "keep_working_tables"}
)
"""Settings that may change while a fit serves: nothing that is fitted depends on them."""

RUN_SNAPSHOT = """
create or replace table intermediate.fitted_run as
select
    $run as run_id,
    folds.cutoff_at as fitted_until,
    cast(0 as bigint) as lines,
    rating_scale.is_unary,
    rating_scale.has_purchases,
    counting_unit.counts_orders
from intermediate.int_folds as folds
cross join intermediate.int_rating_scale as rating_scale
cross join intermediate.int_counting_unit as counting_unit
where folds.fold = 'serving'
"""
SNAPSHOTS = """
create or replace table intermediate.fitted_lines as
select digests.customer_id, digests.line_digest
from intermediate.int_line_digests as digests
cross join intermediate.fitted_run as fitted
where digests.happened_at is null or digests.happened_at < fitted.fitted_until;

update intermediate.fitted_run
set lines = (select count(*) from intermediate.fitted_lines);

create or replace table intermediate.fitted_customers as
select customer_id as name, customer_key as number from intermediate.int_customers;

create or replace table intermediate.fitted_products as
select
    product_id as name,
    product_key as number,
    product_key in (select sold.product_key from intermediate.int_fold_products as sold) as is_sold
from intermediate.int_products;
"""
CODES = {
    "departments": "department",
    "categories": "category",
    "subcategories": "subcategory",
    "brands": "brand",
}
"""Tables of numbers by the column of int_products that they number."""


class KeptFit(BaseModel):
    """What is written beside a fit that is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fit: Fit
    days: int
    """The setting refit_after_days of the last build."""
    database: tuple[int, int] | None
    """Size of the file that was published with it, and when that was written."""
    ended: str | None = None
    """Why it serves no more, unless it is pinned; None: it may serve."""
    is_pinned: bool = False
    """Whether it serves on however old it is, and whatever drifts (the setting pinned_fit)."""


def kept_fit(database: Path) -> KeptFit | None:
    """Read which fit is kept of a database; None where none is.

    Parameters
    ----------
    database
        The file itself, not a symbolic link to it.

    """
    try:
        text = (fit_folder(database) / FILE).read_text(encoding="utf-8")
        return KeptFit.model_validate_json(text)
    except (OSError, ValidationError, ValueError):  # none, or of another version
        return None


def why_fit_anew(kept: KeptFit, now: Fingerprint, state: FileState | None) -> str | None:
    """Return why a fit can't serve a build; None if it can, as far as can be told before it.

    Whether it is too old, and whether lines of then have changed, the build itself finds out
    (the model `int_fit`).

    Parameters
    ----------
    kept
        The fit.
    now
        What the build is made of.
    state
        The state of the published file.

    """
    if kept.ended is not None and not now.settings.get(PIN):
        return kept.ended
    if kept.database != size_and_time(state):
        return "the database was rolled back, replaced or written to"
    before = kept.fit.made_of
    for change in changes(_that_counts(before), _that_counts(now)):
        return f"{change.kind}: {change.text}"
    return None


def keep_fit(database: Path, kept: KeptFit, *, is_new: bool) -> None:
    """Keep a build's copy and what is fitted; what was kept before is removed.

    Parameters
    ----------
    database
        The file that was published, itself.
    kept
        What is written down of it.
    is_new
        Whether the build itself has fitted.

    Raises
    ------
    OSError, duckdb.Error
        It can't be kept, as on a full disk.

    """
    copy = unpublished(database)
    (copy.parent / "published.duckdb").unlink(missing_ok=True)
    shutil.rmtree(copy.parent / "spill", ignore_errors=True)
    if is_new:
        with connect(copy) as connection:
            connection.execute(RUN_SNAPSHOT, {"run": kept.fit.run_id})
            connection.execute(SNAPSHOTS)
            for table, column in CODES.items():
                connection.execute(
                    f"create or replace table intermediate.fitted_{table} as "  # noqa: S608
                    f"select distinct {column} as name, {column}_code as number "
                    f"from intermediate.int_products where {column} is not null"
                )
    put_back(database, kept)


def put_back(database: Path, kept: KeptFit) -> None:
    """Make a build's copy the one that is kept.

    Raises:
        OSError: it can't be moved.

    """
    building, folder = unpublished(database).parent, fit_folder(database)
    (building / FILE).write_text(kept.model_dump_json(), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    building.rename(folder)


def forget_fit(database: Path, kept: KeptFit | None = None) -> None:
    """Remove a fit that is kept; `kept` says why, for the next build to tell."""
    folder = fit_folder(database)
    shutil.rmtree(folder, ignore_errors=True)
    if kept is not None:
        with contextlib.suppress(OSError):
            folder.mkdir()
            (folder / FILE).write_text(kept.model_dump_json(), encoding="utf-8")


def take_back(database: Path) -> bool:
    """Make the copy that is kept the one that a build works on; False if it isn't there whole."""
    copy, folder = unpublished(database), fit_folder(database)
    kept = folder / copy.name
    if not kept.is_file() or logs_of(kept) or not (folder / "serving" / "fitted").is_dir():
        return False
    shutil.rmtree(copy.parent, ignore_errors=True)
    (folder / FILE).unlink(missing_ok=True)  # a build that ends midway leaves no fit behind
    folder.rename(copy.parent)
    return True


def ended_by(drift: Drift) -> str | None:
    """Return why a fit that served a build serves no more, from what has drifted."""
    return f"drift: {in_words(drift)}" if drift.alarms else None


class RefitSettings(NamedTuple):
    """What a build's settings say of later builds."""

    days: int
    """The setting refit_after_days."""
    is_pinned: bool
    """Whether the setting pinned_fit is given."""
    as_of: date
    """The last day that the build knew."""

    @property
    def keeps_fit(self) -> bool:
        """Tell whether later builds are to serve on with what this one has fitted."""
        return self.days > 0 or self.is_pinned


def refit_settings(copy: Path) -> RefitSettings | None:
    """Read what a build's settings say of later builds; None: it has no such tables."""
    query = """
        select
            settings.refit_after_days,
            settings.pinned_fit is not null,
            cast(folds.cutoff_at - interval 1 day as date)
        from staging.stg_settings as settings
        cross join intermediate.int_folds as folds
        where folds.fold = 'serving'
    """
    try:
        with connect(copy, read_only=True) as connection:
            rows = connection.execute(query).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):  # some models of a project ran
        return None
    return RefitSettings(*rows[0]) if rows else None


def _that_counts(found: Fingerprint) -> Fingerprint:
    """Return what a fit depends on: not the lines, which the build itself compares."""
    inputs = {name: marks for name, marks in found.inputs.items() if name == MODEL_FOLDER}
    settings = {
        name: value
        for name, value in found.settings.items()
        if name not in FREE_SETTINGS and not name.startswith("drift_")
    }
    shop = {name: value for name, value in found.shop.items() if name != "as_of"}
    return found.model_copy(
        update={"inputs": inputs, "settings": settings, "shop": shop, "day": None}
    )
