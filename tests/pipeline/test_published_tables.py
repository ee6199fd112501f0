"""A published file has what is for readers, and what a user's own views read beside it."""

import json

import duckdb
import pytest

from recsys.pipeline.fresh_file import write_afresh
from recsys.pipeline.published_tables import published_choice

BUILT = """
create schema staging; create schema intermediate; create schema marts; create schema mine;
create table staging.stg_settings as select false as keep_working_tables;
create table intermediate.int_lines as select 'ann' as customer_id;
create view intermediate.int_few as select * from intermediate.int_lines;
create view intermediate.int_fewer as select * from intermediate.int_few;
create table intermediate.int_few_more as select 'bob' as customer_id;
create table intermediate.int_folds as select 'serving' as fold;
create table intermediate.int_gone as select 'a model of before' as made_by;
create table marts.customers as select 'ann' as customer_id;
create table marts.model_of_before as select 'ann' as customer_id;
comment on column marts.customers.customer_id is 'Who.';
"""
MODELS = {
    "staging": ["stg_settings"],
    "intermediate": ["int_lines", "int_few", "int_fewer", "int_few_more"],
}
PUBLISHED = {"intermediate": ["int_folds"], "marts": ["customers"]}
FOR_READERS = ["intermediate.int_folds", "marts.customers", "marts.model_of_before"]


@pytest.fixture
def target(tmp_path):
    nodes = {
        f"model.shop.{name}": {
            "resource_type": "model",
            "schema": schema,
            "alias": name,
            "config": {"tags": ["tune", "published"] if models is PUBLISHED else ["tune"]},
        }
        for models in (MODELS, PUBLISHED)
        for schema, names in models.items()
        for name in names
    }
    nodes["test.shop.customers"] = {"resource_type": "test"}
    (tmp_path / "manifest.json").write_text(json.dumps({"nodes": nodes}))
    return tmp_path


@pytest.fixture
def published(tmp_path, target):
    """Return a function that publishes what was built, and says what is there then."""

    def publish(*statements: str, variables=None, models=None) -> list[str]:
        built, file = tmp_path / "built.duckdb", tmp_path / "file.duckdb"
        built.unlink(missing_ok=True)
        with duckdb.connect(built) as connection:
            connection.execute(BUILT + ";".join(statements))
        write_afresh(built, file, published_choice(built, target, variables or {}, models))
        with duckdb.connect(file, read_only=True) as connection:
            names = connection.execute("""
                select table_schema || '.' || table_name from information_schema.tables order by all
            """).fetchall()
            for (name,) in names:
                if name != "mine.broken":
                    schema, table = name.split(".")
                    connection.execute(f'select count(*) from "{schema}"."{table}"')  # noqa: S608
        return [name for (name,) in names]

    return publish


def test_working_tables_stay_behind(published):
    """Those that a model of before has left in their schemas, too."""
    assert published() == FOR_READERS


@pytest.mark.parametrize("value", [True, "true", "True"])
def test_a_setting_keeps_them(published, value):
    everything = published(variables={"keep_working_tables": value})
    assert set(everything) > {"intermediate.int_gone", "staging.stg_settings", *FOR_READERS}


def test_the_setting_may_be_the_shop_file_s(published):
    """Which the build has written down. One that is given wins."""
    kept = "update staging.stg_settings set keep_working_tables = true"
    assert "intermediate.int_lines" in published(kept)
    assert published(kept, variables={"keep_working_tables": False}) == FOR_READERS


def test_without_written_settings_they_stay_behind(published):
    """As after a run of some models, or of a project that has no such setting."""
    assert published("drop table staging.stg_settings") == FOR_READERS
    assert published("alter table staging.stg_settings rename keep_working_tables to other") == (
        FOR_READERS
    )


def test_a_user_s_own_tables_and_views_stay(published):
    own = published(
        "create table mine.notes as select 1 as note", "create view mine.all as from mine.notes"
    )
    assert own == [*FOR_READERS, "mine.all", "mine.notes"]


def test_what_a_user_s_view_reads_is_published(published):
    """Also the views that it reads it through, and none that has but a similar name."""
    own = published(
        'create view mine."of few" as select f.customer_id from intermediate.int_fewer as f'
    )
    assert own == sorted(
        [
            *FOR_READERS,
            "mine.of few",
            "intermediate.int_few",
            "intermediate.int_fewer",
            "intermediate.int_lines",
        ]
    )


def test_a_view_that_was_broken_before_is_no_reason_to_publish_nothing(published):
    own = published(
        "create table mine.gone as select 1 as one",
        "create view mine.broken as from mine.gone",
        "drop table mine.gone",
    )
    assert own == [*FOR_READERS, "mine.broken"]


def test_models_can_be_named_instead(published):
    assert published(models=["int_fewer", "int_folds"]) == [
        "intermediate.int_few",
        "intermediate.int_fewer",
        "intermediate.int_folds",
        "intermediate.int_lines",
    ]
