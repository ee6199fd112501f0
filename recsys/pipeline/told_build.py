"""A build, and what is told of it to whom the shop file names."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recsys.errors import DriftError
from recsys.pipeline.build import BuildResult
from recsys.pipeline.drift_found import Drift, drift_of, in_words
from recsys.pipeline.notices import Notice, champions_of, notices_of
from recsys.pipeline.notifying import notify, problems
from recsys.settings.project import SHOP_VARIABLE
from recsys.shop.notifications import notifications_of
from recsys.storage.work_folder import unpublished, work_folder


@dataclass(frozen=True)
class ToldBuild:
    """A build that succeeded, and what is to be said of it beside its own warnings."""

    result: BuildResult
    drift: Drift
    failures: tuple[str, ...]
    """Whom it couldn't tell."""


def told_build(
    shop: Path | str | None,
    database: Path,
    build: Callable[[], BuildResult | None],
    warn: Callable[[str], None],
) -> ToldBuild | None:
    """Run a build, and tell whom the shop file names what became of it.

    Parameters
    ----------
    shop
        The shop file; None: what RECSYS_SHOP says.
    database
        The file that is built.
    build
        Builds it; it returns None where nothing has changed since the last build.
    warn
        Is called with each sentence on whom it can't tell, if the build fails or before it begins.

    Returns
    -------
    ToldBuild or None
        None where nothing was built.

    """
    notifications = notifications_of(shop or os.environ.get(SHOP_VARIABLE))
    database = database.resolve()
    facts: dict[str, Any] = {"shop": shop and str(shop), "database": str(database)}
    for problem in problems(notifications):
        warn(problem)
    before = champions_of(database) if notifications.notify else {}
    try:
        result = build()
    except Exception as error:
        failed = _failed(error, database)
        for failure in notify(notifications, failed, {**facts, "run_id": None}):
            warn(failure)
        raise
    if result is None:
        for failure in notify(notifications, [_skipped()], {**facts, "run_id": None}):
            warn(failure)
        return None
    drift = drift_of(database)
    notices = [_succeeded(result), *notices_of(before, champions_of(database), drift)]
    failures = notify(notifications, notices, {**facts, "run_id": result.run_id})
    return ToldBuild(result, drift, tuple(failures))


def _failed(error: Exception, database: Path) -> list[Notice]:
    said = str(error) or type(error).__name__
    log = str(work_folder(database) / "logs" / "build.jsonl")
    details = {"error": type(error).__name__, "message": said, "log": log}
    notices = [Notice("build_failed", said.splitlines()[0], details)]
    if isinstance(error, DriftError):
        found = drift_of(unpublished(database))
        notices += notices_of({}, {}, found)
    return notices


def _skipped() -> Notice:
    return Notice("build_skipped", "Nothing has changed since the last build")


def _succeeded(result: BuildResult) -> Notice:
    return Notice(
        "build_succeeded",
        f"Built in {result.seconds:.0f} s",
        {
            "seconds": round(result.seconds, 1),
            "steps": result.finished,
            "warnings": [node.name for node in result.warnings],
        },
    )


def drift_line(drift: Drift) -> str:
    """Return the line of `recsys build` on drift."""
    return f"Drift: {in_words(drift)}"
