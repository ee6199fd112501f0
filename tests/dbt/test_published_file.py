"""The tiny shop's published file: what is for readers, whole, and nothing else."""

import pickle
import re
import shutil
from pathlib import Path

import duckdb
import pytest

from recsys.errors import DatabaseError
from recsys.pipeline.past_tables import PastTables
from recsys.storage.plain_objects import MAGIC
from recsys.tuning.database import Wishes, prepare

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "dbt_project" / "models"
NAMES = """
    select schema_name, table_name, comment from duckdb_tables()
    union all select schema_name, view_name, comment from duckdb_views() where not internal
"""
COMMENTS = """
    select schema_name, table_name, column_name, comment from duckdb_columns()
    where not internal order by all
"""


def test_it_has_the_tables_that_its_page_names(ask_published):
    page = (ROOT / "docs" / "publishing.md").read_text("utf-8")
    [table] = re.findall(r"\| schema \| tables and views \|\n(?:\|.*\n)+", page)
    named = {
        (schema, name)
        for schema, names in re.findall(r"^\| `(\w+)`[^|]*\|(.*)\|$", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", names)
    }
    marts = {("marts", path.stem) for path in (MODELS / "marts").rglob("*.sql")}
    assert {row[:2] for row in ask_published(NAMES)} == named | marts


def test_its_tables_and_columns_are_described_as_they_were(ask_published, query):
    of_all = {row[:2]: row for row in query(NAMES)}
    assert all(row == of_all[row[:2]] for row in ask_published(NAMES))
    assert not [row for row in ask_published(NAMES) if row[0] != "tuning" and not row[2]]
    published = {row[:2] for row in ask_published(NAMES)}
    assert ask_published(COMMENTS) == [row for row in query(COMMENTS) if row[:2] in published]


def test_every_table_has_the_rows_that_were_built(ask_published, query):
    for schema, name, _ in ask_published(NAMES):
        count = f"select count(*) from {schema}.{name}"  # noqa: S608
        assert ask_published(count) == query(count), name


PICKLE = re.compile(rb"\x80[\x03-\x05]\x95.{4}\x00{4}", re.DOTALL)
"""How one begins since Python 3.4: PROTO, and a FRAME of less than 4 GB."""


def test_no_pickle_is_in_it_nor_in_a_working_table(published_file, tiny_database, query):
    assert PICKLE.search(pickle.dumps([1] * 100))
    for file in (published_file, tiny_database):
        assert not PICKLE.search(file.read_bytes())
    blobs = query(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where data_type = 'BLOB' and not internal"
    )
    assert blobs == [("intermediate", "int_hybrid_models", "model")]
    models = query("select model from intermediate.int_hybrid_models where model is not null")
    assert all(data.startswith(MAGIC) for (data,) in models)  # so small a shop may have none


def test_the_public_tables_say_nothing_of_working_tables(ask_published):
    """A view that reads one would bring it along, and with it all its rows."""
    sql = "select schema_name, view_name, sql from duckdb_views() where not internal"
    there = {f"{schema}.{name}" for schema, name, _ in ask_published(NAMES)}
    for *_, text in ask_published(sql):
        assert set(re.findall(r"(?:intermediate|marts|staging)\.\w+", text)) <= there


WISHES = Wishes(recommenders=["content"], trials=2)


def tuned(database, past_file):
    for _ in prepare(database, WISHES, past_file).events:
        pass
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(
            "select study_id, folds, known_until, parameters, value from marts.tuning_trials "
            "order by trial_number"
        ).fetchall()


# dbt leaves its log file to the garbage collector
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_search_is_the_same_on_past_folds_that_are_built_anew(
    published_file, tiny_database, tiny_shop, tmp_path
):
    """The fingerprint of what was read is part of the study's name. They are built once."""
    whole, file = (
        Path(shutil.copy(database, tmp_path / f"{name}.duckdb"))
        for name, database in (("whole", tiny_database), ("file", published_file))
    )
    with pytest.raises(DatabaseError, match=r"no working tables.*name its shop file with --shop"):
        prepare(file, WISHES, PastTables(file).file)
    wanted = tuned(whole, PastTables(whole).file)
    assert not (tmp_path / ".recsys" / "whole" / "past").exists()
    found = tuned(file, PastTables(file, str(tiny_shop / "shop.yml")).file)
    assert found == wanted
    past = PastTables(file).file(False)
    assert past.parent == tmp_path / ".recsys" / "file" / "past"
    with duckdb.connect(past, read_only=True) as connection:
        there = {name for _, name, _ in connection.execute(NAMES).fetchall()}
    assert "int_events" not in there
    assert there >= {"int_training_rows", "int_interactions", "stg_settings"}
