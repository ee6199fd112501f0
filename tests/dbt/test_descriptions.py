"""Nobody should have to read our source to know what a table, a column or a macro means."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

LAYERS = {"staging", "intermediate", "recommenders", "marts"}
GRAIN_LAST = re.compile(r"Grain: [^.]+\.$")

Nodes = list[dict[str, Any]]
Comments = dict[tuple[str, str], dict[str, str | None]]


@pytest.fixture(scope="module")
def models(manifest: Mapping[str, Any]) -> Nodes:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


@pytest.fixture(scope="module")
def comments(tiny_database: Path) -> Comments:
    """Map (schema, table) of a built database to its columns and their comments."""
    tables: Comments = {}
    with duckdb.connect(tiny_database, read_only=True) as connection:
        for schema, table, column, comment in connection.execute(
            "select schema_name, table_name, column_name, comment from duckdb_columns() "
            "where database_name = current_database() and not internal"
        ).fetchall():
            tables.setdefault((schema, table), {})[column] = comment
    return tables


def test_every_layer_is_looked_at(models: Nodes) -> None:
    assert {model["schema"] for model in models} == LAYERS


def test_every_model_says_what_it_is_and_ends_with_its_grain(models: Nodes) -> None:
    silent = [node["name"] for node in models if not GRAIN_LAST.search(node["description"])]
    assert silent == []


def test_every_column_of_the_database_is_described_there(models: Nodes, comments: Comments) -> None:
    silent = [
        (model["name"], column)
        for model in models
        for column, comment in comments[model["schema"], model["name"]].items()
        if not comment
    ]
    of_recommenders = {
        (table, f"{recommender}_{what}")
        for table in ("int_candidate_pairs", "int_hybrid_features")
        for recommender in candidate_recommenders(models)
        for what in ("score", "rank")
    }
    assert set(silent) <= of_recommenders


def candidate_recommenders(models: Nodes) -> set[str]:
    """Return the names of those whose columns come from the list: the tables' texts say of what."""
    [candidates] = [model for model in models if model["name"] == "int_candidates"]
    parents = [node.rpartition(".")[2] for node in candidates["depends_on"]["nodes"]]
    names = {node.removeprefix("rec_") for node in parents if node.startswith("rec_")}
    assert {"popularity", "svd"} <= names
    return names


def test_no_column_is_described_that_isn_t_there(models: Nodes, comments: Comments) -> None:
    invented = [
        f"{model['name']}.{column}"
        for model in models
        for column in model["columns"]
        if column not in comments[model["schema"], model["name"]]
    ]
    assert invented == []


def test_every_source_and_its_columns_are_described(manifest: Mapping[str, Any]) -> None:
    sources = list(manifest["sources"].values())
    assert sources
    silent = [
        f"{source['name']}.{column.get('name', '')}"
        for source in sources
        for column in [source, *source["columns"].values()]
        if not column["description"]
    ]
    assert silent == []


def test_every_macro_and_its_arguments_are_described(manifest: Mapping[str, Any]) -> None:
    macros = [m for m in manifest["macros"].values() if m["package_name"] == "recsys"]
    assert macros
    for macro in macros:
        head = re.search(r"{%-?\s*(?:macro|test)\s+\w+\((.*?)\)", macro["macro_sql"])
        assert head is not None, macro["name"]
        parameters = [p.split("=")[0].strip() for p in head[1].split(",") if p.strip()]
        described = [a["name"] for a in macro["arguments"] if a["description"]]
        assert macro["description"], f"macro {macro['name']} has no description"
        assert described == parameters, f"macro {macro['name']}"


def test_every_sql_model_has_a_unit_test(manifest: Mapping[str, Any], models: Nodes) -> None:
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    # the same macro as int_hybrid_candidates
    alike = {"int_candidates", "int_profile_candidates"}
    without_logic = {"stg_build"}  # the run's id and start, from dbt
    sql = {m["name"] for m in models if m["language"] == "sql"}
    untested = sql - tested - alike - without_logic
    assert untested == set()
