"""Build a shop's database: dbt's programmatic runner on the project that comes with the package."""

import json
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recsys.errors import DriftError, InvalidParameterError, RecsysError
from recsys.pipeline.build_environment import environment, made_work_folder
from recsys.pipeline.build_events import (
    RECOMMENDER,
    BuildEvent,
    FirstJudged,
    NodeFinished,
    NodeStarted,
    Progress,
    Said,
)
from recsys.pipeline.drift_found import DRIFT_TEST, drift_of, in_words
from recsys.pipeline.first_metrics import first_ndcg_of_running_build
from recsys.pipeline.forecast import remember_seconds
from recsys.pipeline.json_log import FILE as JSON_LOG
from recsys.pipeline.json_log import JsonLog
from recsys.pipeline.published_tables import kept_builds, published_choice
from recsys.pipeline.publishing import published
from recsys.settings.project import SHOP_VARIABLE, dbt_project_folder, setting_names
from recsys.storage.database_name import refuse_name, refuse_special_file
from recsys.storage.disk import advice, is_full
from recsys.storage.last_build import remember
from recsys.storage.names import nearest
from recsys.storage.work_folder import unpublished

RAISED_BY_SQL = "Invalid Input Error: "
"""What DuckDB writes before the message of its function `error`."""
SETTINGS = "stg_settings"
"""The model that checks every setting, before anything else is built."""


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
    progress: Progress | None = None,
) -> BuildResult:
    """Read a shop's files and (re)build every table of its database, tests included.

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
    progress
        Called with each event, from several threads, one at a time.

    Raises
    ------
    InvalidParameterError
        A variable isn't a setting.
    DatabaseError
        The database isn't a file, or another process writes to it.
    RecsysError
        A node failed, an input can't be read, or the disk is full; the message names what failed
        and the full log. The database is as it was.

    """
    for name in variables or {}:
        if name not in setting_names():
            raise InvalidParameterError(f"unknown setting '{name}'{nearest(name, setting_names())}")
    refuse_special_file(database)
    database = database.resolve()  # what a link points to is what is replaced
    refuse_name(database)
    work = made_work_folder(database)
    watch = _Watch(lambda event: _tell(event, progress, lines.progress))
    lines = JsonLog(work / "logs" / JSON_LOG, lambda: watch.run_id)
    arguments = _arguments(work, select, variables, tests, exclude)
    started = time.monotonic()
    log = work / "logs" / "dbt.log"
    with lines, published(database) as publication, environment(publication.copy, shop):
        copy = publication.copy
        read = os.environ.get(SHOP_VARIABLE)
        lines.begin(database=str(database), shop=read)
        outcome = _run_dbt(arguments, watch)
        if outcome.exception is not None or not outcome.success:
            if not any(node.status == "success" for node in watch.finished):
                copy.unlink(missing_ok=True)  # nothing in it to look at
            raise _failure(outcome.exception, watch, database, log)
        if not watch.finished:
            raise RecsysError(f"nothing to build: no node matches {' '.join(select or ())!r}")
        target = work / "target"
        publication.choice = published_choice(copy, target, variables or {}, models)
        publication.keep_builds = kept_builds(copy, variables or {})
    remember(work, read, variables or {})
    if select is None and exclude is None:  # of a whole build
        remember_seconds(work, {node.name: node.seconds for node in watch.finished})
    return BuildResult(
        database=database,
        run_id=watch.run_id,
        seconds=time.monotonic() - started,
        finished=len(watch.finished),
        warnings=tuple(node for node in watch.finished if node.status == "warn"),
        log=log,
        notes=tuple(publication.warnings),
    )


def _tell(event: BuildEvent, *listeners: Progress | None) -> None:
    for listener in listeners:
        if listener is not None:
            listener(event)


