"""What a build that ended early has left, for the next to go on from."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from recsys.pipeline.fingerprint import Fingerprint
from recsys.pipeline.journal import PASSED, Begun, Journal
from recsys.serving.block_files import BlockFiles
from recsys.settings.project import MARKS
from recsys.storage.connections import connect
from recsys.storage.file_state import FileState
from recsys.storage.names import quoted
from recsys.storage.work_folder import serving_folder, unpublished, work_folder
from recsys.storage.write_ahead_logs import logs_of

FITTED_FIRST = "int_serving_interactions"
"""The model that makes the folder of what is fitted for today, which later ones fill."""
SERVED = "int_served_blocks"
"""The model that serves from that folder and removes it; each of its readers takes one of the
folders that it fills, and removes that."""

Nodes = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Remains:
    """A build that ended early, and what needn't be done again."""

    begun: Begun
    nodes: tuple[str, ...]
    """dbt's selectors of the models that are made and the tests that passed."""
    models: tuple[str, ...]
    """Names of those models."""
    names: tuple[str, ...]
    """Names of those models and tests."""
    seconds: dict[str, float]
    """Of each step that ended well, by its name."""
    idle_seconds: float
    """Since it ended."""

    def as_run(self) -> dict[str, object]:
        """Return what the dbt project's macros are told of it."""
        return {
            "refreshes": self.begun.fit is not None,
            "run_id": self.begun.run_id,
            "started_at": f"{self.begun.started_at:%Y-%m-%d %H:%M:%S}",
            "idle_seconds": round(self.idle_seconds, 1),
            "finished": list(self.models),
        }


def remains_of(database: Path, state: FileState | None, made_of: Fingerprint) -> Remains | None:
    """Return what a build of the same inputs, settings and version has left; None if nothing fits.

    Nobody else may build the database meanwhile.

    Parameters
    ----------
    database
        The file itself, not a symbolic link to it.
    state
        Its state now.
    made_of
        What is to be built.

    """
    copy = unpublished(database)
    journal = Journal(copy)
    begun = journal.begun()
    if begun is None or not begun.made_of.is_same(made_of) or not begun.is_on(state):
        return None
    if logs_of(database) or not copy.is_file():
        return None
    nodes = nodes_of(work_folder(database) / "target")
    try:
        made = made_models(copy) & nodes.keys()
    except (duckdb.Error, OSError):  # the copy is damaged
        return None
    if not made or not _has_what_is_unread(BlockFiles(serving_folder(copy)), nodes, made):
        return None
    steps = [step for step in journal.steps() if step.node in nodes]
    done = sorted(made | {step.node for step in steps if step.status == PASSED})
    ended_at = journal.last_written_at()
    return Remains(
        begun,
        nodes=tuple(selector_of(nodes[node]) for node in done),
        names=tuple(nodes[node]["name"] for node in done),
        models=tuple(sorted(nodes[node]["name"] for node in made)),
        seconds={step.name: step.seconds for step in steps if step.node in done},
        idle_seconds=0 if ended_at is None else max(0, time.time() - ended_at),
    )


def selector_of(node: Mapping[str, Any]) -> str:
    """Return dbt's selector of a node of its manifest."""
    return "fqn:" + ".".join(node["fqn"])


def nodes_of(target: Path) -> Nodes:
    """Return the models and tests of the build before by dbt's ids."""
    try:
        nodes: Nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    except (OSError, ValueError, KeyError):
        return {}
    return nodes


def made_models(copy: Path) -> set[str]:
    """Return dbt's ids of the models that are finished, and remove what others have begun."""
    with connect(copy) as connection:
        begun = connection.execute(
            "select 'table', schema_name, table_name from duckdb_tables() "
            "where suffix(table_name, '__dbt_tmp') or suffix(table_name, '__dbt_backup') "
            "union all select 'view', schema_name, view_name from duckdb_views() "
            "where suffix(view_name, '__dbt_tmp') or suffix(view_name, '__dbt_backup')"
        ).fetchall()
        for kind, schema, name in begun:
            connection.execute(f"drop {kind} {quoted(schema)}.{quoted(name)} cascade")
        schema, name = MARKS
        with contextlib.suppress(duckdb.CatalogException):  # it ended before it had connected
            rows = connection.execute(f"select node from {schema}.{name}").fetchall()  # noqa: S608
            return {node for (node,) in rows}
    return set()


def _has_what_is_unread(files: BlockFiles, nodes: Nodes, made: set[str]) -> bool:
    """Tell whether the files are there that finished models have written and others are to read.

    They are removed when they are read, which may be a moment before their reader is finished.
    """
    ids = {node["name"]: key for key, node in nodes.items() if node["resource_type"] == "model"}
    if ids.get(FITTED_FIRST) in made and ids.get(SERVED) not in made:
        return files.fitted.is_dir()
    readers = {
        key
        for key, node in nodes.items()
        if node["resource_type"] == "model" and ids.get(SERVED) in node["depends_on"]["nodes"]
    }
    return ids.get(SERVED) not in made or len(files.unread()) >= len(readers - made)
