"""Models stand in stages, data flows down them, and docs/architecture.md shows how."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")
Places = dict[str, str]
Arrows = set[tuple[str, str]]


def declared_stages() -> dict[str, str]:
    """Return the schema of each stage, in their order."""
    return dict(re.findall(r"^\| `([\w/]+)` \| `(\w+)` \|", PAGE, re.MULTILINE))


def drawn_arrows() -> Arrows:
    [graph] = re.findall(r"```mermaid\n(.*?)```", PAGE, re.DOTALL)
    names = dict(re.findall(r"^ +(\w+)\[(.+?)\]$", graph, re.MULTILINE))
    arrows = re.findall(r"^ +(\w+) --> (\w+)$", graph, re.MULTILINE)
    return {(names.get(one, one), names.get(other, other)) for one, other in arrows}


def stage_of(file: str) -> str:
    return "/".join(Path(file).parts[1:-1])


def back_up(order: list[str], places: Places, parents: Mapping[str, set[str]]) -> list[str]:
    """Return the references from a stage to one that stands below it."""
    number = {stage: place for place, stage in enumerate(order)}
    return sorted(
        f"{model} ({places[model]}) refers to {parent} ({places[parent]})"
        for model, others in parents.items()
        for parent in others
        if number[places[parent]] > number[places[model]]
    )


def arrows_needed(places: Places, parents: Mapping[str, set[str]], order: list[str]) -> Arrows:
    """Return the arrows between stages for which no longer way stands."""
    direct: dict[str, set[str]] = {stage: set() for stage in order}
    for model, others in parents.items():
        for parent in others:
            direct[places[parent]] |= {places[model]} - {places[parent]}
    later: dict[str, set[str]] = {}
    for stage in reversed(order):
        later[stage] = direct[stage].union(*(later[other] for other in direct[stage]))
    return {
        (stage, other)
        for stage in order
        for other in direct[stage]
        if not any(other in later[between] for between in direct[stage])
    }


@pytest.fixture(scope="module")
def models(manifest: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    nodes = manifest["nodes"].values()
    return {node["name"]: node for node in nodes if node["resource_type"] == "model"}


@pytest.fixture(scope="module")
def places(models: dict[str, dict[str, Any]]) -> Places:
    return {name: stage_of(node["original_file_path"]) for name, node in models.items()}


@pytest.fixture(scope="module")
def parents(models: dict[str, dict[str, Any]]) -> dict[str, set[str]]:
    return {
        name: {
            parent.rpartition(".")[2]
            for parent in node["depends_on"]["nodes"]
            if parent.startswith("model.")
        }
        for name, node in models.items()
    }


def test_planted_references_are_found():
    places = {"int_a": "folds", "int_b": "lists", "int_c": "marts/x"}
    parents = {"int_a": {"int_b"}, "int_b": set(), "int_c": {"int_a", "int_b"}}
    order = ["folds", "lists", "marts/x"]
    assert back_up(order, places, parents) == ["int_a (folds) refers to int_b (lists)"]
    assert back_up(["lists", "folds", "marts/x"], places, parents) == []
    down = {"int_a": set(), "int_b": {"int_a"}, "int_c": {"int_a", "int_b"}}
    assert arrows_needed(places, down, order) == {("folds", "lists"), ("lists", "marts/x")}


def test_every_stage_is_declared_with_its_schema(places, models):
    stages = declared_stages()
    assert set(places.values()) == set(stages)
    for name, node in models.items():
        layer = "recommenders" if name.startswith("rec_") else stages[places[name]]
        assert (name, node["schema"]) == (name, layer)


def test_no_reference_leads_back_up(places, parents):
    assert back_up(list(declared_stages()), places, parents) == []


def test_the_graph_shown_is_the_true_one(places, parents):
    needed = arrows_needed(places, parents, list(declared_stages()))
    shown = drawn_arrows()
    assert (sorted(needed - shown), sorted(shown - needed)) == ([], [])


def test_what_a_model_is_said_to_be_stands_beside_it(models):
    """Descriptions and tests of a model are in the files of its own folder."""
    apart = [
        name
        for name, node in models.items()
        if Path(node["patch_path"].partition("://")[2]).parent
        != Path(node["original_file_path"]).parent
    ]
    assert apart == []
