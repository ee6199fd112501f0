"""What the last build was made of, and what has changed since: a part of `recsys status`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from recsys.cli.output import Column, counted, print_line, print_table
from recsys.errors import RecsysError
from recsys.pipeline.changes import Change
from recsys.pipeline.kept_fit import kept_fit
from recsys.pipeline.last_published import Published, Since, last_published, since_last_build
from recsys.storage.last_build import last_build
from recsys.storage.work_folder import work_folder

SAME = "unchanged"
MAIN_VERSIONS = ("recsys", "code", "python", "duckdb")
"""Those shown; all count."""


def made_of(database: Path) -> dict[str, Any] | None:
    """Return what the published file was made of and what has changed since; None if unknown.

    Parameters
    ----------
    database
        The DuckDB file; where it is a symbolic link, the file that it leads to.

    """
    database = database.resolve()
    published = last_published(database)
    if published is None:
        return None
    told = last_build(work_folder(database))
    try:
        since = since_last_build(
            database, told.shop if told else None, told.variables if told else {}
        )
    except (RecsysError, OSError) as error:
        since = Since(published, published.made_of, (Change("inputs", str(error)),))
    changes = since.changes if since else ()
    return {
        "run_id": published.run_id,
        **_said(published),
        "fit": _fit(database),
        "changes": [{"kind": change.kind, "text": change.text} for change in changes],
    }


def print_made_of(said: dict[str, Any] | None) -> None:
    """Print what `made_of` returned."""
    if said is None:
        return
    changes: dict[str, list[str]] = {}
    for change in said["changes"]:
        changes.setdefault(change["kind"], []).append(change["text"])
    if "database" in changes:
        print_line("")
        print_line(
            f"{changes['database'][0]} since run {said['run_id'][:8]}, the last that is known: "
            "the next build builds everything anew",
            "yellow",
        )
        return
    inputs = ", ".join(
        f"{name} ({counted(found['files'], 'file', 'files')}, {found['bytes'] / 1e6:,.1f} MB)"
        for name, found in said["inputs"].items()
    )
    settings = ", ".join(f"{name}={value}" for name, value in said["settings"].items())
    versions = ", ".join(f"{name} {said['version'][name]}" for name in MAIN_VERSIONS)
    rows = [("inputs", inputs), ("shop file", said["shop"]), ("settings", settings or "none given")]
    rows.append(("version", versions))
    if "forgotten" in changes:
        rows.append(("forgotten", ""))
    if said["day"] or "day" in changes:
        rows.append(("day", said["day"]))
    if (fit := said["fit"]) is not None:
        then = f"run {fit['run_id'][:8]}, knew all until {fit['as_of']}"
        rows.append(("fit", then))
        changes["fit"] = [_due(fit)]
    print_table(
        "What the build was made of",
        [Column("", "id"), Column("at the build"), Column("since then")],
        [(kind, what, "; ".join(changes.get(kind, [SAME]))) for kind, what in rows],
        empty="nothing",
    )


def _due(fit: dict[str, Any]) -> str:
    """Return when, or why, the next fit is due."""
    due = fit["ended"] or f"fits anew from {fit['due_on']} on"
    if not fit["is_pinned"]:
        return str(due)
    without = due if fit["ended"] or fit["due_on"] != fit["as_of"] else "each build fits"
    return f"pinned_fit pins it; without that: {without}"


def _fit(database: Path) -> dict[str, Any] | None:
    """Return what serves on in later builds (refit_after_days); None where each build fits."""
    kept = kept_fit(database)
    if kept is None:
        return None
    return {
        "run_id": kept.fit.run_id,
        "as_of": kept.fit.as_of.isoformat(),
        "due_on": kept.fit.due_on(kept.days).isoformat(),
        "ended": kept.ended,
        "is_pinned": kept.is_pinned,
    }


def _said(published: Published) -> dict[str, Any]:
    found = published.made_of
    return {
        "inputs": {
            name: {
                "files": len(marks),
                "bytes": sum(mark.size for mark in marks.values()),
            }
            for name, marks in found.inputs.items()
        },
        "shop": str(found.shop.get("name", "")),
        "settings": found.settings,
        "version": found.version,
        "day": None if found.day is None else found.day.isoformat(),
    }