class _Watch:
    """Turns dbt's events into ours, and remembers what ended."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._lock = threading.Lock()
        self._total = 0
        self.run_id = ""
        self.finished: list[NodeFinished] = []

    def __call__(self, event: Any) -> None:
        with self._lock:
            translated = self._translate(event.info.name, event)
            if translated is not None:
                self._progress(translated)
        if isinstance(translated, NodeFinished) and translated.is_recommender:
            ndcg = first_ndcg_of_running_build(translated.name)
            if ndcg is not None:
                with self._lock:
                    name = translated.name.removeprefix(RECOMMENDER)
                    self._progress(FirstJudged(name, ndcg))

    def _translate(self, name: str, event: Any) -> BuildEvent | None:
        self.run_id = event.info.invocation_id or self.run_id
        match name:
            case "ConcurrencyLine":
                self._total = event.data.node_count
            case "NodeStart":
                node = event.data.node_info
                return NodeStarted(node.node_name, node.resource_type)
            case "NodeFinished":
                node, result = event.data.node_info, event.data.run_result
                ended = NodeFinished(
                    name=node.node_name,
                    kind=node.resource_type,
                    status=result.status,
                    seconds=result.execution_time,
                    message=result.message,
                    index=len(self.finished) + 1,
                    total=self._total,
                )
                self.finished.append(ended)
                return ended
            case "AdapterEventInfo" | "AdapterEventWarning" if event.data.name == "recsys":
                return Said(event.info.msg.removeprefix("recsys adapter: "))
        return None


def _arguments(
    work: Path,
    select: Sequence[str] | None,
    variables: Mapping[str, object] | None,
    tests: bool = True,
    exclude: Sequence[str] | None = None,
) -> list[str]:
    project = str(dbt_project_folder())
    arguments = ["build", "--exclude-resource-type", "unit_test"]  # unit tests are for developers
    if not tests:
        arguments += ["--exclude-resource-type", "test"]
    arguments += ["--project-dir", project, "--profiles-dir", project]
    arguments += ["--target-path", str(work / "target"), "--log-path", str(work / "logs")]
    arguments += ["--log-level", "none", "--log-level-file", "debug"]
    for selector in select or ():
        arguments += ["--select", selector]
    for selector in exclude or ():
        arguments += ["--exclude", selector]
    if variables:
        arguments += ["--vars", json.dumps(dict(variables), default=str)]  # dates
    return arguments


def _run_dbt(arguments: list[str], watch: _Watch) -> Any:
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


def _failure(
    error: BaseException | None, watch: _Watch, database: Path, log: Path
) -> BaseException:
    cause = error
    while cause is not None:  # dbt wraps what the shop file's plugin raises
        if isinstance(cause, KeyboardInterrupt | RecsysError):
            return cause
        cause = cause.__cause__ or cause.__context__
    if error is not None:
        what = "ended early" if watch.finished else "could not start"
        text = f"the build {what}: {core_message(str(error))}\nlog: {log}"
        return RecsysError(f"{text}\n{advice(database.parent)}" if is_full(text) else text)
    failed = [node for node in watch.finished if node.status in ("error", "fail")]
    if [node.name for node in failed] == [SETTINGS]:
        return InvalidParameterError(core_message(failed[0].message))
    if [node.name for node in failed] == [DRIFT_TEST]:
        return _drift_error(database, log)
    skipped = sum(node.status == "skipped" for node in watch.finished)
    lines = [f"{node.kind} {node.name}: {core_message(node.message)}" for node in failed]
    if not failed:
        lines.append("dbt names no failing node")
    if skipped:
        lines.append(f"{skipped} that depend on it were not built")
    text = "the build failed\n  " + "\n  ".join(lines) + f"\nlog: {log}"
    if any(node.status == "success" for node in watch.finished):
        text += f"\nwhat it made until then: {unpublished(database)}"
    if is_full(text):
        text += f"\n{advice(database.parent)}"
    state = "is as it was" if database.exists() else "was not made"
    return RecsysError(f"{text}\n{database} {state}")


def _drift_error(database: Path, log: Path) -> DriftError:
    copy = unpublished(database)
    found = drift_of(copy)
    return DriftError(
        f"the build isn't published: drift_fails_build is set, and {in_words(found)}\n"
        f"what was built: {copy}\nlog: {log}\nWhere the change is meant: "
        "recsys build --set drift_fails_build=false"
    )


def core_message(message: str) -> str:
    r"""Return what a failure says, without dbt's frame and without a traceback.

    >>> core_message("Runtime Error in model a (a.sql)\n  Binder Error: no column b\n  Line 1")
    'Binder Error: no column b Line 1'
    >>> core_message("Python model failed:\n  Traceback (most ...\n  recsys.errors.XError: no b")
    'no b'
    """
    raised = re.findall(r"^\s*recsys\.errors\.\w+: (.*(?:\n(?!\s*\n).*)*)", message, re.MULTILINE)
    if raised:
        return " ".join(raised[-1].split())
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    if any(line.startswith("Traceback") for line in lines):
        return lines[-1]
    if len(lines) > 1 and re.match(r"\w+ Error( in |$)", lines[0]):
        lines = lines[1:]
    return " ".join(lines).removeprefix(RAISED_BY_SQL)
