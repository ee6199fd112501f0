"""Build a shop's database: dbt's programmatic runner on the project that comes with the package."""

import json
import logging
import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from recsys.errors import RecsysError
from recsys.pipeline.build_environment import environment, made_work_folder, named_shop
from recsys.pipeline.build_events import BuildEvent, FitsAnew, NodeFinished, Progress
from recsys.pipeline.build_failure import core_message, failure
from recsys.pipeline.build_watch import BuildWatch
from recsys.pipeline.fingerprint import who_is_forgotten
from recsys.pipeline.forecast import remember_seconds
from recsys.pipeline.json_log import FILE as JSON_LOG
from recsys.pipeline.json_log import JsonLog
from recsys.pipeline.last_published import remember_published
from recsys.pipeline.pinned_fit import replaced
from recsys.pipeline.published_tables import day_of_undated_lines, kept_builds, published_choice
from recsys.pipeline.publishing import published
from recsys.pipeline.whole_build import WholeBuild, made_of
from recsys.settings.project import SHOP_VARIABLE, dbt_project_folder
from recsys.shop import DEFAULT_SHOP, load_shop
from recsys.shop.checked_settings import check_settings
from recsys.storage.database_name import refuse_name, refuse_special_file
from recsys.storage.forgotten import complete_list
from recsys.storage.last_build import remember


@dataclass(frozen=True)
class BuildResult:
    """A build that succeeded; `warnings` are the tests that found something, but not an error."""

    database: Path
    run_id: str
    seconds: float
    finished: int
    warnings: tuple[NodeFinished, ...]
    log: Path
    notes: tuple[str, ...] = ()
    """What else is to be said, such as that the file's owner couldn't be kept."""


