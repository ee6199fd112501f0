"""Which models a block of customers runs, in which order, and which tables they read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from recsys.errors import RecsysError


@dataclass(frozen=True)
class BlockModel:
    """A dbt model that a block runs: compiled SQL, or the source of a Python model."""

    schema: str
    name: str
    language: str
    """`sql` or `python`."""
    code: str
    is_view: bool
    reads: frozenset[str] = frozenset()
    """Names of the models that it reads."""


@dataclass(frozen=True)
class BlockPlan:
    """What a block runs."""

    catalog: str
    """The database's name, which the compiled SQL refers to."""
    models: tuple[BlockModel, ...]
    """In the order in which they are run."""
    inputs: tuple[tuple[str, str], ...]
    """Schema and name of the tables that the models read and that no model of the plan makes."""
    filled: tuple[tuple[str, str], ...]
    """Schema and name of the tables that they read and that a block has rows of its own in."""

    def reads_of(self) -> dict[str, frozenset[str]]:
        """Return the tables that are read when a model is made, or a view of it is read.

        A view reads when it is read: what it reads counts for its readers, too.
        """
        reads: dict[str, frozenset[str]] = {}
        views = {model.name for model in self.models if model.is_view}
        for model in self.models:
            reads[model.name] = model.reads.union(*(reads[name] for name in model.reads & views))
        return reads

    def read_last_by(self) -> dict[str, frozenset[str]]:
        """Return the tables that no later model reads, by the model that reads them last."""
        reads = self.reads_of()
        last = {name: model.name for model in self.models for name in reads[model.name]}
        return {
            reader: frozenset(name for name, by in last.items() if by == reader)
            for reader in last.values()
        }


def read_plan(target: Path, names: Iterable[str], replaced: Sequence[str] = ()) -> BlockPlan:
    """Return the plan that runs the models called `names`, as dbt compiled them last.

    Parameters
    ----------
    target
        dbt's target folder, with `manifest.json` and `compiled/`.
    names
        Models that a block computes.
    replaced
        Models that they read and that the block fills by itself.

    Raises
    ------
    RecsysError
        A model isn't in the manifest, or wasn't compiled.

    """
    nodes = _nodes(target)
    wanted = set(names)
    missing = sorted(wanted - set(nodes))
    if missing:
        raise RecsysError(
            f"no model is called {', '.join(missing)}: {target} is of another project"
        )
    parents = {name: _parents(nodes[name]) for name in wanted}
    order = TopologicalSorter({name: parents[name] & wanted for name in wanted}).static_order()
    read = sorted(set().union(*parents.values()) - wanted - set(replaced))
    return BlockPlan(
        catalog=nodes[min(wanted)]["database"],
        models=tuple(_model(target, nodes[name]) for name in order),
        inputs=tuple((nodes[name]["schema"], name) for name in read),
        filled=tuple((nodes[name]["schema"], name) for name in replaced),
    )


def needed_for(target: Path, name: str, names: Iterable[str]) -> set[str]:
    """Return those of the models called `names` that one of them reads, itself among them."""
    nodes, among = _nodes(target), set(names)
    found, waiting = set[str](), [name]
    while waiting:
        model = waiting.pop()
        if model in among and model not in found:
            found.add(model)
            waiting += _parents(nodes[model])
    return found


def _nodes(target: Path) -> dict[str, dict[str, Any]]:
    try:
        manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RecsysError(f"no manifest.json in {target}: run dbt with --write-json") from error
    return {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["package_name"] == "recsys"
    }


def _parents(node: dict[str, Any]) -> set[str]:
    return {
        parent.rsplit(".", 1)[1]
        for parent in node["depends_on"]["nodes"]
        if parent.startswith("model.")
    }


def _model(target: Path, node: dict[str, Any]) -> BlockModel:
    code = node["raw_code"]
    if node["language"] == "sql":
        compiled = target / "compiled" / node["package_name"] / node["original_file_path"]
        try:
            code = compiled.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise RecsysError(
                f"model {node['name']} isn't compiled: build it first, with what it depends on"
            ) from error
    is_view = node["config"]["materialized"] == "view"
    return BlockModel(
        node["schema"], node["name"], node["language"], code, is_view, frozenset(_parents(node))
    )
