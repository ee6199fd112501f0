"""`recsys builds` and `recsys rollback`: the builds that are kept, and putting one back."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from recsys.cli.build import write_report_of
from recsys.cli.changes import print_list_changes
from recsys.cli.options import DatabaseOption, JsonOption
from recsys.cli.output import (
    Column,
    print_json,
    print_line,
    print_table,
    score,
    short_id,
    shown,
)
from recsys.errors import RecsysError
from recsys.pipeline.kept_builds import Build, builds_of
from recsys.pipeline.rollback import roll_back
from recsys.reading.compared import list_changes
from recsys.reading.ranked_tables import ListType
from recsys.settings.project import database_path

RunArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN",
        help="The first letters of the run to put back, as `recsys builds` shows them. Default: "
        "the newest that is older than the published one.",
        show_default=False,
    ),
]


def builds(database: DatabaseOption = None, json: JsonOption = False) -> None:
    """List the published build and the earlier ones that are kept, with their metrics."""
    path = database_path(database).resolve()
    found = builds_of(path)
    if not found:
        raise RecsysError(f"no database at {path}, nor an earlier build: build it: recsys build")
    if json:
        print_json([_as_json(build) for build in found])
        return
    runs = [build.run_id for build in found]
    print_table(
        "Builds, the newest first; NDCG@10 of who serves, before re-ranking and rules",
        [
            Column("run ", "id"),
            Column("published (UTC)", "id"),
            *(Column(name, "number") for name in ListType),
            Column("MB", "number"),
        ],
        [
            (
                short_id(build.run_id, runs) + ("*" if build.is_current else " "),
                f"{build.published_at:%Y-%m-%d %H:%M}",
                *(_ndcg(build, name) for name in ListType),
                f"{build.size / 1e6:,.1f}",
            )
            for build in found
        ],
        empty="none",
    )
    print_line("* is published")
    if len(found) > 1:
        print_line("Put one back: recsys rollback RUN")


def rollback(
    run: RunArgument = None, database: DatabaseOption = None, json: JsonOption = False
) -> None:
    """Put an earlier build back in the place of the published one, and say what that changes."""
    path = database_path(database)
    done = roll_back(path, run)
    before, now = done.replaced, done.published
    changes = list_changes(before.file, now.file) if before is not None else []
    if json:
        print_json(
            {
                "published": _as_json(now),
                "replaced": None if before is None else _as_json(before),
                "list_changes": changes,
            }
        )
        write_report_of(path, quiet=True)
        return
    print_line(f"Published again: run {now.run_id[:8]}, as of {_day(now.run.get('as_of'))}")
    if before is None:
        return
    print_table(
        "What changes",
        [Column("", "id"), Column("was", "number"), Column("is", "number")],
        [
            ("run", before.run_id[:8], now.run_id[:8]),
            *(
                (name, shown(before.run.get(name)), shown(now.run.get(name)))
                for name in ("as_of", "purchases", "customers", "products")
            ),
            *((f"NDCG@10 {name}", _ndcg(before, name), _ndcg(now, name)) for name in ListType),
        ],
        empty="nothing",
    )
    print_list_changes(changes, empty="neither build has lists")
    write_report_of(path)
    print_line(f"What was published is kept: recsys rollback {before.run_id[:8]}")


def _as_json(build: Build) -> dict[str, Any]:
    return asdict(build) | {"file": str(build.file)}


def _day(moment: Any) -> str:
    return moment.isoformat()[:10] if isinstance(moment, datetime) else shown(moment)


def _ndcg(build: Build, name: str) -> str:
    return score(build.run.get(f"ndcg_at_10_{name}"), decimals=4)
