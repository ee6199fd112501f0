"""A build that serves on with what an earlier one fitted: what of that isn't made again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from recsys.pipeline.journal import PASSED, Journal
from recsys.pipeline.kept_fit import KeptFit, put_back, take_back
from recsys.pipeline.remains import Nodes, made_models, nodes_of, selector_of
from recsys.settings.project import MARKS
from recsys.storage.connections import connect
from recsys.storage.work_folder import unpublished, work_folder

TAG = "fitted"
"""What `dbt_project.yml` tags the models with that stay while a fit serves; views are made anew."""
READ_BEFORE = frozenset(
    {"recommendations", "run_history", "run_shares", "drift", "experiment_arms"}
)
"""Tables that models read as the build before left them, beside those that only grow."""
CHECK, REFIT_MARK = "int_fit", "fit anew: "
"""The model that finds out whether a fit can still serve, and how its message begins if not."""


@dataclass(frozen=True)
class Refresh:
    """What a fit that serves on has made."""

    kept: KeptFit
    nodes: tuple[str, ...]
    """dbt's selectors of the models that stay, and of the tests of them that passed."""
    models: tuple[str, ...]
    """Names of those models."""
    names: tuple[str, ...]
    """Names of those models and tests."""
    seconds: Mapping[str, float]
    """How long they took, by their names."""

    def as_run(self) -> dict[str, object]:
        """Return what the dbt project's macros are told of it."""
        return {"refreshes": True, "finished": list(self.models)}


def begun_refresh(database: Path, kept: KeptFit) -> Refresh | None:
    """Take the kept copy back and leave in its marks what stays; None if it isn't whole.

    Nobody else may build the database meanwhile.

    Parameters
    ----------
    database
        The file itself, not a symbolic link to it.
    kept
        What is kept.

    """
    target = work_folder(database) / "target"
    nodes = nodes_of(target)
    stays = {key for key, node in nodes.items() if _stays(node)}
    if not stays or not _are_compiled(target, nodes, stays) or not take_back(database):
        return None
    copy = unpublished(database)
    try:
        if not stays <= made_models(copy):
            return None
        _mark_only(copy, stays)
    except (duckdb.Error, OSError):  # it is damaged
        return None
    journal = Journal(copy)
    steps = [
        step
        for step in journal.steps()
        if step.node in stays
        or (step.status == PASSED and _is_test_of(nodes.get(step.node, {}), stays))
    ]
    journal.begin_with(steps)
    done = sorted(stays | {step.node for step in steps})
    return Refresh(
        kept,
        nodes=tuple(selector_of(nodes[node]) for node in done),
        models=tuple(sorted(nodes[node]["name"] for node in stays)),
        names=tuple(nodes[node]["name"] for node in done),
        seconds={step.name: step.seconds for step in steps},
    )


def give_back(database: Path, refresh: Refresh) -> bool:
    """Keep the fit of a build that failed, unless it had come to what the next build reads.

    What is fitted is as it was, and all else that it made is made anew: an input that can't be read
    ends no fit.

    Parameters
    ----------
    database
        The file itself, not a symbolic link to it.
    refresh
        What the build served on with.

    """
    nodes = nodes_of(work_folder(database) / "target")
    try:
        made = [nodes[node] for node in made_models(unpublished(database)) if node in nodes]
        if any(node["name"] in READ_BEFORE or _grows(node) for node in made):
            return False
        put_back(database, refresh.kept)
    except (duckdb.Error, OSError):
        return False
    return True


def _grows(node: Mapping[str, Any]) -> bool:
    return bool(node["config"]["materialized"] == "incremental")


def _stays(node: Mapping[str, Any]) -> bool:
    config = node["config"]
    is_table = node["resource_type"] == "model" and config["materialized"] != "view"
    return is_table and TAG in config["tags"]


def _is_test_of(node: Mapping[str, Any], models: Collection[str]) -> bool:
    """Tell whether a test reads these models and nothing else."""
    read = node.get("depends_on", {}).get("nodes", [])
    return node.get("resource_type") == "test" and bool(read) and set(read) <= set(models)


def _are_compiled(target: Path, nodes: Nodes, models: Collection[str]) -> bool:
    """Tell whether the SQL that blocks of customers run is there."""
    compiled = target / "compiled"
    return all(
        (compiled / nodes[key]["package_name"] / nodes[key]["original_file_path"]).is_file()
        for key in models
        if nodes[key]["language"] == "sql"
    )


def _mark_only(copy: Path, models: Collection[str]) -> None:
    schema, name = MARKS
    with connect(copy) as connection:
        connection.execute(
            f"delete from {schema}.{name} where node not in (select unnest($models))",  # noqa: S608
            {"models": list(models)},
        )