def build(
    shop: Path | str | None,
    database: Path,
    *,
    select: Sequence[str] | None = None,
    exclude: Sequence[str] | None = None,
    variables: Mapping[str, object] | None = None,
    tests: bool = True,
    models: Collection[str] | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> BuildResult:
    """Read a shop's files and (re)build every table of its database, tests included.

    A build of everything that was killed, or failed, is gone on with where inputs, settings and
    version are the same: what it has made isn't made again.

    Parameters
    ----------
    shop
        A shop file, or the name of a shop that comes with the package. None: what RECSYS_SHOP
        says, else the default shop.
    database
        The DuckDB file to write: whoever reads it reads the last build until this one has
        succeeded. dbt's work files, logs and the copy it works on go to `.recsys/` beside it.
    select
        dbt selectors such as `staging` or `+marts.customers`; None: everything.
    exclude
        Selectors of what isn't built though it is selected.
    variables
        Settings by name; they win over the shop file's.
    tests
        Whether the tests of what is built run, too.
    models
        Names of the only models that are published; None: those tagged `published`, or with the
        setting keep_working_tables all.
    full
        Whether everything is made anew, whatever a build that was killed has left.
    progress
        Called with each event, from several threads, one at a time.

    Raises
    ------
    ShopFileError
        The shop file isn't there or isn't legal.
    InvalidParameterError
        A variable isn't a setting, or a setting isn't legal.
    DatabaseError
        The database isn't a file, or another process writes to it.
    RecsysError
        A node failed, an input can't be read, or the disk is full; the message names what failed
        and the full log. The database is as it was.

    """
    refuse_settings(shop, variables or {})
    wish = _Wish(select, exclude, variables or {}, tests, models)
    try:
        return _build(shop, database, wish, full=full, progress=progress)
    except _FitIsDueError as due:  # it was found out from the lines
        return _build(shop, database, wish, full=True, progress=progress, why=str(due))


class _Wish(NamedTuple):
    """What is to be built; see `build`."""

    select: Sequence[str] | None
    exclude: Sequence[str] | None
    variables: Mapping[str, object]
    tests: bool
    models: Collection[str] | None

    @property
    def is_whole(self) -> bool:
        chooses = self.select is not None or self.exclude is not None or self.models is not None
        return self.tests and not chooses


class _FitIsDueError(RecsysError):
    """A build found that the fit it was to serve on with can't serve."""


def _build(
    shop: Path | str | None,
    database: Path,
    wish: _Wish,
    *,
    full: bool,
    progress: Progress | None,
    why: str | None = None,
) -> BuildResult:
    """Build it once; `why` says why it fits anew.

    Raises
    ------
    _FitIsDueError
        An earlier fit was to serve on, and can't: nothing was published.

    """
    refuse_special_file(database)
    database = database.resolve()  # what a link points to is what is replaced
    refuse_name(database)
    work = made_work_folder(database)
    given, project = wish.variables, dbt_project_folder()
    of = made_of(database, named_shop(shop), given, project) if wish.is_whole else None
    whole = WholeBuild(database, of, full=full)
    run_ids: list[str] = []
    lines = JsonLog(work / "logs" / JSON_LOG, lambda: whole.run_id(run_ids[0]) if run_ids else "")

    def begin(run_id: str) -> None:
        run_ids.append(run_id)
        whole.begin(run_id)

    def tell(event: BuildEvent) -> None:
        lines.progress(event)
        if progress is not None:
            progress(event)

    started = time.monotonic()
    log = work / "logs" / "dbt.log"
    with lines, published(database, whole.goes_on) as publication:
        copy = publication.copy
        whole.before = publication.before
        arguments = _arguments(work, wish) + whole.left_out()
        with environment(copy, shop, whole.as_run()):
            read = os.environ.get(SHOP_VARIABLE)
            lines.begin(database=str(database), shop=read)
            put_right = complete_list(copy, work)
            if why := why or whole.why_fit_anew:
                tell(FitsAnew(why, is_pinned=whole.pin is not None))
            watch = BuildWatch(tell, began=begin, ended=whole.add, went_on=whole.went_on())
            outcome = _run_dbt(arguments, watch)
        if outcome.exception is not None or not outcome.success:
            if (due := whole.refit_due(watch.finished)) is not None:
                raise _FitIsDueError(due)
            goes_on = whole.fail(outcome.exception, watch.finished)
            raise failure(outcome.exception, watch.finished, database, log, goes_on=goes_on)
        if not watch.finished and whole.remains is None:
            raise RecsysError(f"nothing to build: no node matches {' '.join(wish.select or ())!r}")
        publication.choice = published_choice(copy, work / "target", given, wish.models)
        publication.keep_builds = kept_builds(copy, given)
        of = of and of.on_day(day_of_undated_lines(copy)).keeping_out(who_is_forgotten(work))
        publication.keep = whole.keeper(watch.run_id, of)
    run_id = whole.run_id(watch.run_id)
    warnings = tuple(node for node in watch.finished if node.status == "warn")
    said = tuple(f"{node.kind} {node.name}: {core_message(node.message)}" for node in warnings)
    remember_published(database, publication.state, run_id, of, said)
    remember(work, read, given)
    if wish.select is None and wish.exclude is None:  # of a whole build
        seconds = {node.name: node.seconds for node in watch.finished}
        remember_seconds(work, {**whole.seconds_before, **seconds})
    return BuildResult(
        database=database,
        run_id=run_id,
        seconds=time.monotonic() - started,
        finished=whole.steps_done + len(watch.finished),
        warnings=warnings,
        log=log,
        notes=(
            *publication.warnings,
            *_said_of_the_list(put_right),
            *replaced(whole.pin, whole.fit.run_id if whole.fit else run_id),
        ),
    )


def _said_of_the_list(put_right: int) -> list[str]:
    if not put_right:
        return []
    return [
        f"forgotten.json lacked {put_right:,} of the customers who were forgotten, as a copy of "
        "before does: they are kept out, and it has them again"
    ]


def refuse_settings(shop: Path | str | None, variables: Mapping[str, object]) -> None:
    """Refuse a shop file and settings that no build could use, before anything is read.

    Parameters
    ----------
    shop, variables
        As of `build`.

    Raises
    ------
    ShopFileError
        The shop file isn't there or isn't legal.
    InvalidParameterError
        A variable isn't a setting, or a setting isn't legal.

    """
    check_settings(load_shop(named_shop(shop) or DEFAULT_SHOP), variables)


def _arguments(work: Path, wish: _Wish) -> list[str]:
    project = str(dbt_project_folder())
    arguments = ["build", "--exclude-resource-type", "unit_test"]  # unit tests are for developers
    if not wish.tests:
        arguments += ["--exclude-resource-type", "test"]
    arguments += ["--project-dir", project, "--profiles-dir", project]
    arguments += ["--target-path", str(work / "target"), "--log-path", str(work / "logs")]
    arguments += ["--log-level", "none"]
    if "DBT_LOG_LEVEL_FILE" not in os.environ:  # all of the SQL would cost a tenth of a small build
        arguments += ["--log-level-file", "info"]
    for selector in wish.select or ():
        arguments += ["--select", selector]
    for selector in wish.exclude or ():
        arguments += ["--exclude", selector]
    if wish.variables:
        arguments += ["--vars", json.dumps(dict(wish.variables), default=str)]  # dates
    return arguments


def _run_dbt(arguments: list[str], watch: BuildWatch) -> Any:
    # Imported here: dbt takes seconds to load, and only a build needs it.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    complains, logging.raiseExceptions = logging.raiseExceptions, False
    try:
        return dbtRunner(callbacks=[watch]).invoke(arguments)
    finally:
        logging.raiseExceptions = complains  # a traceback per line that finds no room in the log
        close: Callable[[], None] = DuckDBConnectionManager.close_all_connections
        close()  # else this process keeps the lock
