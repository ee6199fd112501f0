"""What a block runs is read from dbt's manifest and what dbt compiled."""

import json

import pytest

from recsys.errors import RecsysError
from recsys.serving.plan import needed_for, read_plan

SQL = {"language": "sql", "config": {"materialized": "table"}}


def node(name, parents=(), **more):
    return {
        "name": name,
        "schema": "staging" if name.startswith("stg") else "intermediate",
        "database": "shop",
        "resource_type": "model",
        "package_name": "recsys",
        "original_file_path": f"models/{name}.sql",
        "raw_code": "raw",
        "depends_on": {"nodes": [*(f"model.recsys.{p}" for p in parents), "source.recsys.shop.x"]},
        **SQL,
        **more,
    }


@pytest.fixture
def target(tmp_path):
    nodes = [
        node("stg_lines"),
        node("folds"),
        node("pairs", ["stg_lines", "folds"], config={"materialized": "view"}),
        node("scores", ["pairs", "stg_lines"], language="python", raw_code="def model(): ..."),
        node("lists", ["scores"]),
        node("elsewhere", package_name="other"),
    ]
    manifest = {"nodes": {f"model.recsys.{one['name']}": one for one in nodes}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    compiled = tmp_path / "compiled" / "recsys" / "models"
    compiled.mkdir(parents=True)
    for name in ("pairs", "lists"):
        (compiled / f"{name}.sql").write_text(f"select {name}", encoding="utf-8")
    return tmp_path


def test_models_come_after_what_they_read(target):
    plan = read_plan(target, ["lists", "scores", "pairs"], replaced=["folds"])
    assert [model.name for model in plan.models] == ["pairs", "scores", "lists"]
    pairs, scores, lists = plan.models
    assert (pairs.code, pairs.is_view, pairs.language) == ("select pairs", True, "sql")
    assert (scores.code, scores.language) == ("def model(): ...", "python")
    assert not lists.is_view
    assert plan.catalog == "shop"
    assert plan.inputs == (("staging", "stg_lines"),)
    assert plan.filled == (("intermediate", "folds"),)


def test_a_model_needs_what_it_reads_and_what_that_reads(target):
    names = ["lists", "scores", "pairs"]
    assert needed_for(target, "scores", names) == {"scores", "pairs"}
    assert needed_for(target, "lists", ["lists", "pairs"]) == {"lists"}  # scores are an input


def test_tables_are_read_last_by_the_last_reader_also_through_views(target):
    plan = read_plan(target, ["lists", "scores", "pairs"], replaced=["folds"])
    # scores read lines and, through the view of pairs, folds
    assert plan.reads_of()["scores"] == {"pairs", "stg_lines", "folds"}
    assert plan.read_last_by() == {
        "scores": {"pairs", "stg_lines", "folds"},
        "lists": {"scores"},
    }


def test_a_model_of_another_project_is_refused(target):
    with pytest.raises(RecsysError, match="no model is called elsewhere"):
        read_plan(target, ["pairs", "elsewhere"])


def test_a_model_that_was_not_compiled_is_named(target):
    with pytest.raises(RecsysError, match="model stg_lines isn't compiled: build it first"):
        read_plan(target, ["stg_lines"])


def test_without_a_manifest_it_says_so(tmp_path):
    with pytest.raises(RecsysError, match=r"no manifest.json"):
        read_plan(tmp_path, ["pairs"])
